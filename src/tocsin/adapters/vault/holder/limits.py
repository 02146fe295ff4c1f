# SPDX-License-Identifier: Apache-2.0
"""How many different cases one actor gets the keys of: so many an hour, so many a day. Pure counting; no clock here.

Somebody who reads the same case all day is at work; somebody who opens every case of an installation one after the
other is leaving with it. The machine's own actors are counted and alarmed at, never refused: a refused clock would lose
deadlines, which is the worse harm.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

import msgspec

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
MACHINES: Final = frozenset({"system", "clock"})


class Limits(msgspec.Struct, frozen=True):
    """Different cases per actor. `machine_hour` only alarms."""

    hour: int = 60
    day: int = 300
    machine_hour: int = 5000


class Counted(msgspec.Struct, frozen=True):
    """What the count says: released or not, when the next one is possible, and whether to sound an alarm."""

    refused_until: datetime | None = None
    alarm: bool = False


class Counter:
    """Remembers for each actor which cases were opened last when, for a day."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._seen: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
        self._alarmed: dict[str, datetime] = {}

    def count(self, actor: str, case: str, now: datetime) -> Counted:
        """Count one release. A refused one is not counted: waiting helps."""
        seen = self._seen[actor]
        last = seen.get(case)
        if last is None or last <= now - HOUR:
            refused = self._full(actor, seen, case, now)
            if refused is not None:
                return refused
        seen[case] = now
        return Counted()

    def note(self, actor: str, case: str, at: datetime) -> None:
        """Take a release from the ledger into account, after a restart."""
        self._seen[actor][case] = at

    def _full(self, actor: str, seen: dict[str, datetime], case: str, now: datetime) -> Counted | None:
        for old in [each for each, at in seen.items() if at <= now - DAY]:
            del seen[old]
        within = sorted(at for at in seen.values() if at > now - HOUR)
        if actor in MACHINES:
            if len(within) < self._limits.machine_hour:
                return None
            seen[case] = now
            return Counted(alarm=self._first(actor, now))
        if len(within) >= self._limits.hour:
            return Counted(refused_until=within[0] + HOUR, alarm=self._first(actor, now))
        if case not in seen and len(seen) >= self._limits.day:
            return Counted(refused_until=min(seen.values()) + DAY, alarm=self._first(actor, now))
        return None

    def _first(self, actor: str, now: datetime) -> bool:
        """Whether this is the first time within an hour that this actor ran into a limit."""
        last = self._alarmed.get(actor)
        self._alarmed[actor] = now
        return last is None or last <= now - HOUR
