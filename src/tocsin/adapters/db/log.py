# SPDX-License-Identifier: Apache-2.0
"""The transparency log on a database.

Waiting commitments are taken and given their places in one transaction. Taking deletes them, so no two workers take the
same one, and a place is a primary key, so of two that would fork the tree one cannot commit; there is no lock to wait
for, and a report only ever inserts. A subtree's row is numbered by its place in the tree read from left to right
(leaves are the even numbers), so that one key finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from django.db.backends.utils import CursorWrapper

from tocsin.adapters.db.database import DEFAULT, Database, instant
from tocsin.adapters.db.models import LogCheckpoint, LogLeaf, LogNew, LogNode, LogPeer, LookRow
from tocsin.adapters.db.statements import Columns, Parameter
from tocsin.core.log.tree import Frontier, Place, leaf_hash, peaks
from tocsin.core.vocabulary import CaseRef
from tocsin.services.ports.log import Growth, Look, Peer

NEW: Final = Columns(LogNew, "commitment")
_WAITING: Final = Columns(LogNew, "n", "commitment")
_LEAF: Final = Columns(LogLeaf, "place", "commitment")
_NODE: Final = Columns(LogNode, "id", "hash")
_CHECKPOINT: Final = Columns(LogCheckpoint, "size", "at", "note")
_LOOK: Final = Columns(LookRow, "id", "case", "at", "body")
_PEER: Final = Columns(LogPeer, "url", "key", "at", "note")

_ENOUGH: Final = f"SELECT 1 FROM {_WAITING.table} LIMIT 1 OFFSET %s"  # noqa: S608 - our names
_TAKE: Final = f"""
    DELETE FROM {_WAITING.table} WHERE n IN (SELECT n FROM {_WAITING.table} ORDER BY n LIMIT %s)
    RETURNING {_WAITING.text}
"""  # noqa: S608 - our names
_SIZE: Final = f"SELECT COALESCE(MAX(place) + 1, 0) FROM {_LEAF.table}"  # noqa: S608 - our names
_COUNT: Final = f"""
    SELECT (SELECT COUNT(*) FROM {_WAITING.table}) + (SELECT COUNT(*) FROM {_LEAF.table})
"""  # noqa: S608 - our names
_LEAVES: Final = f"SELECT commitment FROM {_LEAF.table} WHERE place >= %s ORDER BY place LIMIT %s"  # noqa: S608 - ours
_NEWEST: Final = f"SELECT note FROM {_CHECKPOINT.table} ORDER BY size DESC LIMIT 1"  # noqa: S608 - our names
_NOTES: Final = f"SELECT size, note FROM {_CHECKPOINT.table} WHERE size > %s ORDER BY size LIMIT %s"  # noqa: S608 - ours
_LOOKS: Final = f"{_LOOK.select} WHERE case_id = %s ORDER BY n LIMIT %s OFFSET %s"
_LAST: Final = f"{_PEER.select} WHERE url = %s"

T = TypeVar("T")

ROWS: Final = 300
"""Rows or keys in one statement; every SQLite takes three times as many parameters."""


class DbLog:
    """`log.Log` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def checkpoint(self) -> str | None:
        """The newest signed note."""
        return next((note for (note,) in self._db.rows(_NEWEST, ())), None)

    def standing(self, commitments: Sequence[bytes]) -> Mapping[bytes, int | None]:
        """Where commitments stand; the first place of one that was logged twice."""
        found: dict[bytes, int | None] = {}
        with self._db.read() as cursor:
            for some in _parts(commitments):
                # First the waiting ones: one that gets its place in between is then found at both, not at neither.
                waiting = f"SELECT commitment FROM {_WAITING.table} WHERE commitment IN ({_marks(some)})"  # noqa: S608
                cursor.execute(waiting, some)
                found |= {bytes(each): None for (each,) in cursor.fetchall()}
                cursor.execute(f"{_LEAF.select} WHERE commitment IN ({_marks(some)}) ORDER BY place DESC", some)
                found |= {bytes(each): place for place, each in cursor.fetchall()}
        return found

    def hashes(self, places: Sequence[Place]) -> Mapping[Place, bytes]:
        """Hashes of complete subtrees."""
        with self._db.read() as cursor:
            return dict(_hashes(cursor, places))

    def grow(self, limit: int, extend: Callable[[Frontier, Sequence[bytes]], Growth], at_least: int = 1) -> int:
        """Put waiting commitments into the tree."""
        if not self._db.rows(_ENOUGH, (at_least - 1,)):
            return 0
        with self._db.write() as cursor:
            cursor.execute(_TAKE, (limit,))
            taken = [bytes(commitment) for _, commitment in sorted(cursor.fetchall())]
            if not taken:
                return 0
            cursor.execute(_SIZE)
            size: int = cursor.fetchone()[0]
            found = dict(_hashes(cursor, peaks(size)))
            growth = extend(Frontier(size=size, peaks=tuple(found[place] for place in peaks(size))), taken)
            _insert(cursor, _LEAF, [(size + number, each) for number, each in enumerate(taken)])
            _insert(cursor, _NODE, [(_id(each.level, each.position), each.hash) for each in growth.nodes if each.level])
            _CHECKPOINT.insert(cursor, [(growth.size, self._db.stamp(growth.at), growth.note)])
        return len(taken)

    def count(self) -> int:
        """How many commitments there are."""
        return int(self._db.rows(_COUNT, ())[0][0])

    def leaves(self, start: int, limit: int) -> Sequence[bytes]:
        """Commitments from index `start` on."""
        return [bytes(each) for (each,) in self._db.rows(_LEAVES, (start, limit))]

    def checkpoints(self, after: int, limit: int) -> Sequence[tuple[int, str]]:
        """Checkpoints over more than `after` leaves."""
        return [(size, note) for size, note in self._db.rows(_NOTES, (after, limit))]

    def note_look(self, look: Look) -> None:
        """Keep a look with its commitment."""
        with self._db.write() as cursor:
            _LOOK.insert(cursor, [(look.id, look.case, self._db.stamp(look.at), look.body)])
            NEW.insert(cursor, [(look.leaf,)])

    def looks(self, case: CaseRef, after: int, limit: int) -> Sequence[Look]:
        """Looks at a case."""
        rows = self._db.rows(_LOOKS, (case, limit, after))
        return [Look(id=look, case=ref, at=instant(at), body=bytes(body)) for look, ref, at, body in rows]


class DbPeers:
    """`log.Peers` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def last(self, url: str) -> Peer | None:
        """How the log at an address was last seen."""
        rows = self._db.rows(_LAST, (url,))
        return next((Peer(url=seen, key=key, at=instant(at), note=note) for seen, key, at, note in rows), None)

    def keep(self, peer: Peer) -> None:
        """Remember how a log is seen now."""
        with self._db.write() as cursor:
            _PEER.upsert(cursor, (peer.url, peer.key, self._db.stamp(peer.at), peer.note))


def _id(level: int, position: int) -> int:
    return (2 * position + 1 << level) - 1


def _hashes(cursor: CursorWrapper, places: Sequence[Place]) -> Iterator[tuple[Place, bytes]]:
    """Leaves are stored as what they commit to, all others as their hash."""
    leaves = {position: (level, position) for level, position in places if not level}
    nodes = {_id(*place): place for place in places if place[0]}
    for position, commitment in _by_key(cursor, _LEAF, list(leaves)):
        yield leaves[position], leaf_hash(commitment)
    for number, value in _by_key(cursor, _NODE, list(nodes)):
        yield nodes[number], value


def _by_key(cursor: CursorWrapper, columns: Columns, keys: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    for some in _parts(keys):
        cursor.execute(f"{columns.select} WHERE {columns.names[0]} IN ({_marks(some)})", some)
        yield from [(key, bytes(value)) for key, value in cursor.fetchall()]


def _insert(cursor: CursorWrapper, columns: Columns, rows: Sequence[Sequence[Parameter]]) -> None:
    for some in _parts(rows):
        columns.insert(cursor, some)


def _parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[start : start + ROWS] for start in range(0, len(values), ROWS))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))
