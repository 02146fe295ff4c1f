# SPDX-License-Identifier: Apache-2.0
"""The contract of the inbox, on every store. What it may cost is in `test_plans`."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.store.stores import OTHER, T0, WHPG, Stores, further, opening, row
from tocsin.adapters.db.inbox import RANGES_A_STATEMENT
from tocsin.services.ports.store import NEVER, InboxQuery

ALL = InboxQuery(projects=(WHPG, OTHER))


def ref(number: int, prefix: str = "WHPG") -> str:
    return f"{prefix}-2026-{number:05d}"


def filled(stores: Stores) -> Stores:
    """Two projects; two cases due at the same instant, one never, one closed."""
    for number, project, changes in (
        (3, WHPG, {"next_due": T0 + timedelta(days=1)}),
        (1, WHPG, {"next_due": T0 + timedelta(days=1), "lead": "usr_ann"}),
        (2, OTHER, {"next_due": T0, "waits_for": "reporter", "phase": "need-info"}),
        (4, OTHER, {"phase": "accepted", "lead": "usr_ann"}),
        (5, WHPG, {"open": False, "phase": "closed", "waits_for": "nobody", "next_due": T0 - timedelta(days=1)}),
    ):
        stores.journal.commit(opening(ref(number), project, row=changes))
    return stores


def numbers(stores: Stores, **query: object) -> list[int]:
    return [int(row.case[-5:]) for row in stores.inbox.page(msgspec.structs.replace(ALL, **query))]


def test_a_page_is_ordered_by_what_is_due_then_by_reference(stores: Stores) -> None:
    assert numbers(filled(stores)) == [2, 1, 3, 4]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"projects": (WHPG,)}, [1, 3]),
        ({"projects": (OTHER,)}, [2, 4]),
        ({"projects": (WHPG, WHPG)}, [1, 3]),
        ({"projects": ()}, []),
        ({"projects": ("unheard-of",)}, []),
        ({"open": False}, [5]),
        ({"open": None}, [5, 2, 1, 3, 4]),
        ({"waits_for": "team"}, [1, 3, 4]),
        ({"lead": "usr_ann"}, [1, 4]),
        ({"lead": "usr_bob"}, []),
        ({"phase": "accepted"}, [4]),
        ({"phase": "closed", "open": None}, [5]),
        ({"lead": "usr_ann", "waits_for": "team", "phase": "new"}, [1]),
        ({"limit": 2}, [2, 1]),
        ({"after": (T0 + timedelta(days=1), ref(1))}, [3, 4]),
        ({"after": (NEVER, ref(4))}, []),
    ],
    ids=str,
)
def test_a_page_shows_what_was_asked_for(stores: Stores, query: dict[str, object], found: list[int]) -> None:
    assert numbers(filled(stores), **query) == found


def test_pages_join_without_gap_or_repeat_also_where_nothing_is_due(stores: Stores) -> None:
    for number in range(20):
        due = NEVER if number % 3 else T0
        stores.journal.commit(opening(ref(number), (WHPG, OTHER)[number % 2], row={"next_due": due}))
    seen, after = [], None
    while page := stores.inbox.page(InboxQuery(projects=(WHPG, OTHER), after=after, limit=3)):
        seen += [row.case for row in page]
        after = (page[-1].next_due, page[-1].case)
    assert seen == [ref(n) for n in range(20) if n % 3 == 0] + [ref(n) for n in range(20) if n % 3]


def test_more_projects_than_one_statement_takes_are_still_one_page(stores: Stores) -> None:
    filled(stores)
    many = tuple(f"project-{number}" for number in range(3 * RANGES_A_STATEMENT))
    assert numbers(stores, projects=(WHPG, *many, OTHER), limit=3) == [2, 1, 3]


def test_who_leads_open_cases_is_named_once(stores: Stores) -> None:
    filled(stores)
    stores.journal.commit(opening(ref(6), WHPG, row={"lead": "usr_bob"}))
    stores.journal.commit(opening(ref(7), WHPG, row={"lead": "usr_bob"}))
    stores.journal.commit(opening(ref(8), WHPG, row={"lead": "usr_gone", "open": False}))
    assert stores.inbox.leads(WHPG) == ["usr_ann", "usr_bob"]
    assert stores.inbox.leads("unheard-of") == []


def test_counts_stop_at_the_ceiling(stores: Stores) -> None:
    filled(stores)
    assert stores.inbox.counts((WHPG, OTHER), 1000) == {"team": 3, "reporter": 1}
    assert stores.inbox.counts((WHPG, OTHER), 2) == {"team": 2, "reporter": 1}
    assert stores.inbox.counts((WHPG, WHPG), 1000) == {"team": 2}
    assert stores.inbox.counts((), 1000) == {}
    assert stores.inbox.counts(("unheard-of",), 1000) == {}


def test_a_row_is_replaced_only_where_it_still_stands(stores: Stores) -> None:
    stores.journal.commit(opening(ref(1), row={"by_drop": True}))
    again = row(ref(1), by_drop=False, body=b"sealed again", lead="usr_ann", next_due=T0)
    assert stores.inbox.put([again]) == 1
    assert stores.inbox.row(ref(1)) == again
    stores.journal.commit(further(ref(1), 1))
    assert stores.inbox.put([again]) == 0
    assert stores.inbox.put([row(ref(1), 2, project=OTHER)]) == 0
    assert stores.inbox.put([row(ref(9))]) == 0
    assert stores.inbox.row(ref(1)) == row(ref(1), 2)
    assert stores.inbox.row(ref(9)) is None


def test_rows_are_replaced_together_and_a_case_that_moved_on_keeps_its_own(stores: Stores) -> None:
    for number in (1, 2, 3):
        stores.journal.commit(opening(ref(number)))
    stores.journal.commit(further(ref(2), 1))
    assert stores.inbox.put([row(ref(number), body=b"sealed again") for number in (1, 2, 3)]) == 2
    bodies = [stores.inbox.row(ref(number)).body for number in (1, 2, 3)]
    assert bodies[0] == bodies[2] == b"sealed again" != bodies[1]


def test_replacing_a_row_does_not_move_the_case(stores: Stores) -> None:
    stores.journal.commit(opening(ref(1)))
    before = stores.journal.head(ref(1))
    stores.inbox.put([row(ref(1), body=b"sealed again")])
    assert stores.journal.head(ref(1)) == before


def test_what_ended_since_is_read_in_the_order_in_which_it_ended_a_page_at_a_time(stores: Stores) -> None:
    for number, hours, is_open in ((1, 0, False), (2, -2, False), (3, 5, False), (4, 1, True), (5, 5, False)):
        at = T0 + timedelta(hours=hours)
        stores.journal.commit(opening(ref(number), row={"updated_at": at, "open": is_open}))
    project = stores.inbox.row(ref(1)).project
    assert [each.case for each in stores.inbox.ended(project, T0, None, 10)] == [ref(1), ref(3), ref(5)]
    first = stores.inbox.ended(project, T0, None, 2)
    place = (first[-1].updated_at, first[-1].case)
    assert [each.case for each in stores.inbox.ended(project, T0, place, 2)] == [ref(5)]
    assert list(stores.inbox.ended("nowhere", T0, None, 10)) == []


def test_the_clock_wakes_what_is_due_the_longest_overdue_first(stores: Stores) -> None:
    for number, hours in ((1, 0), (2, -2), (3, 1), (4, -2)):
        stores.journal.commit(opening(ref(number), row={"wake_at": T0 + timedelta(hours=hours), "open": number != 2}))
    stores.journal.commit(opening(ref(5)))
    assert list(stores.inbox.to_wake(T0, 10)) == [ref(2), ref(4), ref(1)]
    assert list(stores.inbox.to_wake(T0, 2)) == [ref(2), ref(4)]


def test_rows_are_read_in_the_order_that_is_asked_for_however_many(stores: Stores) -> None:
    for number in range(1, 61):
        stores.journal.commit(opening(ref(number)))
    wanted = [ref(number) for number in (60, 2, 999, *range(59, 2, -1))]
    assert [each.case for each in stores.inbox.rows(wanted)] == [each for each in wanted if each != ref(999)]
    assert stores.inbox.rows([ref(2)]) == [stores.inbox.row(ref(2))]
    assert list(stores.inbox.rows([])) == []


def test_rows_that_intake_sealed_are_found(stores: Stores) -> None:
    for number in (3, 1, 2):
        stores.journal.commit(opening(ref(number), row={"by_drop": number != 2}))
    assert [row.case for row in stores.inbox.by_drop(10)] == [ref(1), ref(3)]
    assert [row.case for row in stores.inbox.by_drop(1)] == [ref(1)]
