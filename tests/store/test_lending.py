# SPDX-License-Identifier: Apache-2.0
"""Connections lent to requests: one for those that come one after another, one each for those at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tocsin.adapters.db.database import Database
from tocsin.adapters.db.lending import Lending


@pytest.fixture
def lending(sqlite: Database) -> Iterator[Lending]:
    """Of a database of its own, which nobody has reached yet in another thread."""
    made = Lending(sqlite.alias)
    yield made
    while made._idle:
        made._idle.pop()[1].close()


@pytest.fixture
def threads() -> Iterator[list[ThreadPoolExecutor]]:
    """Three threads that live as long as the test."""
    made = [ThreadPoolExecutor(1) for _ in range(3)]
    yield made
    for each in made:
        each.shutdown()


def request(lending: Lending, database: Database) -> BaseDatabaseWrapper:
    """One request from beginning to end; returns the connection that it used."""
    lending.lend()
    database.rows("SELECT 1", ())
    used = database.connection
    lending.take_back()
    return used


def test_requests_one_after_another_use_one_connection_whichever_thread_takes_them(
    lending: Lending, sqlite: Database, threads: list[ThreadPoolExecutor]
) -> None:
    used = [threads[number % 3].submit(request, lending, sqlite).result() for number in range(9)]
    assert len(set(map(id, used))) == 1
    assert len(lending) == 1


def test_kept_by_threads_it_would_be_one_for_each(sqlite: Database, threads: list[ThreadPoolExecutor]) -> None:
    """Negative control."""
    used = [threads[number % 3].submit(lambda: sqlite.connection).result() for number in range(9)]
    assert len(set(map(id, used))) == 3


def test_requests_at_once_have_one_each_and_write_what_they_write(
    lending: Lending, sqlite: Database, threads: list[ThreadPoolExecutor]
) -> None:
    together = threading.Barrier(3)

    def at_work(number: int) -> BaseDatabaseWrapper:
        lending.lend()
        together.wait()
        with sqlite.write() as cursor:
            cursor.execute(f"CREATE TABLE made_{number} (n integer)")
        used = sqlite.connection
        together.wait()
        lending.take_back()
        return used

    used = [each.result() for each in [thread.submit(at_work, n) for n, thread in enumerate(threads)]]
    assert len(set(map(id, used))) == 3
    made = sqlite.rows("SELECT name FROM sqlite_master WHERE name LIKE %s ORDER BY name", ("made%",))
    assert [name for (name,) in made] == ["made_0", "made_1", "made_2"]


def test_what_was_never_given_back_stays_with_its_thread(
    lending: Lending, sqlite: Database, threads: list[ThreadPoolExecutor]
) -> None:
    def broken_off() -> BaseDatabaseWrapper:
        lending.lend()
        return sqlite.connection

    kept = threads[0].submit(broken_off).result()
    assert threads[0].submit(request, lending, sqlite).result() is kept
    assert threads[1].submit(request, lending, sqlite).result() is kept


def test_a_transaction_that_goes_on_keeps_its_connection(lending: Lending, sqlite: Database) -> None:
    def left_open() -> int:
        lending.lend()
        with sqlite.write():
            lending.take_back()
            return len(lending)

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(left_open).result() == 0


def test_a_connection_that_was_made_without_being_lent_is_left_alone(lending: Lending, sqlite: Database) -> None:
    assert sqlite.connection
    lending.lend()
    lending.take_back()
    assert len(lending) == 0
    assert connections[sqlite.alias] is sqlite.connection


def test_one_that_rested_long_is_closed(sqlite: Database, threads: list[ThreadPoolExecutor]) -> None:
    lending = Lending(sqlite.alias, resting=-1.0)
    used = threads[0].submit(request, lending, sqlite).result()
    assert (len(lending), used.connection) == (0, None)
