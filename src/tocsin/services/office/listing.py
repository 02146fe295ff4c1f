# SPDX-License-Identifier: Apache-2.0
"""A page of cases for programs: filtered, in the order of what is due first or in one that was asked for; and pages of
the records beside the cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.core.wire import case as told
from tocsin.core.wire import desk as lists
from tocsin.services import finding, own
from tocsin.services.app import Desk
from tocsin.services.archive_state import archived
from tocsin.services.book import Book, Kept
from tocsin.services.office import pages
from tocsin.services.ports.store import InboxQuery, InboxRow
from tocsin.services.queries import inbox, orders

R = TypeVar("R", bound=msgspec.Struct)

PAGE: Final = 50
MOST: Final = 200
"""Items on one page, if not said, and at most."""


class Filter(msgspec.Struct, frozen=True):
    """Which cases to list. `open` None lists open and done ones, `lead` is the id of a person, `after` a cursor of the
    same order; `by` is "" for what is due first or one of `orders.ORDERS`, which look at a thousand cases at most.
    `aside` is what becomes of cases that the person who asks has put aside: "" nothing, `out` leaves them out, `only`
    lists them alone."""

    project: ProjectId = ""
    open: bool | None = True
    waits_for: str = ""
    phase: str = ""
    lead: str = ""
    by: str = ""
    aside: str = ""
    after: str = ""
    limit: int = PAGE


def projects(desk: Desk, mine: tuple[ProjectId, ...]) -> tuple[lists.Project, ...]:
    """Those of the projects that are the caller's, in the order they were made."""
    return tuple(
        lists.Project(
            id=each.id,
            name=each.name,
            prefix=each.prefix,
            policy=each.policy,
            archived_at=ended.at if (ended := archived(desk.machine.facts, each.id)) else None,
        )
        for each in desk.projects.all()
        if each.id in mine
    )


def page(desk: Desk, projects: tuple[ProjectId, ...], asked: Filter, person: str) -> lists.CasePage:
    """List one page of the cases of `projects`, as `person` asks for them.

    Costs O(page); another order costs O(`orders.CEILING`).
    """
    limit, by = max(1, min(asked.limit, MOST)), orders.known(asked.by)
    counts = _counts(desk, projects, person)
    query = InboxQuery(
        projects=projects,
        open=asked.open,
        waits_for=asked.waits_for,
        phase=asked.phase,
        lead=asked.lead,
        after=None if by else inbox.from_cursor(asked.after),
        limit=orders.CEILING if by else limit + 1,
    )
    found = _rows(desk, query, asked.aside, person) if projects else ()
    if by:
        opened = [(each, inbox.open_summary(desk, each)) for each in found]
        shown, further = orders.cut(orders.ordered(desk, opened, by, desk.now()), asked.after, limit)
        items = tuple(pages.row(desk, each.row, each.summary) for each in shown)
    else:
        items = tuple(pages.row(desk, each, inbox.open_summary(desk, each)) for each in found[:limit])
        further = inbox.cursor(found[limit - 1]) if len(found) > limit else ""
    return lists.CasePage(tlp=told.TLP, items=items, counts=counts, next=further)


def found(desk: Desk, projects: tuple[ProjectId, ...], sought: lists.Sought, person: str) -> lists.CasePage:
    """List cases of `projects` by what they are called or say, whatever their state: one page, the likeliest on top."""
    rows = finding.find(desk, projects, sought.words).rows[: sought.limit]
    items = tuple(pages.row(desk, row, said) for row, said in rows)
    return lists.CasePage(tlp=told.TLP, items=items, counts=_counts(desk, projects, person), next="")


def _counts(desk: Desk, projects: tuple[ProjectId, ...], person: str) -> dict[str, int]:
    found = dict(desk.inbox.counts(projects, orders.CEILING)) if projects else {}
    sleeping = sum(1 for _ in own.sleeping(desk, person, projects))
    return found | ({"snoozed": sleeping} if sleeping else {})


def _rows(desk: Desk, query: InboxQuery, aside: str, person: str) -> Sequence[InboxRow]:
    """Read as many rows as the query wants, without what is put aside, or nothing but that."""
    if aside == "only":
        return sorted(own.sleeping(desk, person, query.projects), key=lambda row: (row.next_due, row.case))
    put, now = own.snoozed(desk, person) if aside == "out" else {}, desk.now()
    rows = desk.inbox.page(msgspec.structs.replace(query, limit=query.limit + len(put)))
    return [row for row in rows if not own.sleeps(row, put.get(row.case), now)][: query.limit]


def paged(book: Book[R], project: ProjectId, after: str, limit: int) -> tuple[list[Kept[R]], str]:
    """One page of the records of a project after an id, and the id to go on after; empty on the last page."""
    most = max(1, min(limit, MOST))
    found = book.page(project, after, most + 1)
    return found[:most], found[most - 1].id if len(found) > most else ""


def seen_before(kept: Kept[R], seen: int | None) -> Refused | None:
    """Refuse where a record is not the version that the caller looked at; without one, nothing is refused."""
    if seen is None or seen == kept.record.version:
        return None
    because = "Somebody changed this since you looked. Read it again."
    return Refused(code="conflict", because=because, rule="optimistic concurrency")
