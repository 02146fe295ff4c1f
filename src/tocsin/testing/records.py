# SPDX-License-Identifier: Apache-2.0
"""Records and arrivals in dictionaries. `tests/store` runs one contract on this, SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime

from tocsin.core.vocabulary import ProjectId
from tocsin.services.ports.records import Arrival, Record
from tocsin.services.ports.store import Conflict


class MemoryRecords:
    """`records.Records` in memory."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ProjectId, str], Record] = {}
        self._lock = threading.Lock()

    def get(self, kind: str, project: ProjectId, record: str) -> Record | None:
        """One record."""
        return self._kept.get((kind, project, record))

    def page(self, kind: str, project: ProjectId, after: str = "", limit: int = 200) -> Sequence[Record]:
        """Records of a kind in one project."""
        mine = [each for each in self._kept.values() if (each.kind, each.project) == (kind, project)]
        return sorted((each for each in mine if each.id > after), key=lambda each: each.id)[:limit]

    def marked(self, kind: str, project: ProjectId, mark: str, after: str = "", limit: int = 200) -> Sequence[Record]:
        """Records of a kind in one project with a mark, or whose writer did not say."""
        mine = [each for each in self._kept.values() if (each.kind, each.project) == (kind, project)]
        mine = [each for each in mine if each.mark in (mark, "") and each.id > after]
        return sorted(mine, key=lambda each: each.id)[:limit]

    def due(self, kind: str, now: datetime, limit: int) -> Sequence[Record]:
        """Records of a kind that are to be looked at."""
        found = [each for each in self._kept.values() if each.kind == kind and each.due_at <= now]
        return sorted(found, key=lambda each: (each.due_at, each.project, each.id))[:limit]

    def put(self, records: Sequence[Record]) -> None:
        """Write records, all or none; see the port."""
        with self._lock:
            for each in records:
                standing = self._kept.get((each.kind, each.project, each.id))
                if each.version != (standing.version + 1 if standing else 1):
                    raise Conflict("a record has changed meanwhile")
            self._kept |= {(each.kind, each.project, each.id): each for each in records}

    def add_new(self, records: Sequence[Record]) -> int:
        """Write those that are not there yet."""
        with self._lock:
            new = {(each.kind, each.project, each.id): each for each in records}
            new = {key: each for key, each in new.items() if key not in self._kept}
            self._kept |= new
            return len(new)

    def remove(self, kind: str, project: ProjectId, record: str) -> bool:
        """Forget a record."""
        return self._kept.pop((kind, project, record), None) is not None

    def count(self, kind: str, project: ProjectId, due_at: datetime | None = None) -> int:
        """How many there are."""
        return sum(
            (each.kind, each.project) == (kind, project) and due_at in (None, each.due_at)
            for each in self._kept.values()
        )

    def everything(self, after: tuple[str, ProjectId, str] = ("", "", ""), limit: int = 200) -> Sequence[Record]:
        """All records, a page at a time."""
        names = sorted("/".join(key) for key in self._kept)
        start = "/".join(after) if after[0] else ""
        known = {"/".join(key): each for key, each in self._kept.items()}
        return [known[name] for name in names if name > start][:limit]


class MemoryArrivals:
    """`records.Arrivals` in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, Arrival | None] = {}
        self._lock = threading.Lock()

    def leave(self, arrival: Arrival, also: Sequence[str] = ()) -> bool:
        """Keep an arrival, or say that it was left before."""
        with self._lock:
            if any(each in self._kept for each in (arrival.id, *also)):
                return False
            self._kept |= {**dict.fromkeys(also), arrival.id: arrival}
            return True

    def waiting(self, limit: int) -> Sequence[Arrival]:
        """Arrivals that were not taken up yet."""
        found = [each for each in self._kept.values() if each is not None]
        return sorted(found, key=lambda each: (each.at, each.id))[:limit]

    def done(self, arrivals: Sequence[str]) -> None:
        """Mark arrivals as taken up."""
        self._kept |= {each: None for each in arrivals if each in self._kept}
