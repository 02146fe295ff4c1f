# SPDX-License-Identifier: Apache-2.0
"""The metrics page as ready strings and places: numbers in words, dots on a strip, bars of a histogram.

Drawing is the template's part; a table beside each picture says the same. Places are in units of a 640 wide picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from tocsin.core.case.measures import FEWEST, Key, Keys
from tocsin.services.queries import words

WIDTH: Final = 640
SHOWN: Final = 20
"""Cases named behind a number; the export has them all."""

MOST_DOTS: Final = 400
"""Dots drawn on a strip; beyond it every n-th in order of size, so that the shape stays."""

_UNITS: Final[Mapping[str, str]] = {"working hours": "h", "days": "d"}
_SHARED: Final[Mapping[str, str]] = {"first-answer": "on time", "dates": "kept", "corrections": "corrected"}
"""What the share of a key is of."""


class Dot(msgspec.Struct, frozen=True):
    """One case on a strip."""

    x: int
    y: int


class Bar(msgspec.Struct, frozen=True):
    """One bar of a histogram; `width` is of the picture, `share` in words."""

    label: str
    count: int
    width: int
    y: int


class KeyView(msgspec.Struct, frozen=True):
    """One key: its number in words, what it means, its picture, and the cases behind what was missed."""

    name: str
    title: str
    definition: str
    figure: str
    detail: str
    missed: tuple[str, ...]
    more: int
    dots: tuple[Dot, ...] = ()
    median_x: int = 0
    p90_x: int = 0
    scale: str = ""
    bars: tuple[Bar, ...] = ()
    tall: int = 0

    @property
    def together(self) -> bool:
        """Whether the two marks stand so near to each other that their labels would overlap."""
        return abs(self.p90_x - self.median_x) < 40


class MonthView(msgspec.Struct, frozen=True):
    """Outcomes of the reports of one month, in the order of `MetricsView.outcomes`."""

    month: str
    counts: tuple[int, ...]


class MetricsView(msgspec.Struct, frozen=True):
    """The whole page. With fewer than five cases there is a table instead of pictures."""

    keys: tuple[KeyView, ...]
    outcomes: tuple[str, ...]
    months: tuple[MonthView, ...]
    cases: int
    enough: bool
    since: str
    until: str


def view(found: Keys) -> MetricsView:
    """Put the keys in words and places."""
    outcomes = tuple(sorted({name for month in found.months for name in month.outcomes}))
    return MetricsView(
        keys=tuple(_key(each) for each in found.keys),
        outcomes=outcomes,
        months=tuple(
            MonthView(month=month.month, counts=tuple(month.outcomes.get(name, 0) for name in outcomes))
            for month in found.months
        ),
        cases=found.cases,
        enough=found.cases >= FEWEST,
        since=words.instant(found.since),
        until=words.instant(found.until),
    )


def _key(key: Key) -> KeyView:
    unit = _UNITS.get(key.unit, "")
    figure, detail = _figure(key, unit)
    most = max((value for _, value in key.values), default=0.0)
    bars = _bars(key.parts) if any(key.parts.values()) else ()
    return KeyView(
        name=key.name,
        title=key.title,
        definition=key.definition,
        figure=figure,
        detail=detail,
        missed=key.missed[:SHOWN],
        more=max(0, len(key.missed) - SHOWN),
        dots=_dots(tuple(value for _, value in key.values), most),
        median_x=_place(key.median, most),
        p90_x=_place(key.p90, most),
        scale=f"{most:.0f} {unit}" if most else "",
        bars=bars,
        tall=26 * len(bars),
    )


def _figure(key: Key, unit: str) -> tuple[str, str]:
    """The number and what stands beside it."""
    behind = f"{key.cases} case" + ("" if key.cases == 1 else "s")
    share = ""
    if key.share is not None:
        share = f"{key.share:.0%} {_SHARED[key.name]}"
    if key.median is None:
        if share:
            return share, behind
        return ("too few", f"{behind}; a percentile needs {FEWEST}") if key.unit != "share" else ("none yet", behind)
    middle = f"{key.median:.1f} {unit}"
    return middle, ", ".join(filter(None, (f"p90 {key.p90:.1f} {unit}", share, behind)))


def _place(value: float | None, most: float) -> int:
    return round(value / most * WIDTH) if value is not None and most else 0


def _dots(values: tuple[float, ...], most: float) -> tuple[Dot, ...]:
    """Spread dots along the strip, and by turns over three heights so that neighbours stay apart."""
    if len(values) < FEWEST or not most:
        return ()
    ordered = sorted(values)
    step = -(-len(ordered) // MOST_DOTS)
    return tuple(Dot(x=_place(value, most), y=10 + 8 * (n % 3)) for n, value in enumerate(ordered[::step]))


def _bars(parts: Mapping[str, int]) -> tuple[Bar, ...]:
    most = max(parts.values(), default=0)
    return tuple(
        Bar(label=label, count=count, width=round(count / most * 420) if most else 0, y=26 * n)
        for n, (label, count) in enumerate(parts.items())
    )
