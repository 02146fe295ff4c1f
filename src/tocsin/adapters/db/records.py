# SPDX-License-Identifier: Apache-2.0
"""`ports.records` on a database: sealed records beside the cases, and arrivals from the front."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from tocsin.adapters.db.database import DEFAULT, Database, instant
from tocsin.adapters.db.models import ArrivalRow, RecordRow
from tocsin.adapters.db.statements import Columns, Parameter
from tocsin.core.vocabulary import ProjectId
from tocsin.services.ports.records import Arrival, Record
from tocsin.services.ports.store import Conflict

_RECORD: Final = Columns(RecordRow, "key", "kind", "project", "record", "version", "due_at", "body", "mark")
_ARRIVAL: Final = Columns(ArrivalRow, "id", "kind", "project", "at", "body", "taken")
_ONE: Final = f"{_RECORD.select} WHERE key = %s"
_PAGE: Final = f"{_RECORD.select} WHERE kind = %s AND project = %s AND record > %s ORDER BY record LIMIT %s"
_MARKED: Final = (
    f"{_RECORD.select} WHERE kind = %s AND project = %s AND mark IN (%s, '') AND record > %s ORDER BY record LIMIT %s"
)
_DUE: Final = f"{_RECORD.select} WHERE kind = %s AND due_at <= %s ORDER BY due_at, key LIMIT %s"
_ALL: Final = f"{_RECORD.select} WHERE key > %s ORDER BY key LIMIT %s"
_CHANGE: Final = (
    f"UPDATE {_RECORD.table} SET version = %s, due_at = %s, body = %s, mark = %s"  # noqa: S608 - our names
    " WHERE key = %s AND version = %s"
)
_ADD: Final = (
    f"INSERT INTO {_RECORD.table} ({_RECORD.text}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608 - our names
    " ON CONFLICT DO NOTHING"
)
_COUNT: Final = f"SELECT count(*) FROM {_RECORD.table} WHERE kind = %s AND project = %s"  # noqa: S608 - our names
_COUNT_DUE: Final = f"{_COUNT} AND due_at = %s"
_REMOVE: Final = f"DELETE FROM {_RECORD.table} WHERE key = %s"  # noqa: S608 - our names
_WAITING: Final = f"{_ARRIVAL.select} WHERE taken = FALSE ORDER BY at, id LIMIT %s"
_TAKEN: Final = f"UPDATE {_ARRIVAL.table} SET taken = TRUE, body = %s WHERE id = %s"  # noqa: S608 - our names


class DbRecords:
    """`records.Records` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def get(self, kind: str, project: ProjectId, record: str) -> Record | None:
        """One record."""
        return next(map(_record, self._db.rows(_ONE, (key(kind, project, record),))), None)

    def page(self, kind: str, project: ProjectId, after: str = "", limit: int = 200) -> Sequence[Record]:
        """Records of a kind in one project."""
        return [_record(row) for row in self._db.rows(_PAGE, (kind, project, after, limit))]

    def marked(self, kind: str, project: ProjectId, mark: str, after: str = "", limit: int = 200) -> Sequence[Record]:
        """Records of a kind in one project with a mark, along an index that holds no record without one."""
        return [_record(row) for row in self._db.rows(_MARKED, (kind, project, mark, after, limit))]

    def due(self, kind: str, now: datetime, limit: int) -> Sequence[Record]:
        """Records of a kind that are to be looked at."""
        return [_record(row) for row in self._db.rows(_DUE, (kind, self._db.stamp(now), limit))]

    def put(self, records: Sequence[Record]) -> None:
        """Write records, all or none; see the port."""
        with self._db.write() as cursor:
            _RECORD.insert(cursor, [self._row(each) for each in records if each.version == 1])
            for each in records:
                if each.version == 1:
                    continue
                name = key(each.kind, each.project, each.id)
                changed = (each.version, self._db.stamp(each.due_at), each.body, each.mark, name, each.version - 1)
                cursor.execute(_CHANGE, changed)
                if cursor.rowcount != 1:
                    raise Conflict("a record has changed meanwhile")

    def add_new(self, records: Sequence[Record]) -> int:
        """Write those that are not there yet."""
        with self._db.write() as cursor:
            cursor.executemany(_ADD, [self._row(each) for each in records])
            return int(cursor.rowcount)

    def remove(self, kind: str, project: ProjectId, record: str) -> bool:
        """Forget a record; SQLite overwrites what it deletes (`configure`)."""
        with self._db.write() as cursor:
            cursor.execute(_REMOVE, (key(kind, project, record),))
            return bool(cursor.rowcount == 1)

    def count(self, kind: str, project: ProjectId, due_at: datetime | None = None) -> int:
        """How many there are."""
        if due_at is None:
            ((number,),) = self._db.rows(_COUNT, (kind, project))
        else:
            ((number,),) = self._db.rows(_COUNT_DUE, (kind, project, self._db.stamp(due_at)))
        return int(number)

    def everything(self, after: tuple[str, ProjectId, str] = ("", "", ""), limit: int = 200) -> Sequence[Record]:
        """All records, a page at a time."""
        start = key(*after) if after[0] else ""
        return [_record(row) for row in self._db.rows(_ALL, (start, limit))]

    def _row(self, each: Record) -> tuple[Parameter, ...]:
        name = key(each.kind, each.project, each.id)
        due_at = self._db.stamp(each.due_at)
        return (name, each.kind, each.project, each.id, each.version, due_at, each.body, each.mark)


class DbArrivals:
    """`records.Arrivals` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def leave(self, arrival: Arrival, also: Sequence[str] = ()) -> bool:
        """Keep an arrival, or say that it was left before."""
        at = self._db.stamp(arrival.at)
        seen: list[tuple[Parameter, ...]] = [
            (each, arrival.kind, arrival.project, at, b"", True) for each in dict.fromkeys(also) if each != arrival.id
        ]
        try:
            with self._db.write() as cursor:
                row = (arrival.id, arrival.kind, arrival.project, at, arrival.body, False)
                _ARRIVAL.insert(cursor, [row, *seen])
        except Conflict:
            return False
        return True

    def waiting(self, limit: int) -> Sequence[Arrival]:
        """Arrivals that were not taken up yet."""
        return [
            Arrival(id=arrival, kind=kind, project=project, at=instant(at), body=bytes(body))
            for arrival, kind, project, at, body, _ in self._db.rows(_WAITING, (limit,))
        ]

    def done(self, arrivals: Sequence[str]) -> None:
        """Mark arrivals as taken up."""
        with self._db.write() as cursor:
            for each in arrivals:
                cursor.execute(_TAKEN, (b"", each))


def key(kind: str, project: ProjectId, record: str) -> str:
    """The one name of a record."""
    return f"{kind}/{project}/{record}"


def _record(row: Sequence[Any]) -> Record:
    _, kind, project, record, version, due_at, body, mark = row
    due_at, body = instant(due_at), bytes(body)
    return Record(kind=kind, project=project, id=record, version=version, due_at=due_at, body=body, mark=mark)
