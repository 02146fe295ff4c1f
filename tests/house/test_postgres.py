# SPDX-License-Identifier: Apache-2.0
"""The throw-away PostgreSQL is real, private, and gone afterwards."""

from __future__ import annotations

import psycopg
import pytest

from tests.postgres import Cluster, Database

pytestmark = pytest.mark.postgres


def test_a_database_holds_what_it_is_given(postgres: Database) -> None:
    with psycopg.connect(postgres.dsn) as connection:
        connection.execute('CREATE TABLE words (word text COLLATE "C")')
        connection.execute("INSERT INTO words VALUES (%s)", ["tocsin ☎"])
        assert connection.execute("SELECT word FROM words").fetchall() == [("tocsin ☎",)]


def test_it_listens_on_its_own_socket_and_nowhere_else(postgres: Database) -> None:
    with psycopg.connect(postgres.dsn) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW unix_socket_directories").fetchone() == (postgres.host,)


def test_each_test_has_an_empty_database_of_its_own(postgres_cluster: Cluster) -> None:
    first, second = postgres_cluster.create(), postgres_cluster.create()
    try:
        with psycopg.connect(first.dsn) as connection:
            connection.execute("CREATE TABLE only_here ()")
        with psycopg.connect(second.dsn) as connection:
            assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)
    finally:
        postgres_cluster.drop(first)
        postgres_cluster.drop(second)
