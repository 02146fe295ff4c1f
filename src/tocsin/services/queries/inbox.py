# SPDX-License-Identifier: Apache-2.0
"""The inbox: one page of cases that somebody may see, ordered by what is due. Costs O(page): no journal is replayed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from tocsin.core.case.phase import Phase
from tocsin.core.intake import CONTENT_GROUPS
from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services import own, sealing
from tocsin.services.app import Desk
from tocsin.services.ports.store import NEVER, InboxQuery, InboxRow
from tocsin.services.queries import orders, words
from tocsin.services.queries.orders import CEILING

PAGE: Final = 50
_SUMMARY: Final = msgspec.json.Decoder(sealing.Summary)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

TABS: Final[Mapping[str, str]] = {
    "team": "Needs us",
    "held": "Held",
    "reporter": "Waiting for reporter",
    "mine": "Mine",
    "snoozed": "Put aside",
    "open": "All open",
    "done": "Done",
}
"""Tabs of the inbox: the key in the address, the words on the tab."""


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
    unanswered: str = ""
    """For how long the reporter waits for an answer, where what is due next is something else."""


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


def page(
    desk: Desk, person: str, *, tab: str = "team", project: str = "", after: str = "", limit: int = PAGE, by: str = ""
) -> Page:
    """Return one page of what `person` may see. An unknown tab or project shows nothing rather than everything.

    `by` is "" for what is due first, or one of `orders.ORDERS`: then every row of the tab is opened, up to `CEILING`.
    """
    mine = desk.people.projects(person)
    projects = tuple(each for each in mine if not project or each == project)
    now, by = desk.now(), orders.known(by)
    lines: tuple[Line, ...] = ()
    further = ""
    if not projects or tab not in TABS:
        pass
    elif by:
        lines, further = _by(desk, _rows(desk, projects, tab, person, "", CEILING)[:CEILING], by, after, limit)
    else:
        rows = _rows(desk, projects, tab, person, after, limit)
        lines = tuple(line(desk, row, now) for row in rows[:limit])
        further = cursor(rows[limit - 1]) if len(rows) > limit else ""
    return Page(
        tab=tab,
        project=project,
        lines=lines,
        next=further,
        counts=counts(desk, projects, person),
        at=now,
        projects=mine,
        by=by,
    )


def _by(desk: Desk, rows: Sequence[InboxRow], by: str, after: str, limit: int) -> tuple[tuple[Line, ...], str]:
    now = desk.now()
    opened = [(row, open_summary(desk, row)) for row in rows]
    shown, further = orders.cut(orders.ordered(desk, opened, by, now), after, limit)
    lines = (
        msgspec.structs.replace(line_of(desk, each.row, each.summary, now), group=each.group, priority=each.word)
        for each in shown
    )
    return tuple(lines), further


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
    return line_of(desk, row, open_summary(desk, row), now)


def line_of(desk: Desk, row: InboxRow, summary: sealing.Summary, now: datetime) -> Line:
    """Put a row in words whose sealed half is open already."""
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
        unanswered=_unanswered(row, summary, now),
    )


def _unanswered(row: InboxRow, summary: sealing.Summary, now: datetime) -> str:
    """A new report waits for its first answer anyway: that is said where something else is due."""
    if summary.unanswered is None or row.phase == Phase.NEW:
        return ""
    return words.span(now - summary.unanswered)


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


def open_dropped(desk: Desk, rows: Sequence[InboxRow]) -> list[sealing.Summary | None]:
    """Open rows that intake sealed, all in one question to the key holder; None for one that does not open."""
    places = sealing.Places(desk.sealer.instance)
    opened = desk.vault.open_drops([(row.body, sealing.row_place(places, row)) for row in rows])
    return [_summary(plain) for plain in opened]


def _summary(plain: bytes | None) -> sealing.Summary | None:
    try:
        return None if plain is None else _SUMMARY.decode(plain)
    except msgspec.DecodeError:
        return None


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
