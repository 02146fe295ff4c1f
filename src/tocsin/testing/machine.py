# SPDX-License-Identifier: Apache-2.0
"""`ports.machine` and `ports.keys` in memory, with the databases' manners."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import datetime

import msgspec

from tocsin.core.vocabulary import CaseRef
from tocsin.services.ports.keys import Release, Standing
from tocsin.services.ports.machine import CLAIMED, Alarm, Fact, Rewrapped
from tocsin.services.ports.store import Head, InboxRow, SealedEntry


class MemoryCaseKeys:
    """`machine.CaseKeys` over the heads of a memory store."""

    def __init__(
        self,
        heads: MutableMapping[CaseRef, Head],
        rows: MutableMapping[CaseRef, InboxRow],
        snapshots: MutableMapping[CaseRef, SealedEntry],
    ) -> None:
        self._heads, self._rows, self._snapshots = heads, rows, snapshots

    def replace(self, keys: Sequence[Rewrapped]) -> int:
        """Put new wrappings in place of the old; see the port."""
        moved = [key for key in keys if self._heads[key.case].wrapped_key == key.old]
        for key in moved:
            self._heads[key.case] = msgspec.structs.replace(self._heads[key.case], wrapped_key=key.new)
        return len(moved)

    def shred(self, case: CaseRef) -> None:
        """Destroy a case's key and its summaries; see the port."""
        if case in self._heads:
            self._heads[case] = msgspec.structs.replace(self._heads[case], wrapped_key=b"")
            row = self._rows[case]
            self._rows[case] = msgspec.structs.replace(row, body=b"", open=False, by_drop=False)
        self._snapshots.pop(case, None)


class MemoryAlarms:
    """`machine.Alarms` in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Alarm] = {}
        self._told: set[str] = set()

    def sound(self, alarm: Alarm) -> bool:
        """Keep an alarm; see the port."""
        return self.kept.setdefault(alarm.id, alarm) is alarm

    def untold(self, limit: int) -> Sequence[Alarm]:
        """Alarms that nobody was told of."""
        waiting = [alarm for alarm in self.kept.values() if alarm.id not in self._told]
        return sorted(waiting, key=lambda alarm: (alarm.at, alarm.id))[:limit]

    def told(self, alarms: Sequence[Alarm], now: datetime) -> None:
        """Mark alarms as told."""
        self._told |= {alarm.id for alarm in alarms}

    def since(self, instant: datetime, limit: int) -> Sequence[Alarm]:
        """Alarms from an instant on."""
        found = sorted((alarm for alarm in self.kept.values() if alarm.at >= instant), key=lambda alarm: alarm.id)
        return sorted(found, key=lambda alarm: alarm.at, reverse=True)[:limit]


class MemoryFacts:
    """`machine.Facts` in memory."""

    def __init__(self) -> None:
        self._facts: dict[str, Fact] = {}

    def get(self, name: str) -> Fact | None:
        """The fact of one name."""
        return self._facts.get(name)

    def all(self) -> Mapping[str, Fact]:
        """Every fact."""
        return dict(self._facts)

    def note(self, name: str, value: str, at: datetime) -> None:
        """Keep a fact; see the port."""
        self._facts[name] = Fact(at=at, value=value)

    def claim(self, name: str, now: datetime, until: datetime) -> bool:
        """Take a claim; see the port."""
        if name in self._facts and self._facts[name].at > now:
            return False
        self._facts[name] = Fact(at=until, value=CLAIMED)
        return True


class MemoryKeys:
    """A `KeyKeeper` that remembers what it was asked for and rotates nothing."""

    def __init__(self, instance: str, public: bytes, log_key: bytes) -> None:
        self.lines: list[Release] = []
        self.grants: list[tuple[CaseRef, str, str, datetime]] = []
        self._standing = Standing(instance=instance, public=(public,), log_key=log_key)

    def standing(self) -> Standing:
        """Which keys there are."""
        return self._standing

    def releases(self, since: datetime, actor: str = "") -> Sequence[Release]:
        """The ledger; see the port."""
        return [line for line in self.lines if line.at >= since and (not actor or line.actor == actor)]

    def rewrap(self, case: CaseRef, wrapped: bytes) -> bytes:
        """There is one key only."""
        return wrapped

    def rotate(self, keep_until: datetime) -> Standing:
        """Nothing changes."""
        return self._standing

    def grant(self, case: CaseRef, actor: str, second: str, until: datetime) -> None:
        """Remember it."""
        self.grants.append((case, actor, second, until))

    def retire(self, now: datetime) -> int:
        """There is nothing old."""
        return 0
