# SPDX-License-Identifier: Apache-2.0
"""`ports.counts` on a database: one statement a name, which adds and tells, so that no two processes see one number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tocsin.adapters.db.database import DEFAULT, Database
from tocsin.adapters.db.models import CountRow
from tocsin.adapters.db.statements import Columns

_COUNT: Final = Columns(CountRow, "name", "hour", "count")
_ADD: Final = f"""
    INSERT INTO {_COUNT.table} AS known ({_COUNT.text}) VALUES (%s, %s, %s)
    ON CONFLICT (name) DO UPDATE SET
        count = CASE WHEN known.hour = excluded.hour THEN known.count + excluded.count ELSE excluded.count END,
        hour = excluded.hour
    RETURNING count
"""  # noqa: S608 - our names
_HASTILY: Final = "SET LOCAL synchronous_commit TO off"
"""What a power cut takes of an hour's counts is no loss, and whoever counts next need not wait for a disk."""


class DbCounts:
    """`counts.Counts` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def add(self, names: Sequence[str], hour: datetime, by: int = 1) -> Sequence[int]:
        """Count; see the port. Names come in one order from everybody, so that nobody waits for one who waits."""
        found = []
        with self._db.write() as cursor:
            if not self._db.is_sqlite:
                cursor.execute(_HASTILY)
            for name in names:
                cursor.execute(_ADD, (name, self._db.stamp(hour), by))
                found.append(int(cursor.fetchone()[0]))
        return found

    def forget(self, before: datetime) -> int:
        """Remove old counts; see the port."""
        with self._db.write():
            gone, _ = CountRow.objects.using(self._db.alias).filter(hour__lt=before).delete()
            return gone
