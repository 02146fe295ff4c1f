# SPDX-License-Identifier: Apache-2.0
"""The reporters' rooms on a database: found by locator, read by nobody without the return phrase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tocsin.adapters.db.database import DEFAULT, Database, instant
from tocsin.adapters.db.models import RoomCopyRow, RoomRow
from tocsin.adapters.db.statements import Columns
from tocsin.core.vocabulary import CaseRef
from tocsin.services.ports.store import Room, RoomCopy

_ROOM: Final = Columns(RoomRow, "id", "case", "locator", "public_key", "created_at")
_COPY: Final = Columns(RoomCopyRow, "id", "room", "at", "body")
_FIND: Final = f"{_ROOM.select} WHERE locator = %s"
_OF_CASE: Final = f"{_ROOM.select} WHERE case_id = %s ORDER BY created_at, id"
_COPIES: Final = f"{_COPY.select} WHERE room_id = %s ORDER BY n"


class DbRooms:
    """`store.Rooms` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def find(self, locator: bytes) -> Room | None:
        """The room of a return phrase."""
        return next(map(_room, self._db.rows(_FIND, (locator,))), None)

    def of_case(self, case: CaseRef) -> Sequence[Room]:
        """The rooms of a case, in the order they were made."""
        return [_room(row) for row in self._db.rows(_OF_CASE, (case,))]

    def copies(self, room: str) -> Sequence[RoomCopy]:
        """The reporter's copy, oldest first."""
        return [_copy(row) for row in self._db.rows(_COPIES, (room,))]

    def forget(self, room: str) -> None:
        """Remove a room and its copies; the return phrase then finds nothing."""
        with self._db.write():
            RoomRow.objects.using(self._db.alias).filter(id=room).delete()


def _copy(row: tuple[Any, ...]) -> RoomCopy:
    copy, room, at, body = row
    return RoomCopy(id=copy, room=room, at=instant(at), body=bytes(body))


def _room(row: tuple[Any, ...]) -> Room:
    room, case, locator, public_key, created_at = row
    return Room(
        id=room, case=case, locator=bytes(locator), public_key=bytes(public_key), created_at=instant(created_at)
    )
