# SPDX-License-Identifier: Apache-2.0
"""Who is at a case is known to every desk process of an installation, on every store, for one small write a minute."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from tests.store.stores import Stores
from tocsin.services import company
from tocsin.services.app import Desk
from tocsin.services.ports.records import Record
from tocsin.services.presence import Other, Presence
from tocsin.testing.house import House, house

CASE, WHPG = "WHPG-2026-k7x4m", "warehousepg"


def processes(stores: Stores, *, shared: bool = True) -> tuple[House, Desk, Desk]:
    """Two desk processes over one store: each remembers by itself."""
    home = house()
    outside = replace(home.desk.outside, records=stores.records)
    one, two = (replace(home.desk, outside=outside, presence=Presence(shared=shared)) for _ in range(2))
    return home, one, two


def come(desk: Desk, person: str, part: str = "") -> list[tuple[str, str]]:
    return [(each.name, each.part) for each in company.arrive(desk, WHPG, CASE, person, f"Ms {person}", part)]


@contextmanager
def written(stores: Stores) -> Iterator[list[Record]]:
    kept: list[Record] = []
    put = stores.records.put

    def count(records: Sequence[Record]) -> None:
        kept.extend(records)
        put(records)

    with patch.object(stores.records, "put", count):
        yield kept


def test_whoever_is_served_by_another_process_is_seen_until_two_minutes_after(stores: Stores) -> None:
    home, one, two = processes(stores)
    assert come(one, "dana") == []
    assert come(two, "li") == [("Ms dana", "")]
    home.clock.advance(timedelta(minutes=1))
    assert come(one, "dana") == [("Ms li", "")]
    home.clock.advance(timedelta(seconds=119))
    assert come(two, "li") == [("Ms dana", "")]
    home.clock.advance(timedelta(minutes=2))
    assert come(two, "li") == []


def test_processes_that_are_told_nothing_see_nobody_of_each_other(stores: Stores) -> None:
    _, one, two = processes(stores, shared=False)
    assert come(one, "dana") == []
    assert come(two, "li") == []
    assert come(one, "li") == [("Ms dana", "")]


def test_that_somebody_begins_to_write_is_told_at_once_and_ends_by_itself(stores: Stores) -> None:
    home, one, two = processes(stores)
    come(one, "dana")
    come(two, "li")
    home.clock.advance(timedelta(seconds=5))
    come(one, "dana", "Talk")
    assert come(two, "li") == [("Ms dana", "Talk")]
    home.clock.advance(timedelta(seconds=85))
    come(one, "dana")
    assert come(two, "li") == [("Ms dana", "")]


def test_a_page_whose_questions_go_to_processes_by_turns_keeps_what_it_writes_on(stores: Stores) -> None:
    home, one, two = processes(stores)
    come(one, "dana", "Talk")
    home.clock.advance(timedelta(seconds=70))
    come(two, "dana", "Talk")
    come(one, "dana")
    assert come(two, "li") == [("Ms dana", "Talk")]


def test_an_hour_of_looking_and_writing_costs_at_most_a_write_a_minute(stores: Stores) -> None:
    home, one, _ = processes(stores)
    with written(stores) as kept:
        for second in range(0, 3600, 5):
            come(one, "dana", "Talk" if second % 600 < 300 else "")
            home.clock.advance(timedelta(seconds=5))
    assert len(kept) <= 60
    assert max(len(each.body) for each in kept) < 400


def test_whoever_does_not_want_to_be_seen_is_gone_from_the_record(stores: Stores) -> None:
    _, one, two = processes(stores)
    come(one, "dana")
    assert come(two, "li") == [("Ms dana", "")]
    company.leave(one, WHPG, CASE, "dana")
    assert come(two, "li") == []


def test_what_is_over_is_swept_and_nothing_in_clear_says_who_was_where(stores: Stores) -> None:
    home, one, _ = processes(stores)
    come(one, "dana")
    (kept,) = stores.records.page("presence", WHPG)
    assert not any(word in f"{kept.id} {kept.body!r}" for word in (CASE, "dana", "k7x4m"))
    assert company.sweep(one) == 0
    home.clock.advance(timedelta(minutes=2))
    assert company.sweep(one) == 1
    assert list(stores.records.page("presence", WHPG)) == []


def test_a_record_that_was_changed_by_others_is_only_silence(stores: Stores) -> None:
    _, one, two = processes(stores)
    come(one, "dana")
    (kept,) = stores.records.page("presence", WHPG)
    stores.records.remove("presence", WHPG, kept.id)
    stores.records.put([Record(kind="presence", project=WHPG, id=kept.id, version=1, due_at=kept.due_at, body=b"x")])
    assert company.arrive(two, WHPG, CASE, "li", "Li") == ()
    assert company.arrive(one, WHPG, CASE, "li", "Li") == (Other(name="Ms dana", part=""),)
