# SPDX-License-Identifier: Apache-2.0
"""The settings that durability and privacy rest on, read back from live connections."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.adapters.db.configure import databases
from tocsin.adapters.db.database import Database

FULL, MEMORY = 2, 2


def test_sqlite_keeps_what_it_acknowledged(sqlite: Database) -> None:
    with sqlite.connection.cursor() as cursor:

        def pragma(name: str) -> object:
            return cursor.execute(f"PRAGMA {name}").fetchone()[0]

        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == FULL
        assert pragma("fullfsync") == 1
        assert pragma("foreign_keys") == 1
        assert pragma("secure_delete") == 1
        assert pragma("temp_store") == MEMORY
        assert pragma("busy_timeout") == 20_000


def test_sqlite_takes_its_lock_when_a_write_begins(sqlite: Database) -> None:
    seen: list[str] = []
    with sqlite.connection.execute_wrapper(lambda run, sql, *rest: seen.append(sql) or run(sql, *rest)), sqlite.write():
        pass
    assert seen == ["BEGIN IMMEDIATE"]


@pytest.mark.postgres
def test_postgresql_waits_for_its_disk_whatever_the_server_says(postgresql: Database) -> None:
    with postgresql.connection.cursor() as cursor:

        def setting(name: str) -> object:
            cursor.execute("SELECT reset_val, setting FROM pg_settings WHERE name = %s", [name])
            return cursor.fetchone()

        # The test cluster's own default is off: see tests/postgres.py.
        assert setting("synchronous_commit") == ("on", "on")
        assert setting("lock_timeout") == ("20000", "20000")


@pytest.mark.postgres
def test_postgresql_compares_codes_byte_by_byte(postgresql: Database) -> None:
    with postgresql.connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.collname FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid"
            " JOIN pg_collation c ON c.oid = a.attcollation"
            " WHERE t.relname LIKE 'tocsin%%' AND t.relkind = 'r' AND a.atttypid = 'varchar'::regtype"
            " AND a.attname <> 'password'"
        )
        assert cursor.fetchall() == [("C",)]


@pytest.mark.postgres
def test_postgresql_has_no_index_twice(postgresql: Database) -> None:
    with postgresql.connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename LIKE 'tocsin%%' AND indexname LIKE '%%_like'")
        assert cursor.fetchall() == []


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("", "/data/tocsin.sqlite3"),
        ("sqlite:///cases.db", "/data/cases.db"),
        ("sqlite:////srv/tocsin/cases.db", "/srv/tocsin/cases.db"),
        ("sqlite:///a%20b.db?timeout=0.5", "/data/a b.db"),
    ],
)
def test_a_sqlite_address_names_a_file(url: str, name: str) -> None:
    assert databases(url, Path("/data"))["default"]["NAME"] == name


def test_a_postgresql_address_says_where_and_who() -> None:
    told = databases("postgresql://tocsin:p%40ss@db.example.org:5433/cases?sslmode=verify-full", Path("/data"))[
        "default"
    ]
    assert (told["NAME"], told["USER"], told["PASSWORD"]) == ("cases", "tocsin", "p@ss")
    assert (told["HOST"], told["PORT"]) == ("db.example.org", "5433")
    assert told["OPTIONS"]["sslmode"] == "verify-full"
    assert databases("postgresql:///cases?host=/run/postgresql", Path("/data"))["default"]["HOST"] == "/run/postgresql"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://tocsin:hunter2@host/name",
        "sqlite:///",
        "sqlite://host/name",
        "sqlite:///cases.db?synchronous=hunter2",
        "postgresql://tocsin:hunter2@host/",
        "postgresql://tocsin:hunter2@host:port/name",
        "hunter2",
    ],
)
def test_any_other_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="address") as refused:
        databases(url, Path("/data"))
    assert "hunter2" not in str(refused.value)


def test_no_address_can_make_postgresql_forget() -> None:
    told = databases("postgresql:///cases?options=-c%20synchronous_commit%3Doff", Path("/data"))["default"]
    assert told["OPTIONS"]["options"].startswith("-c synchronous_commit=on")
