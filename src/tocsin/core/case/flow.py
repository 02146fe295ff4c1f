# SPDX-License-Identifier: Apache-2.0
"""Cumulative flow of cases over a window, and how a number moved from month to month (UX 3.13).

A cumulative flow chart counts at each instant how many cases had come in by then, how many of these a person had
answered, how many had a remedy and how many were done. The distance between two of its lines, read upwards, is the work
that lies between two stages; read across, how long it lies there. Cases that ended before the window are left out of
all lines alike, so that counting costs the window and not the project's life.

Source: D. G. Reinertsen, *The Principles of Product Development Flow* (2009), principle Q7.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median
from typing import Final

from tocsin.core.case.measures import Measures
from tocsin.core.vocabulary import CaseRef, Value

STAGES: Final = ("waits for a first answer", "in work", "fixed, not out yet", "done")
"""Between the four lines, from the last arrivals to what is over."""


class Sample(Value):
    """What had happened by an instant: each number is at most the one before it."""

    at: datetime
    arrived: int
    answered: int
    remedied: int
    ended: int

    @property
    def stages(self) -> tuple[int, ...]:
        """How many cases lie in each of `STAGES`."""
        return (
            self.arrived - self.answered, self.answered - self.remedied, self.remedied - self.ended, self.ended,
        )  # fmt: skip


class Point(Value):
    """The median of one month, and of how many cases."""

    month: str
    value: float
    cases: int


def flow(known: Iterable[Measures], since: datetime, until: datetime, steps: int = 52) -> tuple[Sample, ...]:
    """Count at `steps` + 1 instants from `since` to `until`. A later stage implies those before it."""
    arrived: list[datetime] = []
    answered: list[datetime] = []
    remedied: list[datetime] = []
    ended: list[datetime] = []
    for each in known:
        if each.ended_at and each.ended_at < since:
            continue
        arrived.append(each.opened_at)
        for lasting, own in (
            (ended, (each.ended_at,)),
            (remedied, (each.remedied_at, each.ended_at)),
            (answered, (each.answered_at, each.remedied_at, each.ended_at)),
        ):
            if first := min((at for at in own if at), default=None):
                lasting.append(max(first, each.opened_at))
    lines = [sorted(found) for found in (arrived, answered, remedied, ended)]
    length = until - since
    instants = [since + length * number / steps for number in range(steps + 1)]
    return tuple(Sample(at, *(bisect_right(line, at) for line in lines)) for at in instants)


def trend(values: Sequence[tuple[CaseRef, float]], known: Iterable[Measures]) -> tuple[Point, ...]:
    """The median of `values` for each month in which their cases came in, oldest first; a month without one is left
    out."""
    came = {each.case: f"{each.opened_at:%Y-%m}" for each in known}
    months: dict[str, list[float]] = {}
    for case, value in values:
        months.setdefault(came[case], []).append(value)
    return tuple(
        Point(month=month, value=round(median(found), 2), cases=len(found)) for month, found in sorted(months.items())
    )
