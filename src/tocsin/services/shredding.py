# SPDX-License-Identifier: Apache-2.0
"""Shredding a case: its key is destroyed, so that nobody reads it again, in the database or in a backup that is old
enough. Two people agree to exactly one state of it; what remains is a tombstone.

Whether it may be is `core.case.decide.custody`. The worker carries it out, so that a crash between agreement and
destruction loses neither: the tombstone is written first, and everything can be done twice. Journal and log keep their
sealed lines: the transparency log still proves that the case was there, and says nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.case import commands as cmd
from tocsin.core.case import custody
from tocsin.core.case.approval import Act, ApprovalAsked, CaseShredded
from tocsin.core.case.events import Entry
from tocsin.core.vocabulary import SYSTEM_ACTOR, CaseRef, ProjectId
from tocsin.services import cases, rotation, sealing
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.ports.blobs import BlobMissing
from tocsin.services.post import keyring, letters
from tocsin.services.queries import thread

_FACT: Final = "tombstone/"
NOT_AGREED: Final = "not-agreed"


class Tombstone(msgspec.Struct, frozen=True):
    """All that is said of a shredded case: its name, when, who asked and who agreed, and the digest of what it was.
    From `lost_at` on no backup that this installation made can bring it back."""

    case: CaseRef
    project: ProjectId
    at: datetime
    digest: str
    asked_by: str
    agreed_by: str
    lost_at: datetime


def wish(opened: Opened, reason: str) -> cmd.Shred:
    """The wish to shred a case exactly as it stands."""
    return cmd.Shred(digest=custody.digest(opened.case), reason=reason.strip())


def perform(desk: Desk, ref: CaseRef) -> str:
    """Destroy what two people agreed to destroy; returns a code when they did not, else an empty text."""
    opened = cases.open_case(desk, ref, SYSTEM_ACTOR, "case.shred")
    if opened is None:
        return ""
    if opened.case.shredded_at is None:
        return NOT_AGREED
    entries = tuple(_entries(desk, opened))
    desk.machine.facts.note(_FACT + ref, _told(entries), desk.now())
    for blob in {each.blob for entry in entries for each in thread.attachments(entry.event)}:
        with suppress(BlobMissing):
            desk.blobs.delete(blob)
    for who in ("", *(each.id for each in opened.case.parties)):
        keyring.forget(desk, opened.case.project, ref, who)
    letters.withdraw(desk, opened.case.project, ref)
    rotation.shred(desk, ref)
    return ""


def tombstone(desk: Desk, ref: CaseRef) -> Tombstone | None:
    """What is said of a shredded case; None where there is no such. Who may be told is asked by the caller."""
    fact, head = desk.machine.facts.get(_FACT + ref), desk.journal.head(ref)
    if fact is None or head is None or head.wrapped_key:
        return None
    digest, asked, agreed = fact.value.split(" ")
    names = [_name(desk, each) for each in (asked, agreed)]
    return Tombstone(ref, head.project, fact.at, digest, names[0], names[1], fact.at + rotation.KEPT)


def tombstones(desk: Desk, projects: Iterable[ProjectId]) -> tuple[Tombstone, ...]:
    """Every tombstone of these projects, the newest first."""
    mine = frozenset(projects)
    named = [name.removeprefix(_FACT) for name in desk.machine.facts.all() if name.startswith(_FACT)]
    found = [each for each in (tombstone(desk, ref) for ref in named) if each is not None and each.project in mine]
    return tuple(sorted(found, key=lambda each: (each.at, each.case), reverse=True))


def _entries(desk: Desk, opened: Opened) -> Iterator[Entry]:
    places = sealing.Places(desk.sealer.instance)
    yield from sealing.open_entries(places, opened.key, opened.case.ref, desk.journal.entries(opened.case.ref))


def _told(entries: tuple[Entry, ...]) -> str:
    """Digest, who asked, who agreed: ids and a hash, nothing of the case."""
    done = next(each for each in reversed(entries) if isinstance(each.event, CaseShredded))
    asked = next(
        each for each in reversed(entries) if isinstance(each.event, ApprovalAsked) and each.event.act is Act.SHRED
    )
    digest = done.event.digest if isinstance(done.event, CaseShredded) else ""
    return f"{digest} {asked.actor.id} {done.actor.id}"


def _name(desk: Desk, person: str) -> str:
    info = desk.people.person(person)
    return info.name if info else person
