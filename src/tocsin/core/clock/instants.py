# SPDX-License-Identifier: Apache-2.0
"""Instants in and out of words. An instant without a zone is refused: a date without a zone is a missed promise."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""English names, written out so that the locale of a machine never changes a document."""

_ZONED: Final = re.compile(r"^(?P<stamp>[\d:. T-]+?)\s*(?P<zone>Z|UTC|[+-]\d\d:?\d\d|\[?[A-Za-z_]+/[A-Za-z_/+-]+\]?)$")


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """Return the zone called `name`; raises KeyError (ZoneInfoNotFoundError) or ValueError for a name nobody knows."""
    # The standard library's own UTC converts to itself for nothing; most policies use it.
    return UTC if name == "UTC" else ZoneInfo(name)


def at(text: str) -> datetime:
    """Read an instant with its zone and return it in UTC.

    Accepts ISO 8601 with an offset, and a local time followed by `UTC` or a zone name
    (`2026-11-27 16:00 Europe/Berlin`). Raises ValueError for anything without a zone or not a time.
    """
    found = _ZONED.match(text.strip())
    if not found:
        raise ValueError(f"not an instant with a zone: {text!r}; write it like 2026-11-27T16:00:00Z")
    stamp, named = found["stamp"].strip(), found["zone"].strip("[]")
    if "/" in named:
        local = datetime.fromisoformat(stamp).replace(tzinfo=zone(named))
    else:
        local = datetime.fromisoformat(stamp + ("+00:00" if named in ("Z", "UTC") else named))
    return local.astimezone(UTC)


def show_day(day: date) -> str:
    """Write a day as people say it: `Fri 27 Nov 2026`."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def show(instant: datetime, tz: str = "UTC") -> str:
    """Write an instant with day, hour and zone: `Fri 27 Nov 2026 09:12 UTC`. Seconds appear only when there are any."""
    local = instant.astimezone(zone(tz))
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{show_day(local)} {clock} {local.tzname()}"
