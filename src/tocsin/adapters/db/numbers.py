# SPDX-License-Identifier: Apache-2.0
"""Public numbers on a database: one statement counts up and says the number, so two callers never get the same."""

from __future__ import annotations

from typing import Final

from tocsin.adapters.db.database import DEFAULT, Database
from tocsin.adapters.db.models import Counter
from tocsin.adapters.db.statements import Columns
from tocsin.core.vocabulary import ProjectId

_COUNTER: Final = Columns(Counter, "project", "series", "year", "value")
_NEXT: Final = f"""
    INSERT INTO {_COUNTER.table} AS counter ({_COUNTER.text}) VALUES (%s, 'advisory', %s, 1)
    ON CONFLICT (project_id, series, year) DO UPDATE SET value = counter.value + 1 RETURNING value
"""  # noqa: S608 - our names


class DbNumbers:
    """`store.Numbers` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def next_advisory(self, project: ProjectId, year: int) -> int:
        """The next number of a project's advisories in a year. One that was taken and not used stays a gap."""
        with self._db.write() as cursor:
            cursor.execute(_NEXT, [project, year])
            return int(cursor.fetchone()[0])
