# SPDX-License-Identifier: Apache-2.0
"""The stores that the contract runs on: in memory, SQLite in a file, PostgreSQL in a throw-away cluster."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from pytest_django import DjangoDbBlocker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")
django.setup()

from tests.postgres import Cluster  # noqa: E402 - the adapters below want Django set up
from tests.store.databases import connected, migrate  # noqa: E402
from tests.store.stores import Stores, in_database, in_memory  # noqa: E402
from tocsin.adapters.db.database import Database  # noqa: E402

SQL = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))
EVERY = ("memory", *SQL)


@pytest.fixture(scope="session")
def _unblocked(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """These tests bring their own databases, so pytest-django need not guard the one of the settings."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, _unblocked: None) -> Path:
    """A migrated file, made once and copied for every test."""
    directory = tmp_path_factory.mktemp("template")
    with connected("", directory) as database:
        migrate(database)
    return directory / "tocsin.sqlite3"


@pytest.fixture
def sqlite(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """An empty SQLite database with its tables."""
    shutil.copy(sqlite_template, tmp_path)
    with connected("", tmp_path) as database:
        yield database


@pytest.fixture(scope="session")
def _postgres(postgres_cluster: Cluster, _unblocked: None) -> Iterator[Database]:
    made = postgres_cluster.create()
    with connected(f"postgresql://{made.user}@/{made.name}?host={made.host}", Path()) as database:
        migrate(database)
        yield database
    postgres_cluster.drop(made)


@pytest.fixture
def postgresql(_postgres: Database) -> Database:
    """The PostgreSQL database, emptied before the test."""
    with _postgres.connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'tocsin%%'")
        tables = ", ".join(name for (name,) in cursor.fetchall())
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    return _postgres


@pytest.fixture(params=SQL)
def database(request: pytest.FixtureRequest) -> Database:
    """Either database, for what memory has no part in."""
    return request.getfixturevalue({"sqlite": "sqlite", "postgres": "postgresql"}[request.param])


@pytest.fixture(params=EVERY)
def stores(request: pytest.FixtureRequest) -> Stores:
    """Every store, one after the other, with the two projects of the seeds."""
    if request.param == "memory":
        return in_memory()
    return in_database(request.getfixturevalue({"sqlite": "sqlite", "postgres": "postgresql"}[request.param]))
