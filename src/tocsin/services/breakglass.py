# SPDX-License-Identifier: Apache-2.0
"""Break-glass: an administrator, who sees no case, reads one for a while because a second person agreed.

Wish and agreement stand in the case's journal, its history and its team's notices, and each look in its record of
looks. The key holder releases the key for this purpose only while an agreement stands in its own ledger. What waits is
listed from a fact that names the case, without a word of its content. Where the database has a wall of its own
(`app.Desk.wall`), it is opened for that one case, and for the request that asks.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.case import commands as cmd
from tocsin.core.case import custody
from tocsin.core.case.approval import Act
from tocsin.core.case.decide import approve
from tocsin.core.vocabulary import SYSTEM_ACTOR, Actor, CaseRef, ProjectId, Refused, Role
from tocsin.services import cases, looks
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.ports.keys import BREAK_GLASS, KeysRefused

_FACT: Final = "glass/"
_ON: Final = "on"


class Wish(msgspec.Struct, frozen=True):
    """Somebody wants to read a case. `may` says whether the reader can agree."""

    case: CaseRef
    project: ProjectId
    digest: str
    by: str
    terms: tuple[tuple[str, str], ...]
    until: datetime
    may: bool


class Standing(msgspec.Struct, frozen=True):
    """Somebody may read a case until an instant; `mine` where that is the reader."""

    case: CaseRef
    name: str
    second: str
    until: datetime
    mine: bool


def ask(desk: Desk, person: str, ref: CaseRef, reason: str, minutes: int) -> Refused:
    """Ask for break-glass in one's own name. Returns what is told: the code `approve.NEEDED` says that it now waits for
    a second person, every other that nothing was asked."""
    desk.wall(person, ref)
    try:
        actor = _administrator(desk, person, ref)
        if actor is None:
            return cases.NOT_FOUND
        command = cmd.BreakGlass(person=actor.id, name=actor.name, reason=reason.strip(), minutes=minutes)
        first = cases.handle(desk, ref, command, actor)
        if not isinstance(first, Refused):
            raise TypeError("break-glass takes two people")
        told = cases.ask(desk, ref, command, actor, first)
        if told.code == approve.NEEDED:
            desk.machine.facts.note(_FACT + ref, _ON, desk.now())
        return told
    finally:
        desk.wall(person)


def agree(desk: Desk, person: str, ref: CaseRef, digest: str) -> Refused | None:
    """Agree, as another administrator, to what somebody asked for; None says that it is done."""
    desk.wall(person, ref)
    try:
        actor = _administrator(desk, person, ref)
        if actor is None:
            return cases.NOT_FOUND
        done = cases.handle(desk, ref, cmd.Approve(digest=digest), actor)
        return done if isinstance(done, Refused) else None
    finally:
        desk.wall(person)


def look(desk: Desk, ref: CaseRef, person: str, purpose: str) -> tuple[Actor, Opened] | None:
    """Open a case for somebody who reads it by break-glass: as an auditor does, so that they move nothing. None for
    everybody else. Each look is recorded before anything is shown; raises `ports.store.Unavailable` when it cannot be.
    """
    if not any(each.id == person for each in desk.people.administrators()):
        return None
    desk.wall(person, ref)  # for the rest of this request: this case, and no other
    found = _look(desk, ref, person, BREAK_GLASS + purpose)
    if found is None:
        desk.wall(person)
    return found


def _look(desk: Desk, ref: CaseRef, person: str, purpose: str) -> tuple[Actor, Opened] | None:
    actor = _administrator(desk, person, ref)
    if actor is None or desk.machine.facts.get(f"{_FACT}{ref}") is None:
        return None
    try:
        opened = cases.open_case(desk, ref, actor, purpose)
    except KeysRefused:
        return None
    if opened is None or custody.glass(opened.case, person, desk.now()) is None:
        return None
    reader = msgspec.structs.replace(actor, roles=frozenset({Role.AUDITOR}))
    looks.record(desk, reader, opened, purpose, always=True)
    return reader, opened


def waiting(desk: Desk, person: str) -> tuple[tuple[Wish, ...], tuple[Standing, ...]]:
    """What an administrator is shown: wishes that wait for a second person, and what stands. Of a case only its name
    and what was asked; the machine reads that, nobody else."""
    wishes: list[Wish] = []
    standing: list[Standing] = []
    try:
        for name, fact in desk.machine.facts.all().items():
            if name.startswith(_FACT) and fact.value == _ON:
                ref = name.removeprefix(_FACT)
                desk.wall(person, ref)
                _collect(desk, person, ref, wishes, standing)
    finally:
        desk.wall(person)
    return tuple(wishes), tuple(standing)


def _collect(desk: Desk, person: str, ref: CaseRef, wishes: list[Wish], standing: list[Standing]) -> None:
    opened, now = cases.open_case(desk, ref, SYSTEM_ACTOR, "break-glass.list"), desk.now()
    if opened is None:
        return
    case = opened.case
    for each in case.asks:
        if each.asked.act is Act.BREAK_GLASS and each.asked.until > now:
            by = each.by_name or each.by
            asked = each.asked
            wishes.append(Wish(ref, case.project, asked.digest, by, asked.terms, asked.until, each.by != person))
    standing += [
        Standing(ref, each.name, each.second_name, each.until, each.person == person)
        for each in case.glass
        if now < each.until
    ]


def _administrator(desk: Desk, person: str, ref: CaseRef) -> Actor | None:
    head = desk.journal.head(ref)
    actor = desk.people.actor(person, head.project) if head else None
    return actor if actor is not None and Role.ADMINISTRATOR in actor.roles else None
