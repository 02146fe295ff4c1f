# SPDX-License-Identifier: Apache-2.0
"""The dates of every open case that somebody may see: promises, embargoes, dates on the table, answers wanted.

Read from the sealed rows of the lists, so that no case is opened for it. What it says of a case is its reference and
the kind of date; never a title.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services.app import Desk
from tocsin.services.ports.store import NEVER, InboxQuery, InboxRow
from tocsin.services.queries import inbox, words

MOST: Final = 400
"""Open cases that a calendar shows, what is due first coming first."""

KINDS: Final = {"embargo": "embargo ends", "proposed": "end proposed", "answer": "answer wanted"}
"""Kinds of dates besides promises, and how they read behind a case's reference."""

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Entry(msgspec.Struct, frozen=True):
    """One date of one case. `seq` grows with every change of the case; `key` stays the same when the date moves;
    `cancelled` says that it stands no longer."""

    case: CaseRef
    project: ProjectId
    key: str
    what: str
    at: datetime
    seq: int
    mark: str
    cancelled: bool = False

    @property
    def when(self) -> str:
        """Day, hour and zone."""
        return words.instant(self.at)

    @property
    def hour(self) -> str:
        """The hour alone, for a cell that says the day."""
        return f"{self.at:%H:%M}"


class Day(msgspec.Struct, frozen=True):
    """One cell of the month. `shut` says that the policy publishes nothing on this day of the week."""

    number: int
    iso: str
    entries: tuple[Entry, ...]
    now: bool
    shut: bool
    together: int


class Month(msgspec.Struct, frozen=True):
    """A month as weeks of days (None outside of it), its neighbours, and the dates in it."""

    title: str
    before: str
    after: str
    weeks: tuple[tuple[Day | None, ...], ...]
    entries: tuple[Entry, ...]
    weekdays: str


def entries(desk: Desk, person: str, project: str = "") -> tuple[Entry, ...]:
    """List every date that a person may see, soonest first."""
    projects = tuple(each for each in desk.people.projects(person) if not project or each == project)
    if not projects:
        return ()
    rows = desk.inbox.page(InboxQuery(projects=projects, limit=MOST))
    now = desk.now()
    return tuple(
        sorted((each for row in rows for each in of_row(desk, row, now)), key=lambda each: (each.at, each.key))
    )


def of_row(desk: Desk, row: InboxRow, now: datetime) -> Iterator[Entry]:
    """Yield the dates of one case."""
    summary = inbox.open_summary(desk, row)
    found = (
        [(f"due-{summary.promise}", f"{summary.promise.replace('-', ' ')} due", row.next_due)]
        if summary.promise
        else []
    )
    found += [(kind, KINDS.get(kind, kind), at) for kind, at in summary.dates]
    for key, what, at in found:
        if at < NEVER:
            yield Entry(
                case=row.case,
                project=row.project,
                key=f"{row.case}-{key}",
                what=what,
                at=at,
                seq=row.seq,
                mark=words.urgency(at, now),
            )


def month(desk: Desk, person: str, asked: str, project: str = "") -> Month:
    """Lay a month out, `2026-12`; anything else is this month."""
    today = desk.now().date()
    first = _first(asked) or today.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    found = [each for each in entries(desk, person, project) if first <= each.at.date() < after]
    allowed = _weekdays(desk, desk.people.projects(person), project)
    days: list[Day | None] = [None] * first.weekday()
    for number in range((after - first).days):
        day = first + timedelta(days=number)
        here = tuple(each for each in found if each.at.date() == day)
        ends = sum(each.key.endswith("-embargo") for each in here)
        days.append(
            Day(
                number=day.day,
                iso=day.isoformat(),
                entries=here,
                now=day == today,
                shut=bool(allowed) and _DAYS[day.weekday()] not in allowed,
                together=ends if ends > 1 else 0,
            )
        )
    days += [None] * (-len(days) % 7)
    return Month(
        title=f"{first:%B %Y}",
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{after:%Y-%m}",
        weeks=tuple(tuple(days[start : start + 7]) for start in range(0, len(days), 7)),
        entries=tuple(found),
        weekdays=", ".join(allowed),
    )


def _first(text: str) -> date | None:
    try:
        found = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return None
    return found if 2000 < found.year < 9000 else None


def _weekdays(desk: Desk, mine: tuple[ProjectId, ...], project: str) -> tuple[str, ...]:
    """Days of the week on which the one project that is looked at publishes."""
    chosen = [each for each in mine if not project or each == project]
    info = desk.projects.get(chosen[0]) if len(chosen) == 1 else None
    disclosure = desk.projects.policy(info.id, info.policy).disclosure if info else None
    return tuple(disclosure.weekdays) if disclosure else ()
