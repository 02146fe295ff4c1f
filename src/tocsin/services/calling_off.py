# SPDX-License-Identifier: Apache-2.0
"""Dates that a person's calendar program was given and that stand no longer: kept, withdrawn, or of a closed case.

A program that reads the feed keeps what it was told, so leaving a date out is not enough: it is told once more, as
cancelled, until its instant has passed (RFC 5546, 3.2.5, for what is published). What was told is remembered for each
person alone, sealed, and says no more than the feed did.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Final

from tocsin.core.vocabulary import CaseRef, ProjectId, Value
from tocsin.services.app import Desk
from tocsin.services.book import Book
from tocsin.services.own import first_project, name_of
from tocsin.services.ports.store import Conflict
from tocsin.services.queries.calendar import Entry, of_row

MOST: Final = 800
"""Dates that are remembered for one person: twice what a calendar shows."""


class Told(Value):
    """One date as the program was told it."""

    case: CaseRef
    project: ProjectId
    what: str
    at: datetime
    seq: int
    off: bool = False


class Feed(Value):
    """Everything that a person's programs were told, by key."""

    dates: dict[str, Told]


def called_off(desk: Desk, person: str, standing: Iterable[Entry]) -> tuple[Entry, ...]:
    """Remember what is told now, and return what was told before and does not stand any more."""
    home, book = first_project(desk, person), Book(desk, "calendar-told", Feed)
    if not home:
        return ()
    name = name_of(desk, "calendar-told", person)
    kept = book.get(home, name)
    now = {
        each.key: Told(case=each.case, project=each.project, what=each.what, at=each.at, seq=each.seq)
        for each in standing
    }
    before = kept.value.dates if kept else {}
    mine = desk.people.projects(person)
    gone = {
        key: _off(desk, told)
        for key, told in before.items()
        if key not in now and told.at > desk.now() and told.project in mine and not _stands(desk, key, told)
    }
    feed = Feed(dates=dict(list((now | gone).items())[:MOST]))
    if kept is None or kept.value != feed:
        with suppress(Conflict):  # two programs at once: the next reading remembers
            if kept:
                book.change(kept, feed)
            else:
                book.add(home, name, feed)
    return tuple(_entry(key, told) for key, told in gone.items())


def _stands(desk: Desk, key: str, told: Told) -> bool:
    """Whether a date that a full calendar had no room for is still there."""
    row = desk.inbox.row(told.case)
    return row is not None and row.open and any(each.key == key for each in of_row(desk, row, desk.now()))


def _off(desk: Desk, told: Told) -> Told:
    """The date called off, counted up once, so that a program takes it for news."""
    if told.off:
        return told
    row = desk.inbox.row(told.case)
    seq = max(row.seq if row else 0, told.seq + 1)
    return Told(case=told.case, project=told.project, what=told.what, at=told.at, seq=seq, off=True)


def _entry(key: str, told: Told) -> Entry:
    return Entry(
        case=told.case,
        project=told.project,
        key=key,
        what=told.what,
        at=told.at,
        seq=told.seq,
        mark="",
        cancelled=True,
    )
