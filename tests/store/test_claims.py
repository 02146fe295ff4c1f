# SPDX-License-Identifier: Apache-2.0
"""What one process at a time does: of many that ask one gets it, and one that died holds nobody up for ever."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from tests.store.databases import at_once
from tests.store.stores import T0
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.machine import DbFacts
from tocsin.services.ports.machine import Fact, Facts
from tocsin.testing.machine import MemoryFacts

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def facts(request: pytest.FixtureRequest) -> Facts:
    if request.param == "memory":
        return MemoryFacts()
    return DbFacts(request.getfixturevalue({"sqlite": "sqlite", "postgres": "postgresql"}[request.param]))


def test_a_claim_keeps_others_away_until_it_is_over(facts: Facts) -> None:
    assert facts.claim("claim/x", T0, T0 + MINUTE)
    assert not facts.claim("claim/x", T0 + MINUTE / 2, T0 + 9 * MINUTE)
    assert facts.claim("claim/y", T0, T0 + MINUTE), "another matter is free"
    assert facts.claim("claim/x", T0 + MINUTE, T0 + 2 * MINUTE), "who died lost it"
    facts.note("claim/x", "", T0 + MINUTE)
    assert facts.claim("claim/x", T0 + MINUTE, T0 + 3 * MINUTE), "who was done gave it back"


def test_a_fact_is_found_by_its_name_and_the_newest_of_a_name_counts(facts: Facts) -> None:
    assert facts.get("x") is None
    facts.note("x", "first", T0)
    facts.note("x", "second", T0 + MINUTE)
    facts.note("x/y", "other", T0)
    assert facts.get("x") == Fact(at=T0 + MINUTE, value="second") == facts.all()["x"]


def test_of_many_that_claim_at_once_one_gets_it(database: Database) -> None:
    for turn in range(5):
        start = threading.Barrier(8)

        def ask(number: int, at=T0 + turn * MINUTE, start=start) -> bool:
            start.wait()
            return DbFacts(database).claim("claim/x", at, at + MINUTE)

        assert sum(at_once(database, 8, ask)) == 1
