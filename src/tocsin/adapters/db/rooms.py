# SPDX-License-Identifier: Apache-2.0
"""The reporters' rooms on a database: found by locator, read by nobody without the return phrase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import QuerySet

from tocsin.adapters.db.database import DEFAULT, Database
from tocsin.adapters.db.models import RoomCopyRow, RoomRow
from tocsin.core.vocabulary import CaseRef
from tocsin.services.ports.store import Room, RoomCopy

_FIELDS: Final = ("id", "case_id", "locator", "public_key", "created_at")


class DbRooms:
    """`store.Rooms` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def find(self, locator: bytes) -> Room | None:
        """The room of a return phrase."""
        with self._db.read():
            return next(iter(_rooms(self._all().filter(locator=locator))), None)

    def of_case(self, case: CaseRef) -> Sequence[Room]:
        """The rooms of a case, in the order they were made."""
        with self._db.read():
            return _rooms(self._all().filter(case_id=case).order_by("created_at", "id"))

    def copies(self, room: str) -> Sequence[RoomCopy]:
        """The reporter's copy, oldest first."""
        with self._db.read():
            lines = RoomCopyRow.objects.using(self._db.alias).filter(room_id=room).order_by("n")
            return [
                RoomCopy(id=line_id, room=room, at=at, body=bytes(body))
                for line_id, at, body in lines.values_list("id", "at", "body")
            ]

    def forget(self, room: str) -> None:
        """Remove a room and its copies; the return phrase then finds nothing."""
        with self._db.write():
            self._all().filter(id=room).delete()

    def _all(self) -> QuerySet[RoomRow]:
        return RoomRow.objects.using(self._db.alias)


def _rooms(found: QuerySet[RoomRow]) -> list[Room]:
    return [
        Room(id=room, case=case, locator=bytes(locator), public_key=bytes(public_key), created_at=created_at)
        for room, case, locator, public_key, created_at in found.values_list(*_FIELDS)
    ]
