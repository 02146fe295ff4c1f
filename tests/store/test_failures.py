# SPDX-License-Identifier: Apache-2.0
"""A database that is locked, full, read-only, broken or gone: said as `Unavailable`, nothing half-written, no content
in the message; and our own mistakes are never dressed up as one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, transaction

from tests.store.databases import at_once, connected
from tests.store.stores import copy, in_database, opening, raised, room
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.journal import DbJournal
from tocsin.services.ports.store import Change, Unavailable
from tocsin.testing.store import MemoryStore

A, B = "WHPG-2026-k7x4m", "WHPG-2026-rrr22"
CANARY = b"canary-5e1f"


def canary(case: str) -> Change:
    """A change with content in it, too large for the last free page."""
    return opening(
        case, room=room(case, locator=CANARY), copies=(copy("cpy_1", body=CANARY * 4000),), row={"body": CANARY}
    )


def refuses(database: Database) -> BaseException:
    """Try to open a case; it must be refused, and leave no trace and no content behind."""
    with pytest.raises(Unavailable) as refused:
        DbJournal(database).commit(canary(A))
    assert refused.value.__cause__ is not None
    assert CANARY.decode() not in str(refused.value)
    return refused.value.__cause__


def works_again(database: Database) -> None:
    journal = DbJournal(database)
    assert journal.head(A) is None
    journal.commit(canary(A))
    assert journal.head(A) is not None


@pytest.fixture
def impatient(sqlite: Database, tmp_path: Path) -> Iterator[Database]:
    """The same SQLite file, reached by somebody who waits 50 ms."""
    in_database(sqlite)
    with connected("sqlite:///tocsin.sqlite3?timeout=0.05", tmp_path) as database:
        yield database


def test_a_file_locked_by_another_process(impatient: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "tocsin.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "locked" in str(refuses(impatient))
    other.execute("ROLLBACK")
    other.close()
    works_again(impatient)


def test_reading_goes_on_while_somebody_writes(impatient: Database, sqlite: Database) -> None:
    with sqlite.write():
        assert DbJournal(impatient).head(A) is None


def test_a_turn_that_does_not_come(impatient: Database) -> None:
    with impatient.write():
        assert at_once(impatient, 1, lambda _: raised(lambda: DbJournal(impatient).commit(canary(A)))) == [Unavailable]
    works_again(impatient)


def test_a_full_disk(sqlite: Database) -> None:
    in_database(sqlite)
    with sqlite.connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        journal = DbJournal(sqlite)
        filled = [raised(lambda n=n: journal.commit(opening(f"WHPG-2026-{n:05d}", lines=20))) for n in range(100)]
        assert filled[-1] is Unavailable
        assert "full" in str(refuses(sqlite))
        cursor.execute("PRAGMA max_page_count = 100000")
    works_again(sqlite)
    assert [bool(journal.head(f"WHPG-2026-{n:05d}")) for n in range(100)] == [lost is None for lost in filled]


def test_a_file_that_became_read_only(sqlite: Database) -> None:
    in_database(sqlite)
    with sqlite.connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
        assert "readonly" in str(refuses(sqlite))
        cursor.execute("PRAGMA query_only = OFF")
    works_again(sqlite)


@pytest.mark.usefixtures("_unblocked")
def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "tocsin.sqlite3").write_bytes(b"what somebody's editor left here" * 64)
    with connected("", tmp_path) as database:
        assert "not a database" in str(refuses(database))


@pytest.mark.usefixtures("_unblocked")
def test_a_directory_that_is_gone(tmp_path: Path) -> None:
    with connected("", tmp_path / "gone") as database:
        assert "unable to open" in str(refuses(database))
        assert raised(lambda: DbJournal(database).head(A)) is Unavailable


@contextmanager
def administrator(database: Database) -> Iterator[psycopg.Connection]:
    config = database.connection.settings_dict
    with psycopg.connect(
        host=config["HOST"], user=config["USER"], dbname=config["NAME"], autocommit=True
    ) as connection:
        yield connection


def tell(database: Database, words: str) -> None:
    """Set something of this thread's session, which may be another one after a failure: an old one is not kept."""
    with database.connection.cursor() as cursor:
        cursor.execute(words)


@pytest.mark.postgres
def test_a_server_that_threw_us_out(postgresql: Database) -> None:
    in_database(postgresql)
    with administrator(postgresql) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    refuses(postgresql)
    works_again(postgresql)


@pytest.mark.postgres
def test_a_server_that_is_a_standby_now(postgresql: Database) -> None:
    in_database(postgresql)
    tell(postgresql, "SET default_transaction_read_only = on")
    assert "read-only" in str(refuses(postgresql))
    tell(postgresql, "SET default_transaction_read_only = off")
    works_again(postgresql)


@pytest.mark.postgres
def test_a_row_that_somebody_holds_for_too_long(postgresql: Database) -> None:
    in_database(postgresql)
    with administrator(postgresql) as other, other.transaction():
        other.execute("LOCK TABLE tocsin_case IN ACCESS EXCLUSIVE MODE")
        tell(postgresql, "SET lock_timeout = '50ms'")
        assert "lock timeout" in str(refuses(postgresql))
        tell(postgresql, "SET lock_timeout = '20s'")
    works_again(postgresql)


@pytest.mark.postgres
@pytest.mark.usefixtures("_unblocked")
def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with connected(f"postgresql://tocsin@/cases?host={tmp_path}", tmp_path) as database:
        refuses(database)


@pytest.mark.parametrize("statement", ["SELEKT 1", "SELECT nothing FROM nowhere"])
def test_our_own_mistakes_stay_what_they_are(database: Database, statement: str) -> None:
    for way in (database.read, database.write):
        with pytest.raises(DatabaseError), way() as cursor:
            cursor.execute(statement)


def test_a_write_inside_a_write_is_a_mistake(database: Database) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic(database.alias), database.write():
        pass


def test_what_fails_half_way_leaves_nothing(database: Database) -> None:
    in_database(database)
    steps = 0

    def fail_at(last: int):
        def wrapper(run, sql, parameters, many, context):
            nonlocal steps
            if sql.startswith(("INSERT", "UPDATE")):
                steps += 1
                if steps == last:
                    raise RuntimeError("power cut")
            return run(sql, parameters, many, context)

        return wrapper

    for last in range(1, 5):
        steps = 0
        with database.connection.execute_wrapper(fail_at(last)), pytest.raises(RuntimeError, match="power cut"):
            DbJournal(database).commit(canary(A))
        assert DbJournal(database).head(A) is None
        assert list(DbJournal(database).entries(A)) == []
    works_again(database)


def test_the_double_can_be_told_to_refuse() -> None:
    store = MemoryStore()
    store.refusal = Unavailable("full")
    assert raised(lambda: store.journal.commit(opening(A))) is Unavailable
    store.refusal = None
    assert store.journal.head(A) is None
    store.journal.commit(opening(A))
