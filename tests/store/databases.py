# SPDX-License-Identifier: Apache-2.0
"""Databases that come and go with a test, beside the one of the settings, which no test of the store ever touches."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from django.core.management import call_command
from django.db import connections

from tocsin.adapters.db.configure import databases
from tocsin.adapters.db.database import Database

T = TypeVar("T")
_numbers = itertools.count(1)


@contextmanager
def connected(url: str, data_dir: Path) -> Iterator[Database]:
    """Reach the database at `url` under an alias of its own, with the settings that the product would make."""
    alias = f"store_{next(_numbers)}"
    config = databases(url, data_dir)["default"]
    connections.settings[alias] = connections.configure_settings({"default": {}, alias: config})[alias]
    try:
        yield Database(alias)
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


def migrate(database: Database) -> None:
    """Make the tables."""
    call_command("migrate", database=database.alias, verbosity=0)


def at_once(database: Database, count: int, work: Callable[[int], T]) -> list[T]:
    """Run `work(0)` ... `work(count - 1)` in as many threads; each closes the connection it opened."""

    def run(number: int) -> T:
        try:
            return work(number)
        finally:
            connections[database.alias].close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
