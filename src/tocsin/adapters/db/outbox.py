# SPDX-License-Identifier: Apache-2.0
"""The outbox on a database: leasing is one conditional UPDATE, so that two workers never hold the same effect.

SQLite lets one of them write at a time; PostgreSQL skips the rows that the other is just taking. A worker that dies
lets its lease run out, and the effect is free again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Min, QuerySet

from tocsin.adapters.db.database import DEFAULT, Database, instant
from tocsin.adapters.db.models import OutboxRow
from tocsin.adapters.db.statements import Columns
from tocsin.services.ports.store import Effect

_EFFECT: Final = Columns(OutboxRow, "id", "case", "kind", "created_at", "due_at", "body", "tries")
_DUE: Final = f"SELECT 1 FROM {_EFFECT.table} WHERE done_at IS NULL AND free_at <= %s LIMIT 1"  # noqa: S608 - our names
_LEASE: Final = f"""
    UPDATE {_EFFECT.table} SET free_at = %s, tries = tries + 1 WHERE id IN (
        SELECT id FROM {_EFFECT.table} WHERE done_at IS NULL AND free_at <= %s ORDER BY free_at, id LIMIT %s {{skip}}
    ) RETURNING {_EFFECT.text}
"""  # noqa: S608 - our names
_DONE: Final = (
    f"UPDATE {_EFFECT.table} SET done_at = %s, body = %s, error = ''"  # noqa: S608 - our names
    " WHERE done_at IS NULL AND id IN ({marks})"
)


class DbOutbox:
    """`store.Outbox` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def lease(self, now: datetime, until: datetime, limit: int) -> Sequence[Effect]:
        """Take due effects until `until`. Where there are none, nothing is written and nobody waits for the gate."""
        if not self._db.rows(_DUE, (self._db.stamp(now),)):
            return []
        statement = _LEASE.format(skip="" if self._db.is_sqlite else "FOR UPDATE SKIP LOCKED")
        with self._db.write() as cursor:
            cursor.execute(statement, [self._db.stamp(until), self._db.stamp(now), limit])
            taken = [_effect(raw) for raw in cursor.fetchall()]
        return sorted(taken, key=lambda effect: (effect.due_at, effect.id))

    def done(self, effects: Sequence[str], now: datetime) -> None:
        """Mark effects as done and empty them, in one transaction; a second time changes nothing."""
        if not effects:
            return
        statement = _DONE.format(marks=", ".join(["%s"] * len(effects)))
        with self._db.write() as cursor:
            cursor.execute(statement, (self._db.stamp(now), b"", *effects))

    def again(self, effect: Effect, due_at: datetime, error: str) -> None:
        """Put an effect back, unless somebody has done it meanwhile, or has taken it because the lease had run out."""
        with self._db.write():
            held = self._open().filter(id=effect.id, tries=effect.tries)
            held.update(due_at=due_at, free_at=due_at, error=error)

    def waiting(self) -> int:
        """How many effects are not done."""
        with self._db.read():
            return self._open().count()

    def oldest(self) -> datetime | None:
        """When the first of the effects that are not done was or is due."""
        with self._db.read():
            found: datetime | None = self._open().aggregate(first=Min("due_at"))["first"]
            return found

    def _open(self) -> QuerySet[OutboxRow]:
        return OutboxRow.objects.using(self._db.alias).filter(done_at__isnull=True)


def _effect(raw: Sequence[Any]) -> Effect:
    effect, case, kind, created_at, due_at, body, tries = raw
    return Effect(
        id=effect,
        case=case,
        kind=kind,
        created_at=instant(created_at),
        due_at=instant(due_at),
        body=bytes(body),
        tries=tries,
    )
