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


class Window:
    """Which cases were opened last when, within a span, the longest ago first. What is older is forgotten from the
    front, so that a count costs the same however many there are."""

    __slots__ = ("_opened", "_span")

    def __init__(self, span: timedelta) -> None:
        self._span = span
        self._opened: dict[str, datetime] = {}

    def since(self, now: datetime) -> dict[str, datetime]:
        """Those within the span that ends now."""
        while self._opened and self._opened[first := next(iter(self._opened))] <= now - self._span:
            del self._opened[first]
        return self._opened

    def note(self, case: str, at: datetime) -> None:
        """Take in that a case was opened."""
        self._opened.pop(case, None)
        self._opened[case] = at

    def free(self) -> datetime:
        """When the first of them is forgotten."""
        return next(iter(self._opened.values())) + self._span


class Counter:
    """Remembers for each actor which cases were opened last when, for a day."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._hours: defaultdict[str, Window] = defaultdict(lambda: Window(HOUR))
        self._days: defaultdict[str, Window] = defaultdict(lambda: Window(DAY))
        self._alarmed: dict[str, datetime] = {}

    def count(self, actor: str, case: str, now: datetime) -> Counted:
        """Count one release. A refused one is not counted: waiting helps."""
        within = self._hours[actor].since(now)
        counted = Counted() if case in within else self._judge(actor, case, now)
        if counted.refused_until is None:
            self.note(actor, case, now)
        return counted

    def note(self, actor: str, case: str, at: datetime) -> None:
        """Take a release from the ledger into account, after a restart."""
        self._hours[actor].note(case, at)
        self._days[actor].note(case, at)

    def _judge(self, actor: str, case: str, now: datetime) -> Counted:
        hour, day = self._hours[actor], self._days[actor]
        if actor in MACHINES:
            crowd = len(hour.since(now)) >= self._limits.machine_hour
            return Counted(alarm=crowd and self._first(actor, now))
        if len(hour.since(now)) >= self._limits.hour:
            return Counted(refused_until=hour.free(), alarm=self._first(actor, now))
        if case not in (seen := day.since(now)) and len(seen) >= self._limits.day:
            return Counted(refused_until=day.free(), alarm=self._first(actor, now))
        return Counted()

    def _first(self, actor: str, now: datetime) -> bool:
        """Whether this is the first time within an hour that this actor ran into a limit."""
        last = self._alarmed.get(actor)
        self._alarmed[actor] = now
        return last is None or last <= now - HOUR
