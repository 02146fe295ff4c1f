# SPDX-License-Identifier: Apache-2.0
"""Drops on a database. `journal.DbJournal.commit` answers them; the id of an answered one stays, its body does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tocsin.adapters.db.database import DEFAULT, Database, instant
from tocsin.adapters.db.journal import insert_copies
from tocsin.adapters.db.models import DropRow
from tocsin.adapters.db.statements import Columns
from tocsin.services.ports.store import Drop, RoomCopy

_DROP: Final = Columns(DropRow, "id", "case", "at", "body", "answered")
_FORGET: Final = f"UPDATE {_DROP.table} SET body = %s, answered = TRUE WHERE id = %s"  # noqa: S608 - our names
_WAITING: Final = f"{_DROP.select} WHERE answered = FALSE ORDER BY at, id LIMIT %s"


class DbDrops:
    """`store.Drops` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def leave(self, drop: Drop, copy: RoomCopy | None) -> None:
        """Keep a drop with the reporter's own copy of it."""
        with self._db.write() as cursor:
            _DROP.insert(cursor, [(drop.id, drop.case, self._db.stamp(drop.at), drop.body, False)])
            insert_copies(self._db, cursor, (copy,) if copy else ())

    def waiting(self, limit: int) -> Sequence[Drop]:
        """Drops that no command has answered yet."""
        return [
            Drop(id=drop, case=case, at=instant(at), body=bytes(body))
            for drop, case, at, body, _ in self._db.rows(_WAITING, (limit,))
        ]

    def forget(self, drop: str) -> None:
        """Empty a drop; see the port."""
        with self._db.write() as cursor:
            cursor.execute(_FORGET, (b"", drop))
