# SPDX-License-Identifier: Apache-2.0
"""A project's calendar: its working days, zone, holidays and closures, and what a duration means on it.

How time is counted here, and why:

- Minutes and hours are exact and run day and night.
- Days, weeks and months keep the wall clock of the project's zone: 28 days after 16:00 is 16:00, also over a change to
  or from summer time. A month ends on the last day when the target month is shorter.
- Business days are counted as a continuous stretch of working days, each from midnight to midnight in the project's
  zone. Friday 16:00 plus three is Wednesday 16:00. What arrives on a day off starts at the next working midnight, so a
  later report is never due earlier. Half of three business days is one and a half.
- A wall time that does not exist (spring) is read with the offset before the change, so nobody gets less time than
  promised; of one that exists twice (autumn) the first is meant.

Holidays come from the `holidays` library (vacanza), by country and subdivision. Years are computed once and kept, so
that a deadline costs two searches in sorted lists, never a walk over days.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from tocsin.core.clock.duration import Duration, Unit
from tocsin.core.clock.instants import DAYS, show, show_day, zone
from tocsin.core.vocabulary import Value, utc

_DAY: Final = 24 * 60 * 60 * 1_000_000
_MICROSECOND: Final = timedelta(microseconds=1)
_MOST_SHOWN: Final = 6
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2999


class Closure(Value):
    """A stretch of days, both ends included, on which the project's clocks stand still."""

    first: date
    last: date
    why: str = "closed"


class Calendar(Value):
    """Working days (0 = Monday), zone, holidays and closures of one project.

    `countries` holds ISO 3166 codes as the `holidays` library spells them, with an optional subdivision: `DE`, `DE-BY`.
    """

    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    tz: str = "UTC"
    countries: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()
    closures: tuple[Closure, ...] = ()

    def after(self, start: datetime, duration: Duration, percent: int = 100) -> datetime:
        """Return, in UTC, the instant at which `percent` of `duration` has passed since `start`.

        Raises ValueError for a naive `start` or a calendar without working days.
        """
        start = utc(start)
        if not duration.amount or percent <= 0:
            return start
        if duration.unit is Unit.HOUR:
            return start + timedelta(hours=duration.amount) * percent / 100
        if duration.unit is Unit.MINUTE:
            return start + timedelta(minutes=duration.amount) * percent / 100
        local = start.astimezone(zone(self.tz))
        if duration.unit is Unit.BUSINESS_DAY:
            return max(start, self._working(local, duration.amount * percent * _DAY // 100))
        if duration.unit is Unit.MONTH:
            end = _months_later(local, duration.amount).astimezone(UTC)
            return end if percent == 100 else start + (end - start) * percent / 100
        days = duration.amount * (7 if duration.unit is Unit.WEEK else 1)
        return max(start, _on_wall(local, local.date(), _clock(local) + days * percent * _DAY // 100))

    def due(self, promise: str, start: datetime, duration: Duration) -> Due:
        """Return the due instant of a promise together with the reasons for it."""
        start, end = utc(start), self.after(start, duration)
        return Due(promise=promise, started_at=start, due_at=end, explain=self.explain(start, duration, end))

    def explain(self, start: datetime, duration: Duration, end: datetime) -> tuple[str, ...]:
        """Say how `end` follows from `start` and `duration`, one step a line."""
        counted = f"{duration} ({self.words})" if duration.unit is Unit.BUSINESS_DAY else str(duration)
        steps = [f"started {show(start, self.tz)}", counted]
        if duration.unit is Unit.BUSINESS_DAY and duration.amount:
            steps.extend(self._skipped(start, end))
        return (*steps, f"due {show(end, self.tz)}")

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two instants: whole working days, midnight to midnight.

        The inverse of counting business days: `after(start, 3 business days)` lies three worked days after `start`.
        """
        tz = zone(self.tz)
        first, last = utc(start).astimezone(tz), utc(end).astimezone(tz)
        if last <= first:
            return timedelta()
        days = last.date().toordinal() - first.date().toordinal()
        on_first = not self.why_off(first.date())
        on_last = not self.why_off(last.date())
        if not days:
            return (_clock(last) - _clock(first)) * _MICROSECOND if on_first else timedelta()
        inside = self._days_before(last.date()) - self._days_before(first.date()) - on_first
        begun = (_DAY - _clock(first)) if on_first else 0
        ended = _clock(last) if on_last else 0
        return (inside * _DAY + begun + ended) * _MICROSECOND

    def _days_before(self, day: date) -> int:
        """Working days of all years from 2000 up to `day`, which itself is not counted."""
        return _years_before(self, day.year) + bisect_left(_working_days(self, day.year), day.toordinal())

    @property
    def words(self) -> str:
        """The calendar in a few words: `Mon-Fri, UTC, holidays DE-BY`."""
        names = [DAYS[day] for day in self.days]
        run = self.days == tuple(range(self.days[0], self.days[0] + len(self.days))) and len(names) > 2
        parts = [f"{names[0]}-{names[-1]}" if run else " ".join(names), self.tz]
        if self.countries:
            parts.append(f"holidays {' '.join(self.countries)}")
        return ", ".join(parts)

    def why_off(self, day: date) -> str:
        """Say why `day` is not a working day; empty when it is one."""
        closed = next((closure.why for closure in self.closures if closure.first <= day <= closure.last), "")
        if closed:
            return closed
        if day in self.dates:
            return "holiday"
        named = next((names[day] for code in self.countries if day in (names := _holidays(code, day.year))), "")
        return named or ("" if day.weekday() in self.days else DAYS[day.weekday()])

    def _working(self, local: datetime, microseconds: int) -> datetime:
        """Walk `microseconds` of working time from `local`."""
        year, position, on_it = _position(self, local.date())
        days, rest = divmod(microseconds + (_clock(local) if on_it else 0), _DAY)
        listed = _working_days(self, year)
        position += days
        while position >= len(listed):
            if year >= _LAST_YEAR:
                raise ValueError("the calendar has no working days")
            position -= len(listed)
            year += 1
            listed = _working_days(self, year)
        return _on_wall(local, date.fromordinal(listed[position]), rest)

    def _skipped(self, start: datetime, end: datetime) -> list[str]:
        """Name the days off between two instants, the first few of them."""
        tz = zone(self.tz)
        day, last = start.astimezone(tz).date(), end.astimezone(tz).date()
        named: list[str] = []
        while day <= last and len(named) <= _MOST_SHOWN:
            why = self.why_off(day)
            if why:
                named.append(show_day(day) if why in DAYS else f"{show_day(day)} ({why})")
            day += timedelta(days=1)
        more = ["and more"] if len(named) > _MOST_SHOWN else []
        return [f"not counted: {', '.join(named[:_MOST_SHOWN] + more)}"] if named else []


class Due(Value):
    """A computed deadline with its reasons; kept as it was computed, so that a later calendar cannot rewrite it."""

    promise: str
    started_at: datetime
    due_at: datetime
    explain: tuple[str, ...] = ()


def known_country(code: str) -> bool:
    """Say whether the `holidays` library knows a country, or a country with this subdivision."""
    import holidays

    country, _, part = code.partition("-")
    known = holidays.list_supported_countries()
    return country in known and (not part or part in known[country])


def holiday(code: str, day: date) -> str:
    """Return the name of the public holiday that a day is in a country or subdivision; "" where it is none."""
    return _holidays(code, day.year).get(day, "")


def _clock(local: datetime) -> int:
    """Microseconds of the wall clock since midnight."""
    return ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000 + local.microsecond


def _on_wall(local: datetime, day: date, microseconds: int) -> datetime:
    """Return the instant, in UTC, at which the wall clock of `local`'s zone shows `microseconds` after `day` began."""
    wall = datetime(day.year, day.month, day.day, tzinfo=local.tzinfo) + microseconds * _MICROSECOND
    # An hour that exists twice: on the day of the start stay on the side of the change the start was on.
    return (wall.replace(fold=local.fold) if wall.date() == local.date() else wall).astimezone(UTC)


def _months_later(local: datetime, months: int) -> datetime:
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return local.replace(year=year, month=month + 1, day=min(local.day, last), fold=0)


def _position(calendar: Calendar, day: date) -> tuple[int, int, bool]:
    """Return year and index of the first working day at or after `day`, and whether it is `day` itself."""
    listed = _working_days(calendar, day.year)
    position = bisect_left(listed, day.toordinal())
    return day.year, position, position < len(listed) and listed[position] == day.toordinal()


@lru_cache(maxsize=512)
def _working_days(calendar: Calendar, year: int) -> list[int]:
    """List the working days of a year as ordinals."""
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    off = {day.toordinal() for day in calendar.dates if day.year == year}
    for code in calendar.countries:
        off.update(day.toordinal() for day in _holidays(code, year))
    for closure in calendar.closures:
        off.update(range(max(first, closure.first.toordinal()), min(last, closure.last.toordinal()) + 1))
    weekdays = set(calendar.days)
    return [day for day in range(first, last + 1) if (day - 1) % 7 in weekdays and day not in off]


@lru_cache(maxsize=512)
def _years_before(calendar: Calendar, year: int) -> int:
    """How many working days all years from 2000 up to `year` have, which itself is not counted."""
    return sum(len(_working_days(calendar, each)) for each in range(_FIRST_YEAR, year))


@lru_cache(maxsize=512)
def _holidays(code: str, year: int) -> dict[date, str]:
    """Return the public holidays of a country or subdivision in a year, named in English where the library can."""
    import holidays

    country, _, part = code.partition("-")
    found = holidays.country_holidays(country, subdiv=part or None, years=year, language="en_US")
    # The library adds days of neighbouring years when they are observed in this one; the cache is by year.
    return {day: name for day, name in found.items() if day.year == year}
