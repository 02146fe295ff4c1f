# SPDX-License-Identifier: Apache-2.0
"""`ports.machine` on a database: wrapped case keys, alarms and facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from tocsin.adapters.db.database import DEFAULT, Database, instant
from tocsin.adapters.db.models import AlarmRow, CaseKeyRow, CaseRow, FactRow, OutboxRow, SnapshotRow
from tocsin.adapters.db.statements import Columns
from tocsin.core.vocabulary import CaseRef
from tocsin.services.ports.machine import CLAIMED, Alarm, Fact, Rewrapped
from tocsin.services.ports.store import Conflict

_ALARM: Final = Columns(AlarmRow, "id", "at", "kind", "case", "actor", "place")
_UNTOLD: Final = f"{_ALARM.select} WHERE told_at IS NULL ORDER BY at, id LIMIT %s"
_FACT: Final = Columns(FactRow, "name", "at", "value")
_NAMED: Final = f"{_FACT.select} WHERE name = %s"
_CLAIM: Final = f"""
    INSERT INTO {_FACT.table} AS fact ({_FACT.text}) VALUES (%s, %s, %s)
    ON CONFLICT (name) DO UPDATE SET at = excluded.at, value = excluded.value WHERE fact.at <= %s RETURNING name
"""  # noqa: S608 - our names
_KEY: Final = Columns(CaseKeyRow, "case", "wrapped")
_REWRAP: Final = f"UPDATE {_KEY.table} SET wrapped = %s WHERE case_id = %s AND wrapped = %s"  # noqa: S608 - our names


class DbCaseKeys:
    """`machine.CaseKeys` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def replace(self, keys: Sequence[Rewrapped]) -> int:
        """Put new wrappings in place of the old; see the port."""
        moved = 0
        with self._db.write() as cursor:
            for key in keys:
                cursor.execute(_REWRAP, (key.new, key.case, key.old))
                moved += cursor.rowcount
        return moved

    def shred(self, case: CaseRef) -> None:
        """Destroy a case's key and its summaries; SQLite overwrites what it deletes (`configure`)."""
        alias = self._db.alias
        with self._db.write():
            CaseKeyRow.objects.using(alias).filter(case_id=case).delete()
            SnapshotRow.objects.using(alias).filter(case_id=case).delete()
            OutboxRow.objects.using(alias).filter(case_id=case).update(body=b"")
            CaseRow.objects.using(alias).filter(ref=case).update(body=b"", open=False, by_drop=False)


class DbAlarms:
    """`machine.Alarms` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def sound(self, alarm: Alarm) -> bool:
        """Keep an alarm; see the port."""
        row = (alarm.id, self._db.stamp(alarm.at), alarm.kind, alarm.case, alarm.actor, alarm.place)
        try:
            with self._db.write() as cursor:
                _ALARM.insert(cursor, [row])
        except Conflict:
            return False
        return True

    def untold(self, limit: int) -> Sequence[Alarm]:
        """Alarms that nobody was told of."""
        return [
            Alarm(at=instant(at), kind=kind, case=case, actor=actor, place=place)
            for _, at, kind, case, actor, place in self._db.rows(_UNTOLD, (limit,))
        ]

    def told(self, alarms: Sequence[Alarm], now: datetime) -> None:
        """Mark alarms as told."""
        with self._db.write():
            self._rows().filter(id__in=[alarm.id for alarm in alarms]).update(told_at=now)

    def since(self, instant: datetime, limit: int) -> Sequence[Alarm]:
        """Alarms from an instant on."""
        with self._db.read():
            return [_alarm(row) for row in self._rows().filter(at__gte=instant).order_by("-at", "id")[:limit]]

    def _rows(self) -> QuerySet[AlarmRow]:
        return AlarmRow.objects.using(self._db.alias)


class DbFacts:
    """`machine.Facts` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def get(self, name: str) -> Fact | None:
        """The fact of one name."""
        found = self._db.rows(_NAMED, (name,))
        return Fact(at=instant(found[0][1]), value=found[0][2]) if found else None

    def all(self) -> Mapping[str, Fact]:
        """Every fact."""
        return {name: Fact(at=instant(at), value=value) for name, at, value in self._db.rows(_FACT.select, ())}

    def note(self, name: str, value: str, at: datetime) -> None:
        """Keep a fact; see the port."""
        with self._db.write() as cursor:
            _FACT.upsert(cursor, (name, self._db.stamp(at), value))

    def claim(self, name: str, now: datetime, until: datetime) -> bool:
        """Take a claim; see the port. One statement looks and takes."""
        with self._db.write() as cursor:
            cursor.execute(_CLAIM, (name, self._db.stamp(until), CLAIMED, self._db.stamp(now)))
            return cursor.fetchone() is not None


def _alarm(row: AlarmRow) -> Alarm:
    return Alarm(at=row.at, kind=row.kind, case=row.case, actor=row.actor, place=row.place)
