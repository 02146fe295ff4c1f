# SPDX-License-Identifier: Apache-2.0
"""A span of time as policies write it: `3 business days`, `72 hours`, `28 days`, `immediate`.

The unit is kept, because three business days are not seventy-two hours. What a span means on a calendar is in
`core.clock.calendar`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Final

from tocsin.core.vocabulary import Value


class Unit(StrEnum):
    """Units people promise in. Minutes and hours are exact; the others follow the project's calendar."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    BUSINESS_DAY = "business day"
    WEEK = "week"
    MONTH = "month"


_LARGEST: Final = 9999
_WRITTEN: Final = re.compile(
    r"^(?P<amount>\d{1,4})\s*(?P<unit>minute|min|hour|h|(?:business|working|work)[ -]day|day|d|week|w|month)s?$", re.I
)
_UNITS: Final = {"min": Unit.MINUTE, "h": Unit.HOUR, "d": Unit.DAY, "w": Unit.WEEK}
_AT_ONCE: Final = frozenset({"immediate", "immediately", "at once", "now", "0"})
_ROUGHLY: Final = {
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: timedelta(days=1),
    Unit.BUSINESS_DAY: timedelta(days=7) / 5,
    Unit.WEEK: timedelta(days=7),
    Unit.MONTH: timedelta(days=30),
}


class Duration(Value, order=False):
    """An amount of one unit; an amount of zero is `immediate`."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read a duration; raises ValueError, naming the forms that are understood."""
        words = " ".join(text.split())
        if words.lower() in _AT_ONCE:
            return cls(amount=0, unit=Unit.MINUTE)
        found = _WRITTEN.match(words)
        if not found:
            raise ValueError(f"not a duration: {text!r}; write '3 business days', '72 hours', '28 days' or 'immediate'")
        unit = found["unit"].lower()
        return cls(amount=int(found["amount"]), unit=_UNITS.get(unit) or _unit(unit))

    def __str__(self) -> str:
        """Write the duration as `parse` reads it."""
        if not self.amount:
            return "immediate"
        return f"{self.amount} {self.unit.value}{'' if self.amount == 1 else 's'}"

    @property
    def roughly(self) -> timedelta:
        """An approximate length, good for comparing terms of a policy and for nothing else."""
        return self.amount * _ROUGHLY[self.unit]


def _unit(word: str) -> Unit:
    return Unit.BUSINESS_DAY if word.startswith(("business", "work")) else Unit(word)
