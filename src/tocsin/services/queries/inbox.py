# SPDX-License-Identifier: Apache-2.0
"""The inbox: one page of cases that somebody may see, ordered by what is due. Costs O(page): no journal is replayed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from tocsin.core.case.phase import Phase
from tocsin.core.case.priority import WORDS, Key, with_signal
from tocsin.core.intake import CONTENT_GROUPS
from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services import own, sealing
from tocsin.services.app import Desk
from tocsin.services.ports.store import NEVER, InboxQuery, InboxRow
from tocsin.services.queries import words

PAGE: Final = 50
CEILING: Final = 1000
_SUMMARY: Final = msgspec.json.Decoder(sealing.Summary)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

TABS: Final[Mapping[str, str]] = {
    "team": "Needs us",
    "held": "Held",
    "reporter": "Waiting for reporter",
    "mine": "Mine",
    "snoozed": "Snoozed",
    "open": "All open",
    "done": "Done",
}
"""Tabs of the inbox: the key in the address, the words on the tab."""

PRIORITY: Final = "priority"
"""The other order that a list can be read in; without it, what is due first comes first."""


class Line(msgspec.Struct, frozen=True):
    """One row, every cell a ready string."""

    case: CaseRef
    project: ProjectId
    title: str
    phase: str
    due: str
    due_at: str
    mark: str
    promise: str
    waits_for: str
    lead: str
    severity: str
    answered: int
    asked: int
    answers: str
    files: int
    fresh: bool
    seq: int
    alike: str = ""
    group: str = ""
    priority: str = ""


class Page(msgspec.Struct, frozen=True):
    """One page of the inbox. `next` is the cursor of the page after, empty on the last one."""

    tab: str
    project: str
    lines: tuple[Line, ...]
    next: str
    counts: dict[str, str]
    at: datetime
    projects: tuple[ProjectId, ...]
    by: str = ""


class _Ranked(msgspec.Struct, frozen=True, order=True):
    """Where a row stands in the order of priorities: its place there, then its deadline, then its reference."""

    key: Key
    due: datetime
    case: CaseRef


def page(
    desk: Desk, person: str, *, tab: str = "team", project: str = "", after: str = "", limit: int = PAGE, by: str = ""
) -> Page:
    """Return one page of what `person` may see. An unknown tab or project shows nothing rather than everything.

    `by` is "" for what is due first, `PRIORITY` for the order of `core.case.priority`, or one of its classes for those
    cases alone. Ordering so opens every row of the tab up to `CEILING`, those that are due first: sealed rows cannot be
    sorted by whoever stores them.
    """
    mine = desk.people.projects(person)
    projects = tuple(each for each in mine if not project or each == project)
    now = desk.now()
    if by and projects and tab in TABS:
        return _by_priority(desk, person, _Asked(tab, project, projects, by if by in (PRIORITY, *WORDS) else PRIORITY),
                            after, limit, mine)  # fmt: skip
    rows = _rows(desk, projects, tab, person, after, limit) if projects and tab in TABS else ()
    shown = rows[:limit]
    return Page(
        tab=tab,
        project=project,
        lines=tuple(line(desk, row, now) for row in shown),
        next=cursor(shown[-1]) if len(rows) > limit else "",
        counts=counts(desk, projects, person),
        at=now,
        projects=mine,
    )


class _Asked(NamedTuple):
    tab: str
    project: str
    projects: tuple[ProjectId, ...]
    by: str


def _by_priority(desk: Desk, person: str, asked: _Asked, after: str, limit: int, mine: tuple[ProjectId, ...]) -> Page:
    now = desk.now()
    found = []
    for row in _rows(desk, asked.projects, asked.tab, person, "", CEILING)[:CEILING]:
        summary = open_summary(desk, row)
        key = with_signal(summary.priority, desk.signals.of(summary.cve) if summary.cve else None)
        if asked.by in (PRIORITY, key.word):
            found.append((_ranked(key, row), key, row, summary))
    found.sort(key=lambda each: each[0])
    place = _place(after)
    rest = [each for each in found if place is None or each[0] > place]
    shown = rest[:limit]
    lines = tuple(
        msgspec.structs.replace(_line(desk, row, summary, now), group=key.word.capitalize(), priority=key.word)
        for _, key, row, summary in shown
    )
    return Page(
        tab=asked.tab,
        project=asked.project,
        lines=lines,
        next=base64.urlsafe_b64encode(msgspec.json.encode(shown[-1][0])).decode() if len(rest) > limit else "",
        counts=counts(desk, asked.projects, person),
        at=now,
        projects=mine,
        by=asked.by,
    )


def _ranked(key: Key, row: InboxRow) -> _Ranked:
    return _Ranked(key, row.next_due, row.case)


def _place(after: str) -> _Ranked | None:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(after), type=_Ranked) if after else None
    except (ValueError, binascii.Error):
        return None


def _rows(
    desk: Desk, projects: tuple[ProjectId, ...], tab: str, person: str, after: str, limit: int
) -> Sequence[InboxRow]:
    """Read one row more than the page shows; what the person has put aside stands in a list of its own."""
    if tab == "snoozed":
        return sorted(own.sleeping(desk, person, projects), key=lambda row: (row.next_due, row.case))
    aside, now = own.snoozed(desk, person), desk.now()
    rows = desk.inbox.page(_query(projects, tab, person, after, limit + len(aside)))
    return [row for row in rows if not own.sleeps(row, aside.get(row.case), now)][: limit + 1] if aside else rows


def moved(desk: Desk, person: str, *, tab: str, project: str, since: datetime) -> int:
    """Count what on the first page came or changed since an instant, without opening anything."""
    mine = desk.people.projects(person)
    projects = tuple(each for each in mine if not project or each == project)
    rows = _rows(desk, projects, tab, person, "", PAGE)[:PAGE] if projects and tab in TABS else ()
    return sum(row.updated_at >= since for row in rows)


def _query(projects: tuple[ProjectId, ...], tab: str, person: str, after: str, limit: int) -> InboxQuery:
    return InboxQuery(
        projects=projects,
        open=tab != "done",
        waits_for=tab if tab in ("team", "held", "reporter") else "",
        lead=person if tab == "mine" else "",
        after=from_cursor(after),
        limit=limit + 1,
    )


def counts(desk: Desk, projects: tuple[ProjectId, ...], person: str = "") -> dict[str, str]:
    """Count open cases by who owes the next move, no further than `CEILING`, beyond which it says so; and what the
    person has put aside."""
    found = dict(desk.inbox.counts(projects, CEILING)) if projects else {}
    if person and (aside := sum(1 for _ in own.sleeping(desk, person, projects))):
        found["snoozed"] = aside
    return {name: f"{CEILING - 1}+" if count >= CEILING else str(count) for name, count in found.items()}


def line(desk: Desk, row: InboxRow, now: datetime) -> Line:
    """Open one row and put it in words. Raises `Tampered` when it is not what was sealed."""
    return _line(desk, row, open_summary(desk, row), now)


def _line(desk: Desk, row: InboxRow, summary: sealing.Summary, now: datetime) -> Line:
    answered, asked = len(summary.answered), len(CONTENT_GROUPS) - 1
    mark = desk.likes.mark(row.case)
    return Line(
        case=row.case,
        project=row.project,
        title=summary.title,
        phase=row.phase,
        due=words.until(row.next_due, now),
        due_at=words.instant(row.next_due),
        mark=words.urgency(row.next_due, now),
        promise=summary.promise,
        waits_for=row.waits_for,
        lead=summary.lead_name,
        severity=f"{summary.rating} {summary.score:.1f}" if summary.rating else "",
        answered=answered,
        asked=asked,
        answers=f"{answered}/{asked}",
        files=summary.files,
        fresh=row.phase == Phase.NEW and now - row.opened_at < timedelta(days=1),
        seq=row.seq,
        alike=f"{mark.score:.2f} ↔ {mark.count}" if mark else "",
        group=group(row.next_due, now),
    )


def group(due: datetime, now: datetime) -> str:
    """Name the group that a row stands in: lists are parted where a deadline has passed, and where one is near."""
    if due <= now:
        return "Over"
    return "Due within a day" if due - now <= timedelta(days=1) else "Later"


def open_summary(desk: Desk, row: InboxRow) -> sealing.Summary:
    """Open the sealed half of a row, whoever sealed it; a shredded case has none."""
    if not row.body:
        return sealing.Summary(title="(shredded)")
    place = sealing.row_place(sealing.Places(desk.sealer.instance), row)
    if row.by_drop:
        return _SUMMARY.decode(desk.vault.open_drop(row.body, place))
    return _SUMMARY.decode(desk.vault.list_key(row.project).open(row.body, place))


def cursor(row: InboxRow) -> str:
    """Name the place after a row, for the next page's address."""
    micros = (row.next_due - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros} {row.case}".encode()).decode().rstrip("=")


def from_cursor(text: str) -> tuple[datetime, CaseRef] | None:
    """Read a cursor; anything else starts at the first page."""
    try:
        micros, case = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split(" ", 1)
        at = _EPOCH + timedelta(microseconds=int(micros))
    except (ValueError, OverflowError, binascii.Error):
        return None
    return min(at, NEVER), case
