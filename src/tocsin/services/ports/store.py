# SPDX-License-Identifier: Apache-2.0
"""What is stored about cases, as values: journal, inbox rows, rooms, drops and outbox. One change is one transaction.

Nothing here is readable without a key: every `body` is sealed by the use case before it comes here, and what stands
beside it in clear is on the allow-list that a test checks (`tests/data/plaintext-columns.txt`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from tocsin.core.vocabulary import CaseRef, ProjectId, Value

NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for “nothing is due” in columns that are sorted by, because databases disagree about where NULL sorts."""


class Conflict(Exception):
    """Somebody else wrote to the case first; load it again and look."""


class Unavailable(Exception):
    """The store cannot take or give anything now (locked, full, read-only, gone). Nothing was half-written."""


class SealedEntry(Value):
    """One journal line, sealed under the case key."""

    seq: int
    at: datetime
    body: bytes


class InboxRow(Value, kw_only=True):
    """The projection of one case that lists are made of. The title and all that says what the matter is are in `body`.

    `by_drop` tells that intake sealed the body to the instance (it holds no list key); the desk seals it again.
    """

    case: CaseRef
    project: ProjectId
    seq: int
    phase: str
    open: bool
    waits_for: str
    lead: str
    opened_at: datetime
    updated_at: datetime
    next_due: datetime = NEVER
    wake_at: datetime = NEVER
    body: bytes
    by_drop: bool = False


class Room(Value):
    """A reporter's room: found by `locator`, sealed to `public_key`, both made from the return phrase."""

    id: str
    case: CaseRef
    locator: bytes
    public_key: bytes
    created_at: datetime


class RoomCopy(Value):
    """One line of the reporter's own copy, sealed to the room's public key. `n` is given by the store."""

    id: str
    room: str
    at: datetime
    body: bytes


class Drop(Value):
    """Something for an existing case from a process that cannot open it, sealed to the instance."""

    id: str
    case: CaseRef
    at: datetime
    body: bytes


class Effect(Value):
    """One thing to do after the commit. `kind` picks the handler; `body` is sealed under the case key.

    `tries` counts how often it was leased, so that also a worker that died in the middle counts as a try.
    """

    id: str
    case: CaseRef
    kind: str
    created_at: datetime
    due_at: datetime
    body: bytes
    tries: int = 0


class Change(Value):
    """Everything one command writes, all or nothing.

    `expected` is the journal length the decision was made on (0 opens the case). `drop` names the drop this change
    answers, so that ingesting is exactly once. `leaves` are the commitments by which the log remembers it
    (`ports.log`). `drop_of` is the case that the drop was left for, where another one answers it, and `moved_from` the
    project that the case belonged to before this change.
    """

    case: CaseRef
    project: ProjectId
    expected: int
    entries: tuple[SealedEntry, ...]
    row: InboxRow
    wrapped_key: bytes = b""
    snapshot: SealedEntry | None = None
    room: Room | None = None
    copies: tuple[RoomCopy, ...] = ()
    effects: tuple[Effect, ...] = ()
    drop: str = ""
    drop_of: CaseRef = ""
    moved_from: ProjectId = ""
    leaves: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a change that does not fit together; only a bug makes one."""
        numbers = [entry.seq for entry in self.entries]
        end = self.expected + len(numbers)
        if numbers != list(range(self.expected + 1, end + 1)) or self.row.seq != end:
            raise ValueError("a change carries the next journal lines, and the row that follows from them")
        if (self.row.case, self.row.project) != (self.case, self.project):
            raise ValueError("a change is about one case of one project")
        if not self.expected and not (self.entries and self.wrapped_key):
            raise ValueError("a case opens with a journal line and a key")


class Head(Value):
    """Where a case stands in the store. Without a wrapped key the case was shredded: nobody opens it any more."""

    case: CaseRef
    project: ProjectId
    seq: int
    wrapped_key: bytes


class Journal(Protocol):
    """The append-only record of every case, and the one door through which it grows."""

    def commit(self, change: Change) -> None:
        """Write a change durably (it survives a power cut at any instant after the return).

        Raises Conflict when the case has grown since `expected`, or its drop was answered already; Unavailable when
        nothing can be written.
        """

    def head(self, case: CaseRef) -> Head | None:
        """Where a case stands, or None."""

    def entries(self, case: CaseRef, after: int = 0, limit: int | None = None) -> Sequence[SealedEntry]:
        """Journal lines after `after`, in order."""

    def tail(self, case: CaseRef, before: int, limit: int) -> Sequence[SealedEntry]:
        """The last `limit` journal lines with a number below `before`, in order: one page of history, newest last."""

    def snapshot(self, case: CaseRef) -> SealedEntry | None:
        """The newest snapshot of a case, if one was kept."""

    def cases(self, after: CaseRef = "", limit: int = 500) -> Sequence[Head]:
        """Every case in order of its reference, a page at a time: for `verify` and rotation, never for a list."""


class InboxQuery(Value):
    """One page of the inbox: which projects the reader may see, which tab, where to go on."""

    projects: tuple[ProjectId, ...]
    open: bool | None = True
    waits_for: str = ""
    lead: str = ""
    phase: str = ""
    after: tuple[datetime, CaseRef] | None = None
    limit: int = 50


class Inbox(Protocol):
    """Lists of cases, ordered by what is due. Costs O(page), whatever the number of cases."""

    def page(self, query: InboxQuery) -> Sequence[InboxRow]:
        """One page, by `next_due`, then reference."""

    def ended(
        self, project: ProjectId, since: datetime, after: tuple[datetime, CaseRef] | None, limit: int
    ) -> Sequence[InboxRow]:
        """Cases of a project that are no longer open and were touched at or after `since`, by `updated_at`, then
        reference; costs O(page), whatever ended before."""

    def counts(self, projects: tuple[ProjectId, ...], ceiling: int) -> dict[str, int]:
        """Cases open per `waits_for`, each counted no further than `ceiling` (an exact count would cost O(all))."""

    def row(self, case: CaseRef) -> InboxRow | None:
        """The row of one case."""

    def rows(self, cases: Sequence[CaseRef]) -> Sequence[InboxRow]:
        """The rows of these cases, in the same order, without those that there are none of. Costs O(cases)."""

    def put(self, rows: Sequence[InboxRow]) -> int:
        """Replace rows that still stand at the same `seq` (seal again, mend), all in one transaction; returns how many:
        a case that moved on keeps its own."""

    def to_wake(self, now: datetime, limit: int) -> Sequence[CaseRef]:
        """Cases about which the clock has something to say by `now`."""

    def leads(self, project: ProjectId) -> Sequence[str]:
        """Who leads open cases of a project, by id. Costs O(leads)."""

    def by_drop(self, limit: int) -> Sequence[InboxRow]:
        """Rows that intake sealed and the desk has not sealed again yet."""


class Rooms(Protocol):
    """The reporters' rooms, as the process that faces the internet needs them: found by locator only."""

    def find(self, locator: bytes) -> Room | None:
        """The room of a return phrase."""

    def of_case(self, case: CaseRef) -> Sequence[Room]:
        """The rooms of a case, to seal copies to."""

    def copies(self, room: str) -> Sequence[RoomCopy]:
        """The reporter's copy, oldest first."""

    def forget(self, room: str) -> None:
        """Remove a room and its copies at the reporter's wish; the case and its journal stay.

        The return phrase then finds nothing, and a change that still copies to the room is a Conflict.
        """


class Drops(Protocol):
    """Things for existing cases on their way in."""

    def leave(self, drop: Drop, copy: RoomCopy | None) -> None:
        """Keep a drop durably, with the reporter's own copy of it, in one transaction.

        Raises Conflict when a drop of this id was ever left (a form sent twice), Unavailable when nothing can be kept.
        """

    def waiting(self, limit: int) -> Sequence[Drop]:
        """Drops that no command has answered yet, oldest first."""

    def forget(self, drop: str) -> None:
        """Empty a drop whose case was shredded before it was taken up; its id stays. Nothing happens for another."""


class Outbox(Protocol):
    """Effects: written with the events, leased by a worker, done once."""

    def lease(self, now: datetime, until: datetime, limit: int) -> Sequence[Effect]:
        """Take effects that are due, until `until`: nobody else is given them before; oldest first."""

    def done(self, effects: Sequence[str], now: datetime) -> None:
        """Mark effects as done, all in one transaction. Repeating it changes nothing."""

    def again(self, effect: Effect, due_at: datetime, error: str) -> None:
        """Put an effect back as it was leased, unless it was done or leased by somebody else meanwhile; `error` is a
        code without content."""

    def waiting(self) -> int:
        """How many effects are not done."""

    def oldest(self) -> datetime | None:
        """When the first of the effects that are not done was or is due."""


class Numbers(Protocol):
    """Numbers that count up in public."""

    def next_advisory(self, project: ProjectId, year: int) -> int:
        """The next number of a project's advisories in a year, starting at 1; never given twice."""
