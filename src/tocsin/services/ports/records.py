# SPDX-License-Identifier: Apache-2.0
"""Small sealed records beside the cases, and what strangers leave for the desk at the front.

A record is one thing that the desk keeps for a project and no case holds: a link to a forge's advisory, an endpoint of
webhooks, a distributor, a subscriber, a letter that waits. What it says is sealed under the project's list key; the id
says nothing. An arrival is the opposite way: the process that faces the internet seals it to the instance and cannot
read it again; the worker takes it up once. `services.book` seals and opens both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from tocsin.core.vocabulary import ProjectId, Value


class Record(Value):
    """One sealed record. `version` counts its changes from 1; `due_at` is when somebody has to look at it next; `mark`
    is a keyed hash of what it is found by besides its id: None where nothing is, "" where its writer did not say."""

    kind: str
    project: ProjectId
    id: str
    version: int
    due_at: datetime
    body: bytes
    mark: str | None = None


class Records(Protocol):
    """Records by kind, project and id."""

    def get(self, kind: str, project: ProjectId, record: str) -> Record | None:
        """One record."""

    def page(self, kind: str, project: ProjectId, after: str = "", limit: int = 200) -> Sequence[Record]:
        """Records of a kind in one project, in the order of their ids, after an id."""

    def marked(self, kind: str, project: ProjectId, mark: str, after: str = "", limit: int = 200) -> Sequence[Record]:
        """Records of a kind in one project with a mark, and those whose writer did not say, in the order of their ids,
        after an id. Costs O(those)."""

    def due(self, kind: str, now: datetime, limit: int) -> Sequence[Record]:
        """Records of a kind, of any project, that are to be looked at by `now`; the one that waits longest first."""

    def put(self, records: Sequence[Record]) -> None:
        """Write records, all or none: version 1 is a new one, any other takes the place of the version before.

        Raises Conflict when one of them is there already or has changed since, Unavailable when nothing can be written.
        """

    def add_new(self, records: Sequence[Record]) -> int:
        """Write those of many new records that are not there yet; returns how many. All in one transaction."""

    def remove(self, kind: str, project: ProjectId, record: str) -> bool:
        """Forget a record for good; False where there was none."""

    def count(self, kind: str, project: ProjectId, due_at: datetime | None = None) -> int:
        """How many records of a kind a project has; with `due_at`, how many of them are due at that very instant."""

    def everything(self, after: tuple[str, ProjectId, str] = ("", "", ""), limit: int = 200) -> Sequence[Record]:
        """All records of every kind, a page at a time: for the rotation of keys."""


class Arrival(Value):
    """Something left at the front, sealed to the instance. Its `id` is remembered for good: a repeat is recognised."""

    id: str
    kind: str
    project: ProjectId
    at: datetime
    body: bytes


class Arrivals(Protocol):
    """What was left at the front and waits for the worker."""

    def leave(self, arrival: Arrival, also: Sequence[str] = ()) -> bool:
        """Keep an arrival durably; False, and nothing is kept, where its id or one of `also` was ever left before.

        Of two at the same moment one is kept. Raises Unavailable when nothing can be written.
        """

    def waiting(self, limit: int) -> Sequence[Arrival]:
        """Arrivals that were not taken up yet, oldest first."""

    def done(self, arrivals: Sequence[str]) -> None:
        """Mark arrivals as taken up: what they said is gone, their ids stay."""
