# SPDX-License-Identifier: Apache-2.0
"""Databases that come and go with a test, beside the one of the settings, which no test of the store ever touches."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

from tocsin.adapters.db.database import Database
from tocsin.adapters.db.other import make_tables, reached

connected = reached
"""Reach the database at an address under an alias of its own: the product's own way to one beside its own."""

T = TypeVar("T")


def migrate(database: Database) -> None:
    """Make the tables."""
    make_tables(database)


def at_once(database: Database, count: int, work: Callable[[int], T]) -> list[T]:
    """Run `work(0)` ... `work(count - 1)` in as many threads; each closes the connection it opened."""

    def run(number: int) -> T:
        try:
            return work(number)
        finally:
            connections[database.alias].close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
