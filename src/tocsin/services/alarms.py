# SPDX-License-Identifier: Apache-2.0
"""Alarms: what should never happen is kept, told to the case's lead and the project's auditors, and shown at the desk.

`AlarmedVault` stands in front of a vault, so that every way of opening something sounds the alarm when it was altered
or lies where it does not belong, also one that nobody has thought of yet. Opening still fails: an alarm mends nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

import msgspec

from tocsin.core.notices import Notice
from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services import book, notifying
from tocsin.services.app import Desk, Front
from tocsin.services.ports.keys import KeysRefused
from tocsin.services.ports.machine import Alarm, Alarms
from tocsin.services.ports.records import Arrival
from tocsin.services.ports.store import Unavailable
from tocsin.services.ports.vault import AD_DOMAIN, CaseKey, Tampered, Vault
from tocsin.services.ports.world import Clock

TAMPERED: Final = "tampered"
KEY_LIMIT: Final = "key-limit"
BATCH: Final = 50
BACK: Final = timedelta(hours=2)
"""How far back the key holder's ledger is read for alarms; the same one is kept once."""

_log = logging.getLogger("tocsin.alarm")
_PARTS: Final = 5


class Torn(msgspec.Struct, frozen=True):
    """What the front found: it keeps no alarms itself, and leaves this for the worker."""

    case: CaseRef
    place: str


Sound = Callable[[str, CaseRef, str, str], None]
"""Kind, case, actor, place."""


def sounder(alarms: Alarms, now: Clock) -> Sound:
    """Give a function that keeps an alarm and never fails: who opens a broken thing has trouble enough."""

    def sound(kind: str, case: CaseRef, actor: str, place: str) -> None:
        _log.error("ALARM %s: case=%s actor=%s at %s", kind, case or "-", actor or "-", place or "-")
        try:
            alarms.sound(Alarm(at=now(), kind=kind, case=case, actor=actor, place=place))
        except Exception as error:
            _log.error("the alarm could not be kept: %s", type(error).__name__)

    return sound


class AlarmedKey:
    """A `CaseKey` that sounds the alarm for what does not open."""

    def __init__(self, key: CaseKey, sound: Sound, actor: str) -> None:
        self._key, self._sound, self._actor = key, sound, actor

    def __repr__(self) -> str:
        return "<AlarmedKey>"

    def seal(self, plain: bytes, ad: bytes) -> bytes:
        """Seal; see the port."""
        return self._key.seal(plain, ad)

    def open(self, sealed: bytes, ad: bytes) -> bytes:
        """Open, or sound the alarm; see the port."""
        try:
            return self._key.open(sealed, ad)
        except Tampered:
            self._sound(TAMPERED, _case(ad), self._actor, _place(ad))
            raise

    def salt(self, ad: bytes) -> bytes:
        """A keyed hash; see the port."""
        return self._key.salt(ad)


class AlarmedVault:
    """A `Vault` that sounds the alarm for what does not open."""

    def __init__(self, vault: Vault, sound: Sound) -> None:
        self._vault, self._sound = vault, sound

    @property
    def instance(self) -> str:
        """Id of this installation."""
        return self._vault.instance

    def new_case_key(self, case: str) -> tuple[CaseKey, bytes]:
        """Make a key; see the port."""
        return self._vault.new_case_key(case)

    def seal_drop(self, plain: bytes, ad: bytes) -> bytes:
        """Seal to the instance; see the port."""
        return self._vault.seal_drop(plain, ad)

    def seal_to_reporter(self, public_key: bytes, plain: bytes, ad: bytes) -> bytes:
        """Seal to a reporter; see the port."""
        return self._vault.seal_to_reporter(public_key, plain, ad)

    def case_key(self, case: str, wrapped: bytes, actor_id: str, purpose: str) -> CaseKey:
        """Unwrap, or sound the alarm; see the port. A case without a key was shredded: that is no alarm."""
        try:
            return AlarmedKey(self._vault.case_key(case, wrapped, actor_id, purpose), self._sound, actor_id)
        except Tampered:
            if wrapped:
                self._sound(TAMPERED, case, actor_id, "case_key.wrapped")
            raise

    def open_drop(self, sealed: bytes, ad: bytes) -> bytes:
        """Open what intake sealed, or sound the alarm; see the port."""
        try:
            return self._vault.open_drop(sealed, ad)
        except Tampered:
            self._sound(TAMPERED, _case(ad), "", _place(ad))
            raise

    def open_drops(self, asked: Sequence[tuple[bytes, bytes]]) -> Sequence[bytes | None]:
        """Open several, and sound the alarm for each that does not; see the port."""
        opened = self._vault.open_drops(asked)
        for plain, (_, ad) in zip(opened, asked, strict=True):
            if plain is None:
                self._sound(TAMPERED, _case(ad), "", _place(ad))
        return opened

    def list_key(self, project: str) -> CaseKey:
        """Key of a list; see the port."""
        return AlarmedKey(self._vault.list_key(project), self._sound, "")


def torn(front: Front, room: str, case: CaseRef, project: ProjectId) -> None:
    """Say that a line of a reporter's copy does not open: once a day for each room, and never in anybody's way."""
    _log.error("ALARM %s: case=%s at %s", TAMPERED, case, "room_copy.body")
    with suppress(Unavailable):
        name = f"torn-{room}-{front.now():%Y%m%d}"
        book.leave(front, TAMPERED, project, Torn(case=case, place="room_copy.body"), (name,))


def found(desk: Desk, arrival: Arrival) -> None:
    """Sound the alarm for what the front found."""
    told = msgspec.json.decode(book.read(desk, arrival), type=Torn)
    desk.machine.alarms.sound(Alarm(at=arrival.at, kind=TAMPERED, case=told.case, actor="", place=told.place))


def take_up(desk: Desk) -> None:
    """Take up what alarmed the key holder: once a minute is often enough."""
    now = desk.now()
    try:
        for line in desk.machine.keys.releases(now - BACK):
            if line.refused == "alarm":
                desk.machine.alarms.sound(Alarm(at=line.at, kind=KEY_LIMIT, case=line.case, actor=line.actor))
    except (Unavailable, KeysRefused) as error:
        _log.error("the ledger of releases cannot be read: %s", error)


def tell(desk: Desk) -> int:
    """Tell of alarms that nobody was told of; returns how many. Where a notifier cannot be reached the rest waits for
    the next turn, and the turn goes on."""
    told = []
    for alarm in desk.machine.alarms.untold(BATCH):
        try:
            _tell(desk, alarm)
        except OSError as error:
            _log.error("an alarm could not be told, it is tried again: %s", type(error).__name__)
            break
        except Unavailable:
            raise
        except Exception as error:  # the log was told first; one that no letter can be made of holds up none behind it
            _log.error("an alarm could not be told by mail: %s", type(error).__name__)
        told.append(alarm)
    if told:
        desk.machine.alarms.told(told, desk.now())
    return len(told)


def _tell(desk: Desk, alarm: Alarm) -> None:
    for to in ("lead", "auditors"):
        cause = f"alarm-{alarm.at:%Y%m%d}-{alarm.kind}"
        notifying.tell(desk, Notice(case=alarm.case, what=f"alarm: {alarm.kind}", to=to), cause)


def _parts(ad: bytes) -> list[str]:
    """The parts of associated data that `ports.vault.bind` made; none for anything else."""
    parts: list[str] = []
    rest = ad.removeprefix(AD_DOMAIN)
    while rest and len(parts) < _PARTS:
        length = int.from_bytes(rest[:4], "big")
        parts.append(rest[4 : 4 + length].decode(errors="replace"))
        rest = rest[4 + length :]
    return parts if len(parts) == _PARTS else [""] * _PARTS


def _place(ad: bytes) -> str:
    _, table, column, _, _ = _parts(ad)
    return f"{table}.{column}"[:64]


def _case(ad: bytes) -> CaseRef:
    return _parts(ad)[4]
