# SPDX-License-Identifier: Apache-2.0
"""Where each sealed value stands, in one place: the associated data of every table, and the way in and out of it.

A ciphertext opens only at the place it was sealed for, so every read and write of a sealed column goes through here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tocsin.core import notices
from tocsin.core.case import events as ev
from tocsin.core.case import model
from tocsin.core.case.measures import Measures
from tocsin.core.case.priority import Key
from tocsin.core.vocabulary import CaseRef, Value
from tocsin.services.ports.store import Effect, InboxRow, RoomCopy, SealedEntry
from tocsin.services.ports.vault import CaseKey, bind


class Summary(Value):
    """The sealed half of an inbox row: what says what the matter is. `terms` are what look-alikes are found by, `dates`
    what a calendar shows beside the next promise: its kind, and when; `priority` and `touched_at` (when a person of the
    project last did anything) what lists can be sorted by; `unanswered` since when the reporter waits for words."""

    title: str
    rating: str = ""
    score: float = 0.0
    kind: str = ""
    answered: tuple[str, ...] = ()
    lead_name: str = ""
    promise: str = ""
    anonymous: bool = True
    files: int = 0
    measures: Measures | None = None
    dates: tuple[tuple[str, datetime], ...] = ()
    terms: bytes = b""
    priority: Key = Key()
    cve: str = ""
    touched_at: datetime | None = None
    unanswered: datetime | None = None


class Places:
    """Associated data for each sealed column of one installation."""

    def __init__(self, instance: str) -> None:
        self._instance = instance

    def entry(self, case: CaseRef, seq: int) -> bytes:
        """A journal line."""
        return bind(self._instance, "journal", "body", str(seq), case)

    def snapshot(self, case: CaseRef, seq: int) -> bytes:
        """A snapshot."""
        return bind(self._instance, "snapshot", "body", str(seq), case)

    def row(self, case: CaseRef, seq: int) -> bytes:
        """An inbox row at one journal length, so that an older row cannot be put back unnoticed."""
        return bind(self._instance, "case", "summary", str(seq), case)

    def effect(self, effect: str, case: CaseRef) -> bytes:
        """An outbox row."""
        return bind(self._instance, "outbox", "body", effect, case)

    def drop(self, drop: str, case: CaseRef) -> bytes:
        """A drop for an existing case."""
        return bind(self._instance, "drop", "body", drop, case)

    def copy(self, copy: str, room: str) -> bytes:
        """A line of the reporter's copy."""
        return bind(self._instance, "room_copy", "body", f"{room}/{copy}", "")

    def look(self, look: str, case: CaseRef) -> bytes:
        """A record of a look at an embargoed case."""
        return bind(self._instance, "look", "body", look, case)

    def reply(self, case: CaseRef) -> bytes:
        """What the secret of a case's reply addresses is made for (`core.mail.addresses`)."""
        return bind(self._instance, "mail", "reply", "", case)

    def repeat(self, key: bytes) -> bytes:
        """An answer that the API gave to a request under a key."""
        return bind(self._instance, "repeat", "answer", key.hex(), "")

    def record(self, kind: str, project: str, record: str, version: int) -> bytes:
        """A record beside the cases, in one version, so that an older one cannot be put back unnoticed."""
        return bind(self._instance, "record", "body", f"{kind}/{project}/{record}/{version}", "")

    def arrival(self, arrival: str, kind: str, project: str) -> bytes:
        """Something left at the front."""
        return bind(self._instance, "arrival", "body", f"{kind}/{project}/{arrival}", "")

    def draft(self, name: str, case: CaseRef) -> bytes:
        """Text of one person that they have not sent yet."""
        return bind(self._instance, "record", "draft", name, case)

    def leaf(self, name: str, case: CaseRef) -> bytes:
        """What a leaf's salt is made for: the text that the log remembers."""
        return bind(self._instance, "log", "text", name, case)

    def content(self, name: str, case: CaseRef) -> bytes:
        """What the salt of a leaf's digest is made for: the content that the text speaks of."""
        return bind(self._instance, "log", "content", name, case)


def open_entries(places: Places, key: CaseKey, case: CaseRef, sealed: Iterable[SealedEntry]) -> list[ev.Entry]:
    """Open journal lines; raises Tampered."""
    return [ev.decode(body) for body in open_bodies(places, key, case, sealed)]


def open_bodies(places: Places, key: CaseKey, case: CaseRef, sealed: Iterable[SealedEntry]) -> list[bytes]:
    """Open journal lines as they were sealed; raises Tampered."""
    return [key.open(entry.body, places.entry(case, entry.seq)) for entry in sealed]


def seal_snapshot(places: Places, key: CaseKey, case: model.Case) -> SealedEntry:
    """Seal a whole case."""
    body = key.seal(model.encode(case), places.snapshot(case.ref, case.seq))
    return SealedEntry(seq=case.seq, at=case.updated_at, body=body)


def open_snapshot(places: Places, key: CaseKey, case: CaseRef, sealed: SealedEntry) -> model.Case:
    """Open a snapshot; raises Tampered, or msgspec.ValidationError for one of another version."""
    return model.decode(key.open(sealed.body, places.snapshot(case, sealed.seq)))


def open_deed(places: Places, key: CaseKey, effect: Effect) -> notices.Deed:
    """Open an effect; raises Tampered."""
    return notices.decode_deed(key.open(effect.body, places.effect(effect.id, effect.case)))


def row_place(places: Places, row: InboxRow) -> bytes:
    """Associated data of an inbox row's body."""
    return places.row(row.case, row.seq)


def copy_place(places: Places, copy: RoomCopy) -> bytes:
    """Associated data of a line of the reporter's copy."""
    return places.copy(copy.id, copy.room)
