# SPDX-License-Identifier: Apache-2.0
"""One release line of a product and what is known about it; the intervals of versions that follow from that.

This is the only place where `affected`, `fixed in` and `last affected` become an interval. OSV events, CVE versions,
CSAF branches and the sentence for people are all made from the same intervals, so they cannot disagree by accident.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any, Final

from tocsin.core.versions.scheme import Scheme
from tocsin.core.vocabulary import Affectedness, Value

_VULNERABLE: Final = (Affectedness.AFFECTED, Affectedness.FIXED)
"""Kept here, as in other modules that every document passes: Python 3.11 takes 0.1 us to find a member of an enum."""


class LineRange(Value, gc=False):
    """State of one release line.

    `line` is the project's name for it (`7.4`; empty for a product without lines). `introduced` is the first affected
    version; left empty it is the line's beginning, or the beginning of everything where there is no line. An affected
    line ends before `fixed_in`, or with `last_affected`, or not at all; then `reason` says why there is no fix.
    """

    line: str
    state: Affectedness
    introduced: str = ""
    fixed_in: str = ""
    last_affected: str = ""
    reason: str = ""

    @property
    def vulnerable(self) -> bool:
        """Whether the line has affected versions; `FIXED` says that some of them are followed by a fix."""
        return self.state in _VULNERABLE


class Interval(Value, gc=False):
    """Versions from `start` on ("0" is the beginning of everything) up to one of three ends, or without end.

    `fixed` and `limit` are excluded (a fix; the next line's beginning, without any fix), `last` is included.
    """

    start: str
    fixed: str = ""
    last: str = ""
    limit: str = ""

    @property
    def before(self) -> str:
        """The excluded upper end, whichever of the two it is; "" where there is none."""
        return self.fixed or self.limit


def interval(scheme: Scheme, line: LineRange) -> Interval:
    """Versions that the line's statement is about: the affected ones, or the whole line where nothing is affected."""
    first, after = scheme.span(line.line)
    start = line.introduced or first or "0"
    if not line.vulnerable:
        return Interval(start=start, limit=after)
    if line.fixed_in:
        return Interval(start=start, fixed=line.fixed_in)
    return Interval(start=start, last=line.last_affected) if line.last_affected else Interval(start=start, limit=after)


def vulnerable(scheme: Scheme, lines: Iterable[LineRange]) -> tuple[Interval, ...]:
    """Affected intervals in ascending order if the scheme has one; ValueError where a bound is no version of it."""
    return ascending(scheme, [interval(scheme, line) for line in lines if line.vulnerable])


def ascending(scheme: Scheme, found: Sequence[Interval]) -> tuple[Interval, ...]:
    """Intervals in ascending order if the scheme has one; ValueError where a bound is no version of it."""
    if len(found) > 1 and scheme.ordered:
        return tuple(sorted(found, key=partial(_start, scheme)))
    for each in found if scheme.ordered else ():
        _start(scheme, each)
    return tuple(found)


def contains(scheme: Scheme, intervals: Iterable[Interval], version: str) -> bool:
    """Whether `version` lies in one of the intervals; raises ValueError where something is no version of the scheme."""
    key = scheme.key
    at = key(version)
    if not scheme.ordered:
        raise ValueError(f"only the repository can tell whether {version!r} lies in a range of commits")
    return any(
        (each.start == "0" or key(each.start) <= at)
        and not (each.before and at >= key(each.before))
        and not (each.last and at > key(each.last))
        for each in intervals
    )


def overlap(scheme: Scheme, intervals: Iterable[Interval]) -> bool:
    """Whether two intervals share a version; raises ValueError where a bound is no version of the scheme."""
    if not scheme.ordered:
        return False
    ordered = sorted(intervals, key=lambda each: _start(scheme, each))
    return any(not _apart(scheme, *pair) for pair in pairwise(ordered))


def empty(scheme: Scheme, each: Interval) -> bool:
    """Whether the interval can hold no version because its end lies at or before its start."""
    if each.start == "0" or not scheme.ordered:
        return False
    start = scheme.key(each.start)
    return bool((each.before and scheme.key(each.before) <= start) or (each.last and scheme.key(each.last) < start))


def _start(scheme: Scheme, each: Interval) -> tuple[Any, ...]:
    """Sort key of an interval's start: the beginning of everything comes first."""
    return (0,) if each.start == "0" else _beginning(scheme, each.start)


@lru_cache(maxsize=4096)
def _beginning(scheme: Scheme, start: str) -> tuple[Any, ...]:
    """The same of a version. It is kept: a line begins with the same one in every advisory of a project."""
    return (1, scheme.key(start))


def _apart(scheme: Scheme, lower: Interval, upper: Interval) -> bool:
    if upper.start == "0":
        return False
    begin = scheme.key(upper.start)
    if lower.before:
        return bool(scheme.key(lower.before) <= begin)
    return bool(lower.last and scheme.key(lower.last) < begin)
