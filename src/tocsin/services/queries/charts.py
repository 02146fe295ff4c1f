# SPDX-License-Identifier: Apache-2.0
"""The metrics page as ready strings and places: numbers in words, dots on a strip, bars of a histogram.

Drawing is the template's part; a table beside each picture says the same. Places are in units of a 640 wide picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from tocsin.core.case.flow import STAGES
from tocsin.core.case.keys import FEWEST, Key, Keys, Month
from tocsin.services.queries import words

WIDTH: Final = 640
FLOW_WIDE: Final = 460
FLOW_TALL: Final = 150
"""The flow's picture without its labels, which stand to the right."""

COLUMN_TALL: Final = 120
COLUMN_APART: Final = 49
MOST_MONTHS: Final = 13
"""Columns drawn; the table beside them has every month."""

OUTCOMES: Final = ("valid", "duplicate", "rejected", "closed", "open")
"""What becomes of a report, as `core.case.measures` says it, from the bottom of a column to its top."""

SHOWN: Final = 20
"""Cases named behind a number; the export has them all."""

MOST_DOTS: Final = 400
"""Dots drawn on a strip; beyond it every n-th in order of size, so that the shape stays."""

_UNITS: Final[Mapping[str, str]] = {"working hours": "h", "days": "d", "minutes": "min"}
_SHARED: Final[Mapping[str, str]] = {
    "first-answer": "on time",
    "remedy": "fixed on every line when published",
    "dates": "kept",
    "corrections": "corrected",
    "silence": "within what is promised",
    "came-back": "came back",
}
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
    target: str = ""
    target_x: int = 0
    spark: str = ""
    trend: tuple[str, ...] = ()

    @property
    def together(self) -> bool:
        """Whether the two marks stand so near to each other that their labels would overlap."""
        return abs(self.p90_x - self.median_x) < 40

    @property
    def near_start(self) -> bool:
        """Whether a label that ends at the marks would begin before the picture does."""
        return self.p90_x < 80


class AreaView(msgspec.Struct, frozen=True):
    """One stage of the flow: its area as an SVG path, its count at the end, and where its label stands."""

    label: str
    count: int
    path: str
    y: int


class FlowView(msgspec.Struct, frozen=True):
    """The cumulative flow: areas from the newest stage to what is done, and a table of a dozen instants beside them."""

    areas: tuple[AreaView, ...]
    stages: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    most: int


class Piece(msgspec.Struct, frozen=True):
    """One outcome within a column."""

    name: str
    y: int
    tall: int


class Column(msgspec.Struct, frozen=True):
    """One month: its pieces from the bottom up, and beside them how many reports were held at first."""

    x: int
    year: str
    month: str
    pieces: tuple[Piece, ...]
    held_tall: int

    @property
    def held_y(self) -> int:
        """Where the bar of what was held begins."""
        return COLUMN_TALL - self.held_tall


class MonthView(msgspec.Struct, frozen=True):
    """Outcomes of the reports of one month, each with its name, in the order of `MetricsView.outcomes`."""

    month: str
    named: tuple[tuple[str, int], ...]
    held: str


class MetricsView(msgspec.Struct, frozen=True):
    """The whole page. With fewer than five cases there is a table instead of pictures."""

    keys: tuple[KeyView, ...]
    outcomes: tuple[str, ...]
    months: tuple[MonthView, ...]
    cases: int
    enough: bool
    since: str
    until: str
    flow: FlowView | None = None
    columns: tuple[Column, ...] = ()

    @property
    def held(self) -> bool:
        """Whether any report of the months that are drawn was held at first."""
        return any(column.held_tall for column in self.columns)


def view(found: Keys) -> MetricsView:
    """Put the keys in words and places."""
    told = {name for month in found.months for name in month.outcomes}
    outcomes = tuple(name for name in OUTCOMES if name in told)
    return MetricsView(
        keys=tuple(_key(each) for each in found.keys),
        outcomes=outcomes,
        months=tuple(
            MonthView(
                month=month.month,
                named=tuple((name, month.outcomes.get(name, 0)) for name in outcomes),
                held=_held(month),
            )
            for month in found.months
        ),
        cases=found.cases,
        enough=found.cases >= FEWEST,
        since=words.instant(found.since),
        until=words.instant(found.until),
        flow=_flow(found) if found.cases >= FEWEST else None,
        columns=_columns(found.months[-MOST_MONTHS:]) if found.cases >= FEWEST else (),
    )


def _key(key: Key) -> KeyView:
    unit = _UNITS.get(key.unit, "")
    figure, detail = _figure(key, unit)
    most = max([*(value for _, value in key.values), key.target or 0.0], default=0.0)
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
        target=f"{key.target:.0f} {unit}" if key.target else "",
        target_x=_place(key.target, most),
        spark=_spark(key),
        trend=tuple(f"{each.month}: {each.value:.1f} {unit} ({each.cases})" for each in key.trend),
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


def _spark(key: Key) -> str:
    """The medians of the months as points of a line, 160 wide and 24 tall; "" for fewer than two months."""
    found = [each.value for each in key.trend]
    most = max(found, default=0.0)
    if len(found) < 2 or not most:
        return ""
    return " ".join(f"{round(160 * n / (len(found) - 1))},{round(24 - 22 * v / most)}" for n, v in enumerate(found))


def _flow(found: Keys) -> FlowView | None:
    """Stack the stages: what is done lies at the bottom, and each line above it is a number that had been reached."""
    samples = found.flow
    most = samples[-1].arrived if samples else 0
    if not most:
        return None
    xs = [round(FLOW_WIDE * number / (len(samples) - 1)) for number in range(len(samples))]
    lines = [
        [round(FLOW_TALL - FLOW_TALL * count / most) for count in line]
        for line in (
            [each.arrived for each in samples],
            [each.answered for each in samples],
            [each.remedied for each in samples],
            [each.ended for each in samples],
            [0] * len(samples),
        )
    ]
    ends = samples[-1].stages
    middles = [(upper[-1] + lower[-1]) // 2 for upper, lower in pairwise(lines)]
    areas = tuple(
        AreaView(label=label, count=count, path=_area(xs, upper, lower), y=y)
        for label, count, (upper, lower), y in zip(STAGES, ends, pairwise(lines), _apart(middles), strict=True)
    )
    step = max(1, (len(samples) - 1) // 12)
    return FlowView(
        areas=areas,
        stages=STAGES,
        rows=tuple((f"{each.at:%Y-%m-%d}", tuple(zip(STAGES, each.stages, strict=True))) for each in samples[::step]),
        most=most,
    )


def _held(month: Month) -> str:
    """How many were held at first, and which share that is."""
    whole = sum(month.outcomes.values())
    return f"{month.held} ({month.held / whole:.0%})" if month.held else "0"


def _columns(months: Sequence[Month]) -> tuple[Column, ...]:
    """Stack the outcomes of each month over one another, on one scale for all."""
    most = max((sum(month.outcomes.values()) for month in months), default=0)
    return tuple(
        Column(
            x=COLUMN_APART * number,
            year=month.month[2:4],
            month=month.month[5:],
            pieces=tuple(_pieces(month, most)),
            held_tall=round(COLUMN_TALL * month.held / most),
        )
        for number, month in enumerate(months)
    )


def _pieces(month: Month, most: int) -> Iterator[Piece]:
    below = 0
    for name in OUTCOMES:
        upto = below + month.outcomes.get(name, 0)
        foot, head = (round(COLUMN_TALL * count / most) for count in (below, upto))
        if head > foot:
            yield Piece(name=name, y=COLUMN_TALL - head, tall=head - foot)
        below = upto


def _area(xs: Sequence[int], upper: Sequence[int], lower: Sequence[int]) -> str:
    there = " ".join(f"{x},{y}" for x, y in zip(xs, upper, strict=True))
    back = " ".join(f"{x},{y}" for x, y in zip(reversed(xs), reversed(lower), strict=True))
    return f"M{there} {back}z"


def _apart(wanted: Sequence[int], gap: int = 17) -> list[int]:
    """Labels from top to bottom, each where its stage lies or as near as the one above it leaves room."""
    placed: list[int] = []
    for y in wanted:
        placed.append(max(y, placed[-1] + gap) if placed else max(y, 8))
    over = placed[-1] - FLOW_TALL
    return [y - max(0, over) for y in placed] if over > 0 else placed


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
