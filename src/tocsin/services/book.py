# SPDX-License-Identifier: Apache-2.0
"""Seals and opens the small records beside the cases, and what was left at the front; one `Book` for each kind.

A book keeps typed values: what it gives back is what it was given, or `Tampered`. Records are sealed under the
project's list key and bound to kind, project, id and version; arrivals are sealed to the instance. When each is due,
and who may ask, is the business of the use case that owns the kind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, Generic, TypeVar

import msgspec

from tocsin.core.vocabulary import ProjectId
from tocsin.services import sealing
from tocsin.services.app import Desk, Front
from tocsin.services.ports.records import Arrival, Record
from tocsin.services.ports.store import NEVER, Conflict
from tocsin.services.ports.vault import Tampered

T = TypeVar("T", bound=msgspec.Struct)

PAGE: Final = 200
REST: Final = timedelta(hours=1)
_log = logging.getLogger("tocsin.book")


@dataclass(frozen=True)
class Kept(Generic[T]):
    """A value with the record that it was read from, to be changed or removed."""

    record: Record
    value: T

    @property
    def id(self) -> str:
        """Id of the record."""
        return self.record.id

    @property
    def project(self) -> ProjectId:
        """The project that it is kept for."""
        return self.record.project


@dataclass(frozen=True)
class Book(Generic[T]):
    """All records of one kind on one desk. `by` is what values are found by besides their ids, "" for nothing; the
    store is told a keyed hash of it."""

    desk: Desk
    kind: str
    type: type[T]
    by: Callable[[T], str] | None = None

    def get(self, project: ProjectId, record: str) -> Kept[T] | None:
        """One record. Raises `ports.vault.Tampered` for one that is not what was written."""
        found = self.desk.outside.records.get(self.kind, project, record)
        return self._open(found) if found else None

    def all(self, project: ProjectId, after: str = "") -> Iterator[Kept[T]]:
        """Every record of a project that opens, in the order of their ids. One that does not is passed over: whoever
        asks for all has something to do for each of the others."""
        while page := self.desk.outside.records.page(self.kind, project, after, PAGE):
            after = page[-1].id
            yield from (kept for each in page if (kept := self._sound(each, self.desk.now())) is not None)

    def found(self, project: ProjectId, by: str) -> Iterator[Kept[T]]:
        """Every record of a project that is found by this and opens, in the order of ids; costs O(those)."""
        mark, after = self._marked(project, by), ""
        while page := self.desk.outside.records.marked(self.kind, project, mark, after, PAGE):
            after = page[-1].id
            opened = (self._sound(each, self.desk.now()) for each in page)
            yield from (kept for kept in opened if kept is not None and self._by(kept.value) == by)

    def mark(self, kept: Kept[T]) -> bool:
        """Mark a record that another version wrote, or changed, without; False where nothing is to be done."""
        if kept.record.mark == self._mark(kept.project, kept.value):
            return False
        try:
            self.change(kept, kept.value)
        except Conflict:  # whoever changed it meanwhile has marked it
            return False
        return True

    def page(self, project: ProjectId, after: str, limit: int) -> list[Kept[T]]:
        """Records of a project after an id, in the order of their ids."""
        return list(islice(self.all(project, after), limit))

    def due(self, now: datetime, limit: int) -> list[Kept[T]]:
        """Records that are to be looked at by `now`, of any project. One that does not open holds up none behind it: it
        stays where it is, its alarm sounds, and it is tried again after `REST`."""
        records = self.desk.outside.records.due(self.kind, now, limit + len(self.desk.spoilt))
        return [kept for each in records if (kept := self._sound(each, now)) is not None][:limit]

    def add(self, project: ProjectId, record: str, value: T, due_at: datetime = NEVER) -> Kept[T]:
        """Write a new record; raises `ports.store.Conflict` where it is there already."""
        made = self._seal(project, record, 1, value, due_at)
        self.desk.outside.records.put([made])
        return Kept(made, value)

    def add_new(self, project: ProjectId, values: Iterable[tuple[str, T, datetime]]) -> int:
        """Write those of (id, value, due) that are not there yet, all at once; returns how many."""
        made = [self._seal(project, record, 1, value, due_at) for record, value, due_at in values]
        return self.desk.outside.records.add_new(made) if made else 0

    def change(self, kept: Kept[T], value: T, due_at: datetime | None = None) -> Kept[T]:
        """Write a new version; raises Conflict where somebody else did since `kept` was read."""
        old = kept.record
        made = self._seal(old.project, old.id, old.version + 1, value, due_at or old.due_at)
        self.desk.outside.records.put([made])
        return Kept(made, value)

    def remove(self, kept: Kept[T]) -> bool:
        """Forget a record for good."""
        return self.desk.outside.records.remove(self.kind, kept.project, kept.id)

    def _seal(self, project: ProjectId, record: str, version: int, value: T, due_at: datetime) -> Record:
        place = sealing.Places(self.desk.sealer.instance).record(self.kind, project, record, version)
        body = self.desk.vault.list_key(project).seal(msgspec.json.encode(value), place)
        mark = self._mark(project, value)
        return Record(kind=self.kind, project=project, id=record, version=version, due_at=due_at, body=body, mark=mark)

    def _mark(self, project: ProjectId, value: T) -> str | None:
        by = self._by(value)
        return self._marked(project, by) if by else None

    def _by(self, value: T) -> str:
        return self.by(value) if self.by else ""

    def _marked(self, project: ProjectId, by: str) -> str:
        return self.desk.tokens.mark("record", f"{self.kind}/{project}/{by}").hex()[:40]

    def _sound(self, record: Record, now: datetime) -> Kept[T] | None:
        """A record, or None for one that does not open, now or within the last `REST`; the first time is logged."""
        spoilt = self.desk.spoilt
        name = f"{record.kind}/{record.project}/{record.id}/{hash(record.body)}"  # what is restored is another
        if spoilt.get(name, now) > now:
            return None
        try:
            return self._open(record)
        except (Tampered, msgspec.DecodeError) as error:
            spoilt[name] = now + REST
            _log.error("a record (%s) does not open and is passed over: %s", self.kind, type(error).__name__)
            return None

    def _open(self, record: Record) -> Kept[T]:
        return Kept(record, msgspec.json.decode(opened(self.desk, record), type=self.type))


def opened(desk: Desk, record: Record) -> bytes:
    """What a record says, as it was sealed; raises `ports.vault.Tampered`."""
    place = sealing.Places(desk.sealer.instance).record(record.kind, record.project, record.id, record.version)
    return desk.vault.list_key(record.project).open(record.body, place)


def reseal(desk: Desk) -> int:
    """Seal every record under the newest key of its list: a step of rotation. One that changes meanwhile is sealed
    with the newest key by whoever changes it."""
    done, after = 0, ("", "", "")
    while page := desk.outside.records.everything(after, PAGE):
        after = (page[-1].kind, page[-1].project, page[-1].id)
        for each in page:
            place = sealing.Places(desk.sealer.instance).record(each.kind, each.project, each.id, each.version + 1)
            body = desk.vault.list_key(each.project).seal(opened(desk, each), place)
            fresh = msgspec.structs.replace(each, version=each.version + 1, body=body)
            done += _put(desk, fresh)
    return done


def _put(desk: Desk, record: Record) -> bool:
    try:
        desk.outside.records.put([record])
    except Conflict:
        return False
    return True


def leave(front: Front, kind: str, project: ProjectId, value: msgspec.Struct, ids: tuple[str, ...] = ()) -> bool:
    """Leave something at the front for the worker, durably; False where one of `ids` was left before.

    The first of `ids` names it; without any it gets a random one and is never a repeat.
    """
    name, *also = ids or (front.mint.id("arr"),)
    place = sealing.Places(front.sealer.instance).arrival(name, kind, project)
    body = front.sealer.seal_drop(msgspec.json.encode(value), place)
    return front.arrivals.leave(Arrival(id=name, kind=kind, project=project, at=front.now(), body=body), also)


def read(desk: Desk, arrival: Arrival) -> bytes:
    """What was left, as JSON; raises `ports.vault.Tampered`."""
    place = sealing.Places(desk.sealer.instance).arrival(arrival.id, arrival.kind, arrival.project)
    return desk.vault.open_drop(arrival.body, place)
