# SPDX-License-Identifier: Apache-2.0
"""The contract of records and arrivals, on every store."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.store.databases import at_once
from tests.store.stores import OTHER, T0, WHPG, Stores, in_database
from tocsin.adapters.db.database import Database
from tocsin.services.ports.records import Arrival, Record
from tocsin.services.ports.store import NEVER, Conflict

HOUR = timedelta(hours=1)


def record(name: str, version: int = 1, hours: int = 0, project: str = WHPG, kind: str = "letter") -> Record:
    return Record(kind=kind, project=project, id=name, version=version, due_at=T0 + hours * HOUR, body=b"sealed")


def arrival(name: str, minutes: int = 0) -> Arrival:
    return Arrival(id=name, kind="forge", project=WHPG, at=T0 + timedelta(minutes=minutes), body=b"sealed")


def test_a_record_is_found_by_kind_project_and_id(stores: Stores) -> None:
    stores.records.put([record("a"), record("a", project=OTHER), record("a", kind="hook")])
    assert stores.records.get("letter", WHPG, "a") == record("a")
    assert stores.records.get("letter", OTHER, "a") == record("a", project=OTHER)
    assert stores.records.get("letter", WHPG, "b") is None
    assert stores.records.count("letter", WHPG) == 1


def test_a_change_follows_the_version_before_it_or_nothing_is_written(stores: Stores) -> None:
    stores.records.put([record("a")])
    stores.records.put([record("a", 2, hours=1)])
    for wrong in (record("a"), record("a", 2), record("a", 4), record("new", 2)):
        with pytest.raises(Conflict):
            stores.records.put([record("b"), wrong])
    assert stores.records.get("letter", WHPG, "a") == record("a", 2, hours=1)
    assert stores.records.get("letter", WHPG, "b") is None


def test_records_are_paged_by_id_and_found_when_they_are_due(stores: Stores) -> None:
    stores.records.put([record("c", hours=2), record("a", hours=1), record("b", hours=3), record("x", project=OTHER)])
    assert [each.id for each in stores.records.page("letter", WHPG, limit=2)] == ["a", "b"]
    assert [each.id for each in stores.records.page("letter", WHPG, after="b")] == ["c"]
    assert [each.id for each in stores.records.due("letter", T0 + 2 * HOUR, 9)] == ["x", "a", "c"]
    assert [each.id for each in stores.records.due("letter", T0 + 2 * HOUR, 1)] == ["x"]


def test_records_with_a_mark_are_read_without_the_others(stores: Stores) -> None:
    named = {"d": "this", "a": "this", "b": "other", "c": None, "e": ""}
    stores.records.put([msgspec.structs.replace(record(name), mark=mark) for name, mark in named.items()])
    stores.records.put([msgspec.structs.replace(record("a", project=OTHER), mark="this")])
    stores.records.put([msgspec.structs.replace(record("a", kind="hook"), mark="this")])
    assert [each.id for each in stores.records.marked("letter", WHPG, "this")] == ["a", "d", "e"], "e does not say"
    assert [each.id for each in stores.records.marked("letter", WHPG, "this", after="a", limit=1)] == ["d"]
    stores.records.put([msgspec.structs.replace(record("a", 2), mark="other")])
    stores.records.add_new([msgspec.structs.replace(record("f"), mark="other")])
    assert [each.id for each in stores.records.marked("letter", WHPG, "other")] == ["a", "b", "e", "f"]
    found = stores.records.get("letter", WHPG, "a")
    assert found
    assert found.mark == "other"


def test_a_record_of_a_version_that_knew_no_marks_does_not_say(database: Database) -> None:
    stores = in_database(database)
    with database.write() as cursor:
        cursor.execute(
            "INSERT INTO tocsin_record (key, kind, project, record, version, due_at, body)"
            " VALUES ('letter/warehousepg/a', 'letter', 'warehousepg', 'a', 1, %s, %s)",
            [database.stamp(T0), b"sealed"],
        )
    (found,) = stores.records.marked("letter", WHPG, "this")
    assert found == msgspec.structs.replace(record("a"), mark="")


def test_records_that_are_due_at_one_instant_are_counted_unopened(stores: Stores) -> None:
    never = msgspec.structs.replace(record("a"), due_at=NEVER)
    elsewhere = msgspec.structs.replace(record("a", project=OTHER), due_at=NEVER)
    stores.records.put([never, elsewhere, record("b"), record("c", hours=1)])
    assert stores.records.count("letter", WHPG, NEVER) == 1
    assert stores.records.count("letter", WHPG, T0 + HOUR) == 1
    assert stores.records.count("hook", WHPG, NEVER) == 0


def test_many_new_records_are_written_once(stores: Stores) -> None:
    stores.records.put([record("a", hours=5)])
    assert stores.records.add_new([record("a"), record("b"), record("c")]) == 2
    assert stores.records.add_new([record("a"), record("b"), record("c")]) == 0
    assert stores.records.get("letter", WHPG, "a") == record("a", hours=5)


def test_a_record_is_forgotten(stores: Stores) -> None:
    stores.records.put([record("a")])
    assert stores.records.remove("letter", WHPG, "a")
    assert not stores.records.remove("letter", WHPG, "a")
    assert stores.records.count("letter", WHPG) == 0


def test_every_record_is_reached_page_by_page(stores: Stores) -> None:
    put = [record("a", kind="hook"), record("a"), record("b"), record("a", project=OTHER)]
    stores.records.put(put)
    seen, after = [], ("", "", "")
    while page := stores.records.everything(after, 2):
        seen += page
        after = (page[-1].kind, page[-1].project, page[-1].id)
    assert sorted(map(repr, seen)) == sorted(map(repr, put))


def test_an_arrival_waits_until_it_is_taken_up_and_its_id_is_never_taken_again(stores: Stores) -> None:
    assert stores.arrivals.leave(arrival("b", 1))
    assert stores.arrivals.leave(arrival("a", 2))
    assert [each.id for each in stores.arrivals.waiting(9)] == ["b", "a"]
    assert stores.arrivals.waiting(1) == [arrival("b", 1)]
    assert not stores.arrivals.leave(arrival("b", 3))
    stores.arrivals.done(["b"])
    assert [each.id for each in stores.arrivals.waiting(9)] == ["a"]
    assert not stores.arrivals.leave(arrival("b", 4))


def test_an_arrival_is_also_remembered_by_other_names(stores: Stores) -> None:
    assert stores.arrivals.leave(arrival("body-1"), also=["delivery-1"])
    assert not stores.arrivals.leave(arrival("body-2"), also=["delivery-1"])
    assert not stores.arrivals.leave(arrival("body-1"), also=["delivery-2"])
    assert [each.id for each in stores.arrivals.waiting(9)] == ["body-1"]
    assert stores.arrivals.leave(arrival("body-2"), also=["delivery-2"])


def test_of_many_at_once_one_is_kept(database: Database) -> None:
    stores = in_database(database)
    kept = at_once(database, 8, lambda _: stores.arrivals.leave(arrival("same"), also=["known"]))
    assert sorted(kept) == [False] * 7 + [True]
