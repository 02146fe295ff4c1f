# SPDX-License-Identifier: Apache-2.0
"""The people of a drill: a few hours a working day for security, one thing at a time, what is most urgent first.

Working days are those of the project's calendar, and nobody works at night because a report came in. What takes long is
done a piece at a time (`ways.PIECE`), so that it does not keep a first answer waiting for weeks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from tocsin.core.clock import Calendar
from tocsin.core.clock.instants import zone

NAMES: Final = ("Ada", "Ben", "Chen", "Dora", "Emil", "Fatou", "Gus", "Hana")
OPENS: Final = 9
"""Hour of the wall clock at which a day's hours begin."""

LONGEST_DAY: Final = 24 - OPENS
HOUR: Final = timedelta(hours=1)
_FURTHEST: Final = 3660


@dataclass(order=True)
class Task:
    """Work for one person. The lower `urgency` is done first, then what came first."""

    urgency: int
    number: int
    name: str = field(compare=False)
    hours: float = field(compare=False)
    since: datetime = field(compare=False)
    then: Callable[[], None] = field(compare=False)
    begun: datetime | None = field(default=None, compare=False)


@dataclass(eq=False)
class Person:
    """Somebody on the crew, what waits for them, and what the drill counted."""

    id: str
    name: str
    calendar: Calendar
    hours_a_day: float
    queue: list[Task] = field(default_factory=list)
    at_work: Task | None = None
    worked: defaultdict[date, float] = field(default_factory=lambda: defaultdict(float))
    longest_queue: int = 0
    longest_wait: timedelta = timedelta()

    @property
    def load(self) -> float:
        """Hours of work that wait or are under way."""
        return sum(task.hours for task in self.queue) + (self.at_work.hours if self.at_work else 0.0)

    def take(self, task: Task) -> None:
        """Queue a task."""
        self.queue.append(task)
        self.longest_queue = max(self.longest_queue, len(self.queue))

    def begin(self, now: datetime) -> tuple[Task, datetime] | None:
        """Take up what is most urgent, if there is something and nothing is under way; says what and until when."""
        if self.at_work or not self.queue:
            return None
        task = min(self.queue)
        self.queue.remove(task)
        self.at_work = task
        task.begun, done = self.work(now, task.hours)
        self.longest_wait = max(self.longest_wait, task.begun - task.since)
        return task, done

    def work(self, start: datetime, hours: float) -> tuple[datetime, datetime]:
        """Spend `hours` of work from the first free minute at or after `start`; returns its beginning and its end."""
        left, begun = hours * HOUR, None
        while True:
            opens, closes = self._office(start)
            begun = begun or opens
            spent = min(left, closes - opens)
            self.worked[self._day(opens)] += spent / HOUR
            left -= spent
            if not left:
                return begun, opens + spent
            start = closes

    def available(self, start: datetime, end: datetime) -> dict[date, float]:
        """Hours at hand on each working day between two instants."""
        first, last = self._day(start), self._day(end)
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return {day: self.hours_a_day for day in days if not self.calendar.why_off(day)}

    def _day(self, instant: datetime) -> date:
        return instant.astimezone(zone(self.calendar.tz)).date()

    def _office(self, now: datetime) -> tuple[datetime, datetime]:
        """The stretch of office hours that `now` lies in (from `now` on), or the next one."""
        tz, first = zone(self.calendar.tz), self._day(now)
        for number in range(_FURTHEST):
            day = first + timedelta(days=number)
            if not self.calendar.why_off(day):
                opens = datetime.combine(day, time(OPENS), tz).astimezone(now.tzinfo)
                closes = opens + self.hours_a_day * HOUR
                if now < closes:
                    return max(opens, now), closes
        raise ValueError("the calendar has no working days")


def crew(calendar: Calendar, count: int, hours_a_day: float) -> tuple[Person, ...]:
    """Make a crew. Raises ValueError for nobody, for more than there are names, and for days without such hours."""
    if not 0 < count <= len(NAMES) or not 0 < hours_a_day <= LONGEST_DAY:
        raise ValueError(f"1 to {len(NAMES)} people, with up to {LONGEST_DAY} hours a day")
    return tuple(Person(f"usr_{name.lower()}", name, calendar, hours_a_day) for name in NAMES[:count])
