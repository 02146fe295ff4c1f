# SPDX-License-Identifier: Apache-2.0
"""Who else is at a case, whichever of several desk processes serves them (UX 3.8).

Each process remembers its own (`services.presence`). Where there are several, which is on PostgreSQL, they tell one
another by one small record a case: names, the part that somebody writes on, and instants, sealed under the project's
list key and found by a keyed hash, so that the table does not say who works on what. Nothing of it stands in a journal,
no word of a case is in it, and no case is opened for it. A person who has a case open costs one read at each question
and one write a minute; the worker sweeps what is over.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from tocsin.core.vocabulary import CaseRef, ProjectId, Value
from tocsin.services import own
from tocsin.services.app import Desk
from tocsin.services.book import Book, Kept
from tocsin.services.ports.store import Conflict, Unavailable
from tocsin.services.ports.vault import Tampered
from tocsin.services.presence import STAYS, TOLD, Other, Seen

BATCH: Final = 500
"""Records swept at a time."""


class Company(Value):
    """Who is at one case, by id."""

    people: dict[str, Seen]


def arrive(desk: Desk, project: ProjectId, case: CaseRef, person: str, name: str, part: str = "") -> tuple[Other, ...]:
    """Note that somebody has a case open, and with `part` that they write there; returns who else is there."""
    now = desk.now()
    desk.presence.note(case, person, name, now, part)
    if desk.presence.shared:
        with suppress(Conflict, Unavailable, Tampered):  # a courtesy: the next question comes in half a minute
            _tell(desk, project, case, person, now)
    return desk.presence.others(case, person, now)


def leave(desk: Desk, project: ProjectId, case: CaseRef, person: str) -> None:
    """Forget somebody who does not want to be seen."""
    desk.presence.forget(case, person)
    if not desk.presence.shared:
        return
    with suppress(Conflict, Unavailable, Tampered):
        kept = _book(desk).get(project, _name(desk, case))
        if kept and person in kept.value.people:
            rest = {who: seen for who, seen in kept.value.people.items() if who != person}
            _book(desk).change(kept, Company(people=rest))


def sweep(desk: Desk) -> int:
    """Remove the records of cases that nobody has open any more; returns how many. None of them is read."""
    records = desk.outside.records
    over = records.due(_KIND, desk.now(), BATCH)
    return sum(records.remove(each.kind, each.project, each.id) for each in over)


_KIND: Final = "presence"


def _book(desk: Desk) -> Book[Company]:
    return Book(desk, _KIND, Company)


def _name(desk: Desk, case: CaseRef) -> str:
    return own.name_of(desk, _KIND, case)


def _tell(desk: Desk, project: ProjectId, case: CaseRef, person: str, now: datetime) -> None:
    """Take in what the others said, and say what they do not know yet."""
    kept = _book(desk).get(project, _name(desk, case))
    told = kept.value.people if kept else {}
    mine = _joined(desk.presence.seen(case, person), told.get(person))
    if mine and _news(mine, told.get(person)):
        rest = {who: seen for who, seen in told.items() if who != person and now - seen.at < STAYS}
        _write(desk, kept, project, case, Company(people={**rest, person: mine}), now)
    desk.presence.learn(case, told)


def _write(
    desk: Desk, kept: Kept[Company] | None, project: ProjectId, case: CaseRef, company: Company, now: datetime
) -> None:
    if kept:
        _book(desk).change(kept, company, now + STAYS)
    else:
        _book(desk).add(project, _name(desk, case), company, now + STAYS)


def _joined(mine: Seen | None, told: Seen | None) -> Seen | None:
    """What this process knows of somebody, and where they wrote when another one served them."""
    if mine is None or told is None or told.wrote_at is None or (mine.wrote_at and mine.wrote_at >= told.wrote_at):
        return mine
    return replace(mine, part=told.part, wrote_at=told.wrote_at)


def _news(mine: Seen, told: Seen | None) -> bool:
    """Whether the others have to be told: at once of a part that somebody begins to write on, else once a minute."""
    if told is None or mine.at - told.at >= TOLD:
        return True
    if mine.wrote_at is None or mine.wrote_at != mine.at:
        return False
    return told.wrote_at is None or told.part != mine.part or mine.wrote_at - told.wrote_at >= TOLD
