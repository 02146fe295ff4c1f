# SPDX-License-Identifier: Apache-2.0
"""What a drill tells: promises kept and missed, why, who was how busy, and what the rules refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from tocsin.core.policy.clause import Promise
from tocsin.core.vocabulary import CaseRef, Value
from tocsin.services.drill.crew import HOUR, Person

FULL: Final = 0.95
"""Share of a week's hours from which the week was full."""

OVERLOADED: Final = 0.25
"""Share of full weeks from which somebody is overloaded."""


class Missed(Value):
    """One promise that was not kept in time. `kept_at` is when it was kept or became void after all, `why` what the
    case was waiting for when it fell due."""

    case: CaseRef
    promise: str
    title: str
    started_at: datetime
    due_at: datetime
    why: str
    cite: str = ""
    rule: str = ""
    kept_at: datetime | None = None

    @property
    def late_hours(self) -> float | None:
        """Hours from the due instant until it was kept; None while it is not."""
        return (self.kept_at - self.due_at) / HOUR if self.kept_at else None


class Kept(Value):
    """How often one promise was given and missed; `within` is the policy's number."""

    promise: str
    title: str
    within: str
    given: int
    missed: int
    latest_hours: float = 0.0
    cite: str = ""


class Load(Value):
    """One person: hours worked and at hand, the share of them in per cent, and weeks without an hour left."""

    name: str
    hours: float
    available: float
    share: int
    full_weeks: int
    longest_queue: int
    longest_wait_days: float
    overloaded: bool


class Refusal(Value):
    """Something the crew tried and the rules refused, and how often."""

    code: str
    because: str
    rule: str
    cite: str
    times: int


class Drill(Value):
    """The whole of it. `open` counts cases that did not come to their end."""

    project: str
    policy: str
    seed: int
    cases: int
    started_at: datetime
    ended_at: datetime
    open: int
    promises: tuple[Kept, ...]
    missed: tuple[Missed, ...]
    people: tuple[Load, ...]
    refused: tuple[Refusal, ...]
    warned: dict[str, int]


def kept(given: Sequence[Promise], missed: Sequence[Missed]) -> tuple[Kept, ...]:
    """Count each promise, in the order in which they were first given."""
    found: dict[str, list[Promise]] = defaultdict(list)
    for promise in given:
        found[promise.name].append(promise)
    return tuple(
        Kept(
            promise=name,
            title=some[0].title,
            within=str(some[0].timed.within),
            given=len(some),
            missed=sum(each.promise == name for each in missed),
            latest_hours=round(
                max([each.late_hours or 0.0 for each in missed if each.promise == name], default=0.0), 1
            ),
            cite=some[0].cite,
        )
        for name, some in found.items()
    )


def load(person: Person, start: datetime, end: datetime) -> Load:
    """Count what one person had to do between two instants."""
    available = person.available(start, end)
    weeks: dict[tuple[int, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for index, days in enumerate((person.worked, available)):
        for day, hours in days.items():
            weeks[_week(day)][index] += hours
    full = sum(worked >= FULL * at_hand > 0 for worked, at_hand in weeks.values())
    hours, at_hand = sum(person.worked.values()), sum(available.values())
    return Load(
        name=person.name,
        hours=round(hours, 1),
        available=round(at_hand, 1),
        share=round(100 * hours / at_hand) if at_hand else 0,
        full_weeks=full,
        longest_queue=person.longest_queue,
        longest_wait_days=round(person.longest_wait / (24 * HOUR), 1),
        overloaded=full >= OVERLOADED * len(weeks) > 0,
    )


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]
