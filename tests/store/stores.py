# SPDX-License-Identifier: Apache-2.0
"""All ports of one store together, and small values to fill it with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from tocsin.adapters.db.api import DbApiTokens, DbRepeats
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.drops import DbDrops
from tocsin.adapters.db.inbox import DbInbox
from tocsin.adapters.db.journal import DbJournal
from tocsin.adapters.db.log import DbLog, DbPeers
from tocsin.adapters.db.numbers import DbNumbers
from tocsin.adapters.db.outbox import DbOutbox
from tocsin.adapters.db.people import DbPeople
from tocsin.adapters.db.projects import DbProjects
from tocsin.adapters.db.records import DbArrivals, DbRecords
from tocsin.adapters.db.rooms import DbRooms
from tocsin.adapters.db.shelf import DbShelf
from tocsin.adapters.db.shelf_writer import DbShelfWriter
from tocsin.core.log import tree
from tocsin.services.ports.api import ApiTokens, Repeats
from tocsin.services.ports.log import Growth, Log, Look, Peers
from tocsin.services.ports.publisher import ShelfWriter
from tocsin.services.ports.records import Arrivals, Records
from tocsin.services.ports.shelf import ShelfReader
from tocsin.services.ports.store import (
    Change,
    Drops,
    Effect,
    Inbox,
    InboxRow,
    Journal,
    Numbers,
    Outbox,
    Room,
    RoomCopy,
    Rooms,
    SealedEntry,
)
from tocsin.services.ports.world import People, Projects
from tocsin.testing.api import MemoryApiTokens, MemoryRepeats
from tocsin.testing.records import MemoryArrivals, MemoryRecords
from tocsin.testing.shelf import MemoryShelf
from tocsin.testing.store import MemoryStore
from tocsin.testing.world import MemoryPeople, MemoryProjects, SeededMint

T0 = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
WHPG, OTHER = "warehousepg", "other"
BASES: dict[str, str] = {"house": 'schema = "tocsin.policy/1"\n[project]\nteam = "The house"\n'}
"""Texts that a policy of these tests can extend."""


def policy(project: str = WHPG, prefix: str = "WHPG", team: str = "The crew", extends: str = "") -> str:
    """The smallest policy that can be adopted."""
    head = 'schema = "tocsin.policy/1"\n' + (f'extends = "{extends}"\n' if extends else "")
    told = {"id": project, "name": project.title(), "prefix": prefix} | ({} if extends else {"team": team})
    return head + "[project]\n" + "".join(f'{key} = "{value}"\n' for key, value in told.items())


@dataclass(frozen=True)
class Stores:
    """One store behind every port."""

    journal: Journal
    inbox: Inbox
    rooms: Rooms
    drops: Drops
    outbox: Outbox
    numbers: Numbers
    projects: Projects
    people: People
    shelf: ShelfReader
    shelf_writer: ShelfWriter
    log: Log
    peers: Peers
    api_tokens: ApiTokens
    repeats: Repeats
    records: Records
    arrivals: Arrivals

    def with_projects(self) -> Stores:
        self.projects.adopt(policy(), "tests", T0)
        self.projects.adopt(policy(OTHER, "OTHER"), "tests", T0)
        return self


def in_memory() -> Stores:
    store, projects, shelf = MemoryStore(), MemoryProjects(BASES.get), MemoryShelf()
    return Stores(
        journal=store.journal,
        inbox=store.inbox,
        rooms=store.rooms,
        drops=store.drops,
        outbox=store.outbox,
        numbers=store.numbers,
        projects=projects,
        people=MemoryPeople(projects, SeededMint()),
        shelf=shelf,
        shelf_writer=shelf,
        log=store.log,
        peers=store.peers,
        api_tokens=MemoryApiTokens(),
        repeats=MemoryRepeats(),
        records=MemoryRecords(),
        arrivals=MemoryArrivals(),
    ).with_projects()


def in_database(database: Database, second: bool = True) -> Stores:
    """Every port over a database; with two small projects, unless it gets others."""
    made = Stores(
        journal=DbJournal(database),
        inbox=DbInbox(database),
        rooms=DbRooms(database),
        drops=DbDrops(database),
        outbox=DbOutbox(database),
        numbers=DbNumbers(database),
        projects=DbProjects(database, BASES.get),
        people=DbPeople(SeededMint(), database),
        shelf=DbShelf(database),
        shelf_writer=DbShelfWriter(database),
        log=DbLog(database),
        peers=DbPeers(database),
        api_tokens=DbApiTokens(database),
        repeats=DbRepeats(database),
        records=DbRecords(database),
        arrivals=DbArrivals(database),
    )
    return made.with_projects() if second else made


def entry(seq: int, body: bytes = b"sealed") -> SealedEntry:
    return SealedEntry(seq=seq, at=T0 + timedelta(minutes=seq), body=body)


def row(case: str, seq: int = 1, **changes: Any) -> InboxRow:
    values: dict[str, Any] = {
        "project": WHPG, "phase": "new", "open": True, "waits_for": "team", "lead": "", "opened_at": T0,
        "updated_at": T0 + timedelta(minutes=seq), "body": b"sealed row",
    }  # fmt: skip
    return InboxRow(case=case, seq=seq, **values | changes)


def opening(case: str, project: str = WHPG, lines: int = 1, **changes: Any) -> Change:
    """The change that opens a case; what belongs to the row goes in as `row={...}`."""
    about = {"project": project} | changes.pop("row", {})
    return Change(
        case=case,
        project=project,
        expected=0,
        entries=tuple(entry(seq) for seq in range(1, lines + 1)),
        row=row(case, lines, **about),
        **{"wrapped_key": b"wrapped", **changes},
    )


def further(case: str, expected: int, lines: int = 1, **changes: Any) -> Change:
    """A change to a case that has `expected` lines."""
    end = expected + lines
    about = changes.pop("row", {})
    project = changes.pop("project", WHPG)
    return Change(
        case=case,
        project=project,
        expected=expected,
        entries=tuple(entry(seq) for seq in range(expected + 1, end + 1)),
        row=row(case, end, **{"project": project} | about),
        **changes,
    )


def room(case: str, room_id: str = "rom_1", locator: bytes = b"locator") -> Room:
    return Room(id=room_id, case=case, locator=locator, public_key=b"public", created_at=T0)


def copy(copy_id: str, room_id: str = "rom_1", body: bytes = b"copy") -> RoomCopy:
    return RoomCopy(id=copy_id, room=room_id, at=T0, body=body)


def effect(effect_id: str, case: str, due_at: datetime = T0) -> Effect:
    return Effect(id=effect_id, case=case, kind="notice", created_at=T0, due_at=due_at, body=b"effect")


def leaf(number: int) -> bytes:
    """A commitment."""
    return sha256(b"%d" % number).digest()


def look(look_id: str, case: str, number: int = 0) -> Look:
    return Look(id=look_id, case=case, at=T0, body=b"look", leaf=leaf(number))


def grown(frontier: tree.Frontier, commitments: Sequence[bytes]) -> Growth:
    """What the worker makes of a batch, with the root in hex for a note."""
    after, nodes = tree.extend(frontier, commitments)
    return Growth(size=after.size, nodes=nodes, at=T0, note=f"{after.size} {tree.root(after).hex()}")


def raised(work: Callable[[], object]) -> type[BaseException] | None:
    """What kind of exception `work` ends with, if any: for races, where some lose."""
    try:
        work()
    except Exception as error:
        return type(error)
    return None
