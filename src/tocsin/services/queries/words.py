# SPDX-License-Identifier: Apache-2.0
"""Instants and spans in words, the same on every surface: hour and zone always, colour never needed to understand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tocsin.services.ports.store import NEVER

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


SHAPES: Final = {
    "Critical": "\N{BLACK DIAMOND}",
    "High": "\N{BLACK UP-POINTING TRIANGLE}",
    "Medium": "\N{BLACK SQUARE}",
    "Low": "\N{BLACK DOWN-POINTING TRIANGLE}",
    "None": "\N{WHITE CIRCLE}",
}
"""A severity's shape beside its word and number, in every room the same: colour is never alone."""


def instant(at: datetime | None) -> str:
    """`Tue 2026-12-08 15:00 UTC`; empty for None."""
    return f"{at:%a %Y-%m-%d %H:%M} UTC" if at and at < NEVER else ""


def span(delta: timedelta) -> str:
    """`2 d 23 h`, `5 h 12 min`, `7 min`: two units at most, rounded down."""
    seconds = abs(delta)
    days, rest = divmod(seconds, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes = rest // timedelta(minutes=1)
    if days >= 14:
        return f"{days} d"
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def ago(at: datetime, now: datetime) -> str:
    """`just now`, `12 s ago`, `3 h 05 min ago`: how long since, rounded down."""
    seconds = int((now - at).total_seconds())
    if seconds < 1:
        return "just now"
    return f"{seconds} s ago" if seconds < 60 else f"{span(now - at)} ago"


def until(due: datetime, now: datetime) -> str:
    """`in 2 d 23 h` or `3 h 05 min over`; a dash where nothing is due."""
    if due >= NEVER:
        return "\N{EN DASH}"
    return f"in {span(due - now)}" if due > now else f"{span(now - due)} over"


def urgency(due: datetime, now: datetime) -> str:
    """`!!` when it is over, `!` when a day is left, else nothing: a mark that is read without colour."""
    if due <= now:
        return "!!"
    return "!" if due - now <= _DAY else ""


def size(count: int) -> str:
    """`412 B`, `97.7 KB`, `50.0 MB` in powers of 1,000, as file managers show them."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.1f} KB"
    return f"{count / 1_000_000:.1f} MB"
