# SPDX-License-Identifier: Apache-2.0
"""When somebody wants to be written to: quiet hours, and one mail a day at an hour of their choice.

Both are counted on the person's own clock, so that they hold across daylight saving; what is urgent does not wait.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.core.vocabulary import Value, utc

HOURS: Final = 24


class Wishes(Value):
    """What one person wants. Hours are whole, from 0 to 23, on the clock of `zone`; None is never.

    From `quiet_from` until `quiet_until` nothing is sent but what is urgent. With `digest_at` set, what happens comes
    in one mail a day; `each` says whether single notifications come as well.
    """

    zone: str = "UTC"
    quiet_from: int | None = None
    quiet_until: int | None = None
    digest_at: int | None = None
    each: bool = True

    def problems(self) -> tuple[str, ...]:
        """What is wrong with these wishes, in words; empty where nothing is."""
        found = []
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            found.append(f"{self.zone} is no time zone; write it like Europe/Berlin")
        if any(
            hour is not None and not 0 <= hour < HOURS for hour in (self.quiet_from, self.quiet_until, self.digest_at)
        ):
            found.append("an hour is a number from 0 to 23")
        if (self.quiet_from is None) != (self.quiet_until is None):
            found.append("quiet hours need a beginning and an end")
        return tuple(found)


def send_at(wishes: Wishes, now: datetime) -> datetime:
    """When something that is not urgent is sent: now, or at the end of the quiet hours."""
    start, end = wishes.quiet_from, wishes.quiet_until
    if start is None or end is None or start == end:
        return now
    local = now.astimezone(ZoneInfo(wishes.zone))
    inside = start <= local.hour < end if start < end else local.hour >= start or local.hour < end
    return _next(local, end) if inside else now


def digest_due(wishes: Wishes, now: datetime) -> datetime | None:
    """The last instant at which a digest was due, not later than now; None without one."""
    if wishes.digest_at is None:
        return None
    local = now.astimezone(ZoneInfo(wishes.zone))
    today = _at(local, wishes.digest_at)
    return utc(today) if today <= local else utc(_at(local - timedelta(days=1), wishes.digest_at))


def _next(local: datetime, hour: int) -> datetime:
    today = _at(local, hour)
    return utc(today if today > local else _at(local + timedelta(days=1), hour))


def _at(local: datetime, hour: int) -> datetime:
    return datetime.combine(local.date(), time(hour), tzinfo=local.tzinfo)
