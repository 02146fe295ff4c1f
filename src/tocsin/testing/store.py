# SPDX-License-Identifier: Apache-2.0
"""The store in memory: the ports of `services.ports.store` over dictionaries, with the databases' manners.

`tests/store` runs one contract on this, SQLite and PostgreSQL. Set `MemoryStore.refusal` to make every write fail as a
locked or full database would.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services.ports.store import (
    Change,
    Conflict,
    Drop,
    Effect,
    Head,
    InboxQuery,
    InboxRow,
    Room,
    RoomCopy,
    SealedEntry,
)
from tocsin.testing.log import LogTables, MemoryLog, MemoryPeers
from tocsin.testing.machine import MemoryCaseKeys


@dataclass
class _Pending:
    effect: Effect
    free_at: datetime
    done_at: datetime | None = None


@dataclass
class _Tables:
    """What all ports share. An answered drop keeps its id and loses its content."""

    heads: dict[CaseRef, Head] = field(default_factory=dict)
    rows: dict[CaseRef, InboxRow] = field(default_factory=dict)
    lines: dict[CaseRef, list[SealedEntry]] = field(default_factory=lambda: defaultdict(list))
    snapshots: dict[CaseRef, SealedEntry] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    copies: list[RoomCopy] = field(default_factory=list)
    drops: dict[str, Drop | None] = field(default_factory=dict)
    effects: dict[str, _Pending] = field(default_factory=dict)
    numbers: dict[tuple[ProjectId, int], int] = field(default_factory=lambda: defaultdict(int))
    log: LogTables = field(default_factory=LogTables)
    lock: threading.RLock = field(default_factory=threading.RLock)
    refusal: Exception | None = None

    @contextmanager
    def write(self) -> Iterator[None]:
        with self.lock:
            if self.refusal:
                raise self.refusal
            yield

    def admit(self, copies: Sequence[RoomCopy]) -> None:
        """Refuse copies that were written before or whose room is gone."""
        known = {copy.id for copy in self.copies}
        if any(copy.id in known or copy.room not in self.rooms for copy in copies):
            raise Conflict("something was written in between")


class MemoryStore:
    """All ports of the store over one set of tables."""

    def __init__(self) -> None:
        self._tables = _Tables()
        self.journal = MemoryJournal(self._tables)
        self.inbox = MemoryInbox(self._tables)
        self.rooms = MemoryRooms(self._tables)
        self.drops = MemoryDrops(self._tables)
        self.outbox = MemoryOutbox(self._tables)
        self.numbers = MemoryNumbers(self._tables)
        self.log = MemoryLog(self._tables.log, self._tables.write, self._tables.heads)
        self.peers = MemoryPeers(self._tables.write)
        self.case_keys = MemoryCaseKeys(self._tables.heads, self._tables.rows, self._tables.snapshots)

    @property
    def refusal(self) -> Exception | None:
        """What every write raises while it is set, `Unavailable(...)` for instance."""
        return self._tables.refusal

    @refusal.setter
    def refusal(self, refusal: Exception | None) -> None:
        self._tables.refusal = refusal


class MemoryJournal:
    """`store.Journal` in memory."""

    def __init__(self, tables: _Tables) -> None:
        self._t = tables

    def commit(self, change: Change) -> None:
        """Look at everything first, then write everything."""
        t = self._t
        with t.write():
            self._check(change)
            standing = t.heads.get(change.case)
            key = change.wrapped_key or (standing.wrapped_key if standing else b"")
            t.heads[change.case] = Head(case=change.case, project=change.project, seq=change.row.seq, wrapped_key=key)
            t.rows[change.case] = change.row
            t.lines[change.case].extend(change.entries)
            t.log.new.extend(change.leaves)
            if change.snapshot:
                t.snapshots[change.case] = change.snapshot
            if change.room:
                t.rooms[change.room.id] = change.room
            t.copies.extend(change.copies)
            t.effects |= {effect.id: _Pending(effect, effect.due_at) for effect in change.effects}
            if change.drop:
                t.drops[change.drop] = None

    def _check(self, change: Change) -> None:
        t = self._t
        standing = t.heads.get(change.case)
        if (standing.seq if standing else 0) != change.expected or (
            standing and standing.project != (change.moved_from or change.project)
        ):
            raise Conflict("the case moved on")
        drop = t.drops.get(change.drop) if change.drop else None
        if change.drop and (drop is None or drop.case != (change.drop_of or change.case)):
            raise Conflict("its drop was answered already")
        room = change.room
        if room and (room.id in t.rooms or any(room.locator == other.locator for other in t.rooms.values())):
            raise Conflict("something was written in between")
        t.admit([copy for copy in change.copies if not room or copy.room != room.id])
        if any(effect.id in t.effects for effect in change.effects):
            raise Conflict("something was written in between")

    def head(self, case: CaseRef) -> Head | None:
        """Where a case stands."""
        return self._t.heads.get(case)

    def entries(self, case: CaseRef, after: int = 0, limit: int | None = None) -> Sequence[SealedEntry]:
        """Journal lines after `after`."""
        return [entry for entry in self._t.lines.get(case, []) if entry.seq > after][:limit]

    def tail(self, case: CaseRef, before: int, limit: int) -> Sequence[SealedEntry]:
        """One page of history."""
        older = [entry for entry in self._t.lines.get(case, []) if entry.seq < before]
        return older[max(len(older) - limit, 0) :]

    def snapshot(self, case: CaseRef) -> SealedEntry | None:
        """The newest snapshot."""
        return self._t.snapshots.get(case)

    def cases(self, after: CaseRef = "", limit: int = 500) -> Sequence[Head]:
        """Every case, a page at a time."""
        with self._t.lock:
            return [self._t.heads[case] for case in sorted(self._t.heads) if case > after][:limit]


class MemoryInbox:
    """`store.Inbox` in memory."""

    def __init__(self, tables: _Tables) -> None:
        self._t = tables

    def page(self, query: InboxQuery) -> Sequence[InboxRow]:
        """One page, by `next_due`, then reference."""

        def shown(row: InboxRow) -> bool:
            return (
                row.project in query.projects
                and query.open in (None, row.open)
                and query.waits_for in ("", row.waits_for)
                and query.lead in ("", row.lead)
                and query.phase in ("", row.phase)
                and (query.after is None or (row.next_due, row.case) > query.after)
            )

        return sorted(filter(shown, self._all()), key=lambda row: (row.next_due, row.case))[: query.limit]

    def ended(
        self, project: ProjectId, since: datetime, after: tuple[datetime, CaseRef] | None, limit: int
    ) -> Sequence[InboxRow]:
        """Closed cases of a project that were touched since, by when, then reference."""
        found = [
            row for row in self._all() if row.project == project and not row.open and row.updated_at >= since
            and (after is None or (row.updated_at, row.case) > after)
        ]  # fmt: skip
        return sorted(found, key=lambda row: (row.updated_at, row.case))[:limit]

    def counts(self, projects: tuple[ProjectId, ...], ceiling: int) -> dict[str, int]:
        """Open cases per `waits_for`, each counted up to `ceiling`."""
        found: dict[str, int] = defaultdict(int)
        for row in self._all():
            if row.open and row.project in projects:
                found[row.waits_for] = min(found[row.waits_for] + 1, ceiling)
        return dict(found)

    def row(self, case: CaseRef) -> InboxRow | None:
        """The row of one case."""
        return self._t.rows.get(case)

    def rows(self, cases: Sequence[CaseRef]) -> Sequence[InboxRow]:
        """The rows of these cases, in the same order."""
        return [row for case in cases if (row := self._t.rows.get(case))]

    def put(self, rows: Sequence[InboxRow]) -> int:
        """Replace rows that still stand at the same `seq`."""
        replaced = 0
        with self._t.write():
            for row in rows:
                standing = self._t.rows.get(row.case)
                if standing and (standing.project, standing.seq) == (row.project, row.seq):
                    self._t.rows[row.case] = row
                    replaced += 1
        return replaced

    def to_wake(self, now: datetime, limit: int) -> Sequence[CaseRef]:
        """Cases whose `wake_at` has come, the longest overdue first."""
        due = sorted((row.wake_at, row.case) for row in self._all() if row.wake_at <= now)
        return [case for _, case in due[:limit]]

    def leads(self, project: ProjectId) -> Sequence[str]:
        """Who leads open cases of a project."""
        return sorted({row.lead for row in self._all() if row.project == project and row.open and row.lead})

    def by_drop(self, limit: int) -> Sequence[InboxRow]:
        """Rows that intake sealed, by reference."""
        return sorted((row for row in self._all() if row.by_drop), key=lambda row: row.case)[:limit]

    def _all(self) -> list[InboxRow]:
        with self._t.lock:
            return list(self._t.rows.values())


class MemoryRooms:
    """`store.Rooms` in memory."""

    def __init__(self, tables: _Tables) -> None:
        self._t = tables

    def find(self, locator: bytes) -> Room | None:
        """The room of a return phrase."""
        with self._t.lock:
            return next((room for room in self._t.rooms.values() if room.locator == locator), None)

    def of_case(self, case: CaseRef) -> Sequence[Room]:
        """The rooms of a case, in the order they were made."""
        with self._t.lock:
            rooms = [room for room in self._t.rooms.values() if room.case == case]
        return sorted(rooms, key=lambda room: (room.created_at, room.id))

    def copies(self, room: str) -> Sequence[RoomCopy]:
        """The reporter's copy, oldest first."""
        with self._t.lock:
            return [copy for copy in self._t.copies if copy.room == room]

    def forget(self, room: str) -> None:
        """Remove a room and its copies."""
        with self._t.write():
            self._t.rooms.pop(room, None)
            self._t.copies[:] = [copy for copy in self._t.copies if copy.room != room]


class MemoryDrops:
    """`store.Drops` in memory."""

    def __init__(self, tables: _Tables) -> None:
        self._t = tables

    def leave(self, drop: Drop, copy: RoomCopy | None) -> None:
        """Keep a drop with the reporter's own copy of it."""
        copies = (copy,) if copy else ()
        with self._t.write():
            if drop.id in self._t.drops or drop.case not in self._t.heads:
                raise Conflict("something was written in between")
            self._t.admit(copies)
            self._t.drops[drop.id] = drop
            self._t.copies.extend(copies)

    def waiting(self, limit: int) -> Sequence[Drop]:
        """Drops that no command has answered yet."""
        with self._t.lock:
            drops = [drop for drop in self._t.drops.values() if drop]
        return sorted(drops, key=lambda drop: (drop.at, drop.id))[:limit]

    def forget(self, drop: str) -> None:
        """Empty a drop; see the port."""
        with self._t.write():
            if drop in self._t.drops:
                self._t.drops[drop] = None


class MemoryOutbox:
    """`store.Outbox` in memory."""

    def __init__(self, tables: _Tables) -> None:
        self._t = tables

    def lease(self, now: datetime, until: datetime, limit: int) -> Sequence[Effect]:
        """Take due effects until `until`."""
        with self._t.write():
            free = [pending for pending in self._open() if pending.free_at <= now]
            free = sorted(free, key=lambda pending: (pending.free_at, pending.effect.id))[:limit]
            for pending in free:
                pending.free_at = until
                pending.effect = msgspec.structs.replace(pending.effect, tries=pending.effect.tries + 1)
            return sorted((pending.effect for pending in free), key=lambda effect: (effect.due_at, effect.id))

    def done(self, effects: Sequence[str], now: datetime) -> None:
        """Mark effects as done and empty them."""
        with self._t.write():
            for effect in effects:
                pending = self._t.effects.get(effect)
                if pending and not pending.done_at:
                    pending.done_at = now
                    pending.effect = msgspec.structs.replace(pending.effect, body=b"")

    def again(self, effect: Effect, due_at: datetime, error: str) -> None:
        """Put an effect back, unless somebody has done it meanwhile, or has taken it because the lease had run out."""
        with self._t.write():
            pending = self._t.effects.get(effect.id)
            if pending and not pending.done_at and pending.effect.tries == effect.tries:
                pending.free_at = due_at
                pending.effect = msgspec.structs.replace(pending.effect, due_at=due_at)

    def waiting(self) -> int:
        """How many effects are not done."""
        with self._t.lock:
            return len(self._open())

    def oldest(self) -> datetime | None:
        """When the first of the effects that are not done was or is due."""
        with self._t.lock:
            return min((pending.effect.due_at for pending in self._open()), default=None)

    def _open(self) -> list[_Pending]:
        return [pending for pending in self._t.effects.values() if not pending.done_at]


class MemoryNumbers:
    """`store.Numbers` in memory."""

    def __init__(self, tables: _Tables) -> None:
        self._t = tables

    def next_advisory(self, project: ProjectId, year: int) -> int:
        """The next number of a project's advisories in a year."""
        with self._t.write():
            self._t.numbers[project, year] += 1
            return self._t.numbers[project, year]
