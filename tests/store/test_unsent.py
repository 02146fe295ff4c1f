# SPDX-License-Identifier: Apache-2.0
"""Marks on unsent files, in memory and on both databases: of a claim and the worker, one gets the mark."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.store.databases import at_once
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.unsent import DbMarks
from tocsin.services.ports.store import Conflict
from tocsin.services.ports.unsent import Marks
from tocsin.testing.unsent import MemoryMarks

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
NONE: frozenset[str] = frozenset()
MANY = 24


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def marks(request: pytest.FixtureRequest) -> Marks:
    return MemoryMarks() if request.param == "memory" else DbMarks(request.getfixturevalue(request.param))


def test_a_mark_is_claimed_once_and_what_has_none_is_in_no_answer(marks: Marks) -> None:
    marks.put([("a", 1), ("b", 2)], NOON)
    assert marks.weight() == 3
    assert marks.claim(["a", "unheard-of"]) == (frozenset({"a"}), NONE)
    assert marks.claim(["a"]) == (NONE, NONE)
    assert marks.weight() == 2


def test_a_blob_is_marked_once(marks: Marks) -> None:
    marks.put([("a", 1)], NOON)
    with pytest.raises(Conflict):
        marks.put([("b", 1), ("a", 1)], NOON)
    assert marks.weight() == 1


def test_what_is_old_is_condemned_stays_so_until_it_is_forgotten_and_is_claimed_by_nobody(marks: Marks) -> None:
    marks.put([("old", 1)], NOON)
    marks.put([("new", 1)], LATER)
    assert list(marks.condemn(LATER, 10)) == ["old"]
    assert list(marks.condemn(NOON, 10)) == ["old"], "whoever was killed over it is followed by the next"
    assert marks.claim(["new", "old"]) == (NONE, frozenset({"old"})), "all or none"
    marks.forget(["old", "new"])
    assert list(marks.condemn(LATER, 10)) == []
    assert marks.claim(["new"]) == (frozenset({"new"}), NONE), "forgetting leaves alone what is not condemned"


def test_no_more_are_condemned_than_asked_for(marks: Marks) -> None:
    marks.put([(f"{n}", 1) for n in range(5)], NOON)
    assert len(marks.condemn(LATER, 3)) == 3


def test_of_a_claim_and_the_worker_at_the_same_moment_one_gets_each_mark(database: Database) -> None:
    marks = DbMarks(database)
    blobs = [f"{n:02}" for n in range(MANY)]
    marks.put([(blob, 1) for blob in blobs], NOON)

    def act(number: int) -> frozenset[str]:
        return marks.claim([blobs[number]]).won if number < MANY else frozenset(marks.condemn(LATER, 5))

    found = at_once(database, MANY + 4, act)
    won, condemned = frozenset().union(*found[:MANY]), frozenset().union(*found[MANY:])
    assert not won & condemned
    assert won | condemned | frozenset(marks.condemn(LATER, MANY)) == frozenset(blobs)
