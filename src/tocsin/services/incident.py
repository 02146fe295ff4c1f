# SPDX-License-Identifier: Apache-2.0
"""After an account was taken over: which cases it could have known, and how to stop what goes out.

What was read is told by the key holder's ledger, where each opening of a case stands with person and purpose; what was
shared, by the journals of those cases. Both are read, nothing is guessed.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.case import events as ev
from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience, CaseRef
from tocsin.services import sealing
from tocsin.services.app import Desk
from tocsin.services.ports.keys import GRANT, Release
from tocsin.services.ports.machine import Facts
from tocsin.services.ports.vault import Tampered
from tocsin.services.ports.world import PersonInfo

PANIC: Final = "panic"
ON: Final = "on"
OFF: Final = "off"

_EXPORTS: Final = ("export", "timeline", "download", "attachment", "file")
_SHARED: Final = ("party.", "case.merged", "case.split")


class Known(msgspec.Struct, frozen=True):
    """One case that a person knew: when they opened it, how often, what left with them, what they told others."""

    case: CaseRef
    first: datetime
    last: datetime
    opened: int
    refused: int
    exported: tuple[str, ...]
    shared: tuple[str, ...]


def find(desk: Desk, named: str) -> PersonInfo | None:
    """The one person with this id, address or name: a member, an administrator, or somebody whose account has ended,
    for it is ended first and looked into afterwards."""
    found = [
        p for p in desk.people.ever() if named.casefold() in (p.id.casefold(), p.email.casefold(), p.name.casefold())
    ]
    return found[0] if len(found) == 1 else None


def of(desk: Desk, person: str, since: datetime) -> list[Known]:
    """Every case that a person opened since then, the last one first. Costs O(ledger) and O(the journals of those)."""
    lines: defaultdict[CaseRef, list[Release]] = defaultdict(list)
    for line in desk.machine.keys.releases(since, person):
        if line.refused not in ("alarm", GRANT):
            lines[line.case].append(line)
    known = [_known(desk, case, found, person) for case, found in lines.items()]
    return sorted(known, key=lambda each: each.last, reverse=True)


def _known(desk: Desk, case: CaseRef, found: list[Release], person: str) -> Known:
    opened = [line for line in found if not line.refused]
    purposes = {line.purpose for line in opened}
    return Known(
        case=case,
        first=found[0].at,
        last=found[-1].at,
        opened=len(opened),
        refused=len(found) - len(opened),
        exported=tuple(sorted(each for each in purposes if any(word in each for word in _EXPORTS))),
        shared=_shared(desk, case, person) if opened else (),
    )


def _shared(desk: Desk, case: CaseRef, person: str) -> tuple[str, ...]:
    head = desk.journal.head(case)
    if head is None or not head.wrapped_key:
        return ()
    try:
        key = desk.vault.case_key(case, head.wrapped_key, SYSTEM_ACTOR.id, "incident")
        places = sealing.Places(desk.sealer.instance)
        entries = sealing.open_entries(places, key, case, desk.journal.entries(case))
    except Tampered:
        return ("the journal does not open",)
    return tuple(f"{ev.name(e.event)} {e.at:%F %H:%M}" for e in entries if e.actor.id == person and _leaves(e.event))


def _leaves(event: ev.Event) -> bool:
    """Whether an event told somebody outside the team something."""
    if isinstance(event, ev.MessageSent):
        return event.audience is not Audience.TEAM
    return ev.name(event).startswith(_SHARED)


def halt(desk: Desk) -> None:
    """Stop what goes out and end every session, administrators' too: people sign in anew when it is over. Reports are
    still taken in."""
    now = desk.now()
    desk.machine.facts.note(PANIC, ON, now)
    for person, _ in desk.people.everybody():
        desk.people.renew(person.id)
        for token in desk.api_tokens.of_person(person.id):
            desk.api_tokens.revoke(token.id, now)


def resume(desk: Desk) -> None:
    """Let what waited go out."""
    desk.machine.facts.note(PANIC, OFF, desk.now())


def halted(desk: Desk) -> bool:
    """Whether nothing may go out. Whatever carries something to others by itself asks this first, and lets it wait."""
    return shut(desk.machine.facts)


def shut(facts: Facts) -> bool:
    """The same, for what has only the facts: the client that speaks to others, which then asks and says nothing."""
    fact = facts.get(PANIC)
    return fact is not None and fact.value == ON
