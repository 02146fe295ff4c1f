# SPDX-License-Identifier: Apache-2.0
"""The journal on a database: one change is one transaction of a handful of statements.

A report is the most frequent change and a case's head what is read most, so their statements are text made once
(`statements`); other reads go through querysets. Whose turn it is and what a failure means is in `database`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from tocsin.adapters.db.database import DEFAULT, Database, instant
from tocsin.adapters.db.log import NEW
from tocsin.adapters.db.models import (
    CaseKeyRow,
    CaseRow,
    DropRow,
    JournalRow,
    OutboxRow,
    RoomCopyRow,
    RoomRow,
    SnapshotRow,
)
from tocsin.adapters.db.statements import Columns
from tocsin.core.vocabulary import CaseRef
from tocsin.services.ports.store import Change, Conflict, Head, RoomCopy, SealedEntry

_Line = tuple[int, datetime, bytes | memoryview]
_Standing = tuple[str, str, int, bytes | memoryview | None]

_PROJECTED: Final = (
    "seq", "phase", "open", "waits_for", "lead", "opened_at", "updated_at", "next_due", "wake_at", "body", "by_drop",
)  # fmt: skip
_CASE: Final = Columns(CaseRow, "ref", "project", *_PROJECTED)
_KEY: Final = Columns(CaseKeyRow, "case", "wrapped")
_ROW: Final = Columns(CaseRow, *_PROJECTED)
_ENTRY: Final = Columns(JournalRow, "case", "seq", "at", "body")
_SNAPSHOT: Final = Columns(SnapshotRow, "case", "seq", "at", "body")
_ROOM: Final = Columns(RoomRow, "id", "case", "locator", "public_key", "created_at")
_COPY: Final = Columns(RoomCopyRow, "id", "room", "at", "body")
_EFFECT: Final = Columns(
    OutboxRow, "id", "case", "kind", "created_at", "due_at", "free_at", "tries", "body", "error"
)  # fmt: skip
_DROP: Final = Columns(DropRow, "id")
_LINE: Final = Columns(SnapshotRow, "seq", "at", "body")

_ONE_HEAD: Final = (
    f"SELECT ref, project_id, seq, wrapped FROM {_CASE.table}"  # noqa: S608 - our names
    f" LEFT JOIN {_KEY.table} ON case_id = ref WHERE ref = %s"
)
_ONE_SNAPSHOT: Final = f"{_LINE.select} WHERE case_id = %s"
_EVERY_LINE: Final = f"{Columns(JournalRow, 'seq', 'at', 'body').select} WHERE case_id = %s AND seq > %s ORDER BY seq"
_MOVE: Final = (
    f"UPDATE {_CASE.table} SET {_ROW.assignments}, project_id = %s"  # noqa: S608 - our names
    " WHERE ref = %s AND project_id = %s AND seq = %s"
)
_ANSWER: Final = (
    f"UPDATE {_DROP.table} SET answered = TRUE, body = %s"  # noqa: S608 - our names
    " WHERE id = %s AND case_id = %s AND answered = FALSE"
)


class DbJournal:
    """`store.Journal` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def commit(self, change: Change) -> None:
        """Write a change: at most ten statements, each touching only this case."""
        case, stamp = change.case, self._db.stamp
        with self._db.write() as cursor:
            self._move(cursor, change)
            _ENTRY.insert(cursor, [(case, entry.seq, stamp(entry.at), entry.body) for entry in change.entries])
            NEW.insert(cursor, [(leaf,) for leaf in change.leaves])
            if change.snapshot:
                _SNAPSHOT.upsert(cursor, (case, change.snapshot.seq, stamp(change.snapshot.at), change.snapshot.body))
            if change.room:
                room = change.room
                _ROOM.insert(cursor, [(room.id, case, room.locator, room.public_key, stamp(room.created_at))])
            insert_copies(self._db, cursor, change.copies)
            self._emit(cursor, change)
            if change.drop:
                cursor.execute(_ANSWER, (b"", change.drop, change.drop_of or case))
                if cursor.rowcount != 1:
                    raise Conflict("its drop was answered already")

    def _move(self, cursor: CursorWrapper, change: Change) -> None:
        """Open the case or move its one row on, if it still stands where the decision was made."""
        row, stamp = change.row, self._db.stamp
        projected = (
            row.seq, row.phase, row.open, row.waits_for, row.lead, stamp(row.opened_at), stamp(row.updated_at),
            stamp(row.next_due), stamp(row.wake_at), row.body, row.by_drop,
        )  # fmt: skip
        if not change.expected:
            _CASE.insert(cursor, [(change.case, change.project, *projected)])
            _KEY.insert(cursor, [(change.case, change.wrapped_key)])
            return
        before = change.moved_from or change.project
        cursor.execute(_MOVE, (*projected, change.project, change.case, before, change.expected))
        if cursor.rowcount != 1:
            raise Conflict("the case moved on")
        if change.wrapped_key:
            _KEY.upsert(cursor, (change.case, change.wrapped_key))

    def _emit(self, cursor: CursorWrapper, change: Change) -> None:
        stamp = self._db.stamp
        _EFFECT.insert(
            cursor,
            [
                (
                    effect.id, change.case, effect.kind, stamp(effect.created_at), stamp(effect.due_at),
                    stamp(effect.due_at), effect.tries, effect.body, "",
                )
                for effect in change.effects
            ],
        )  # fmt: skip

    def head(self, case: CaseRef) -> Head | None:
        """Where a case stands."""
        return next(map(_head, self._db.rows(_ONE_HEAD, (case,))), None)

    def entries(self, case: CaseRef, after: int = 0, limit: int | None = None) -> Sequence[SealedEntry]:
        """Journal lines after `after`."""
        some = ("", ()) if limit is None else (" LIMIT %s", (limit,))
        return [_entry(row) for row in self._db.rows(_EVERY_LINE + some[0], (case, after, *some[1]))]

    def tail(self, case: CaseRef, before: int, limit: int) -> Sequence[SealedEntry]:
        """One page of history, read backwards and handed out forwards."""
        with self._db.read():
            newest_first = list(self._lines(case).filter(seq__lt=before).order_by("-seq")[:limit])
        return [_entry(row) for row in reversed(newest_first)]

    def snapshot(self, case: CaseRef) -> SealedEntry | None:
        """The newest snapshot."""
        return next(map(_entry, self._db.rows(_ONE_SNAPSHOT, (case,))), None)

    def cases(self, after: CaseRef = "", limit: int = 500) -> Sequence[Head]:
        """Every case, a page at a time."""
        with self._db.read():
            return [_head(row) for row in self._heads().filter(ref__gt=after).order_by("ref")[:limit]]

    def _lines(self, case: CaseRef) -> QuerySet[JournalRow, _Line]:
        return JournalRow.objects.using(self._db.alias).filter(case_id=case).values_list("seq", "at", "body")

    def _heads(self) -> QuerySet[CaseRow, _Standing]:
        return CaseRow.objects.using(self._db.alias).values_list("ref", "project_id", "seq", "key__wrapped")


def insert_copies(database: Database, cursor: CursorWrapper, copies: Sequence[RoomCopy]) -> None:
    """Add lines to reporters' own copies, within the caller's transaction."""
    _COPY.insert(cursor, [(copy.id, copy.room, database.stamp(copy.at), copy.body) for copy in copies])


def _entry(row: tuple[Any, ...]) -> SealedEntry:
    seq, at, body = row
    return SealedEntry(seq=seq, at=instant(at), body=bytes(body))


def _head(row: tuple[Any, ...]) -> Head:
    case, project, seq, wrapped_key = row
    return Head(case=case, project=project, seq=seq, wrapped_key=bytes(wrapped_key or b""))
