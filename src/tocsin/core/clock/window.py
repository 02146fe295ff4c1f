# SPDX-License-Identifier: Apache-2.0
"""When may something happen that many people have a say in? One solver over instants.

A *constraint* allows some stretches of time and forbids the rest: "not before the distributors had a week", "not after
14 days on the list", "Tuesday to Thursday", "not while releases are frozen". A *wish* is a constraint that may be
broken, at a price. The answer is the window that every constraint allows, what binds it on each side, and three dates
to choose from; where there is no window, the smallest sets of constraints that cannot hold together and the cheapest
way out.

Time is whole minutes, because that is what people agree on, and every set of minutes is a few stretches, so one sweep
over their edges settles everything: at each stretch between two edges it is known who forbids it. A set of constraints
conflicts when every stretch is forbidden by one of them, so the smallest conflicts are the smallest hitting sets.

What the constraints of a case are is not known here; see `core.case.window`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tocsin.core.clock.instants import zone
from tocsin.core.vocabulary import Value, utc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_MINUTE: Final = timedelta(minutes=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_CONFLICTS: Final = 12
_MOST_DAYS: Final = 800
_FOREVER: Final = (1 << 62) - 1


class Span(Value):
    """A stretch of time, both ends included, in whole minutes. An end that is None is open."""

    first: datetime | None = None
    last: datetime | None = None


class Constraint(Value):
    """What one party or rule allows. `name` is stable, `words` say it to a person, `cite` says where it stands."""

    name: str
    words: str
    allows: tuple[Span, ...]
    cite: str = ""
    wish: bool = False


class Candidate(Value):
    """A date to choose: what speaks for it, and the wishes it breaks."""

    at: datetime
    why: str
    breaks: tuple[str, ...] = ()


class Window(Value):
    """The answer. `spans` are the stretches that every constraint allows; empty when there is none.

    `opens` and `shuts` name what forbids the minute before the first and after the last allowed one; both are empty
    where only the horizon ends it. `conflicts` are the smallest sets that cannot hold together, `give_up` the fewest
    constraints to drop and `instead` the first instant that would then be free.
    """

    spans: tuple[Span, ...] = ()
    opens: tuple[str, ...] = ()
    shuts: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    conflicts: tuple[tuple[str, ...], ...] = ()
    give_up: tuple[str, ...] = ()
    instead: datetime | None = None

    @property
    def feasible(self) -> bool:
        """Whether any instant is left."""
        return bool(self.spans)


# --- what people mean, as stretches -----------------------------------------------------------------------------------


def not_before(instant: datetime) -> tuple[Span, ...]:
    """Allow `instant` and everything later; a part of a minute counts as not yet."""
    return (Span(first=utc(instant)),)


def not_after(instant: datetime) -> tuple[Span, ...]:
    """Allow `instant` and everything earlier."""
    return (Span(last=utc(instant)),)


def on_days(days: Sequence[int], tz: str, first: datetime, last: datetime) -> tuple[Span, ...]:
    """Allow whole days of the week (0 = Monday) as they are in `tz`, from `first` to `last`."""
    return tuple(_days(tz, first, last, lambda day: day.weekday() in days))


def at_hours(opens: time, shuts: time, tz: str, first: datetime, last: datetime) -> tuple[Span, ...]:
    """Allow a stretch of every day, both ends included, by the wall clock of `tz`."""
    where = zone(tz)
    found = []
    for day in _each_day(tz, first, last):
        begin = datetime.combine(day, opens, where).astimezone(UTC)
        end = datetime.combine(day, shuts, where).astimezone(UTC)
        if begin <= end:
            found.append(Span(first=begin, last=end))
    return tuple(found)


def not_on(dates: Iterable[date], tz: str, first: datetime, last: datetime) -> tuple[Span, ...]:
    """Forbid whole days as they are in `tz`: holidays, days of another release."""
    off = frozenset(dates)
    return tuple(_days(tz, first, last, lambda day: day not in off))


def not_during(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Forbid stretches, allow the rest: a release freeze."""
    free = [(-_FOREVER, _FOREVER)]
    for low, high in (_minutes(span) for span in spans):
        free = [
            piece
            for left, right in free
            for piece in ((left, min(right, low - 1)), (max(left, high + 1), right))
            if piece[0] <= piece[1]
        ]
    return tuple(_span(low, high) for low, high in free)


def _each_day(tz: str, first: datetime, last: datetime) -> Iterator[date]:
    where = zone(tz)
    day, end = utc(first).astimezone(where).date(), utc(last).astimezone(where).date()
    for _ in range(_MOST_DAYS):
        if day > end:
            return
        yield day
        day += timedelta(days=1)


def _days(tz: str, first: datetime, last: datetime, wanted: Callable[[date], bool]) -> Iterator[Span]:
    """Join neighbouring wanted days, midnight to midnight of the zone, into stretches."""
    where = zone(tz)
    begin: datetime | None = None
    day = None
    for day in _each_day(tz, first, last):
        midnight = datetime.combine(day, time(), where).astimezone(UTC)
        if wanted(day):
            begin = begin or midnight
        elif begin:
            yield Span(first=begin, last=midnight - _MINUTE)
            begin = None
    if begin and day:
        midnight = datetime.combine(day + timedelta(days=1), time(), where).astimezone(UTC)
        yield Span(first=begin, last=midnight - _MINUTE)


# --- the sweep --------------------------------------------------------------------------------------------------------


class _Stretch(Value):
    """Minutes `low` to `high`, and by bit who forbids them: constraints in `musts`, wishes in `wishes`."""

    low: int
    high: int
    musts: int
    wishes: int


def solve(constraints: Sequence[Constraint], first: datetime, last: datetime) -> Window:
    """Return the window between `first` and `last`, both included.

    Raises ValueError for naive instants or a horizon that ends before it begins. Order of constraints does not matter.
    """
    low, high = _up(first), _down(last)
    if low > high:
        raise ValueError("the horizon ends before it begins")
    musts = sorted((each for each in constraints if not each.wish), key=lambda each: each.name)
    wishes = sorted((each for each in constraints if each.wish), key=lambda each: each.name)
    stretches = _sweep(musts, wishes, low, high)
    free = [each for each in stretches if not each.musts]
    if not free:
        return _none_left(stretches, musts)
    edges = {each.low: each for each in stretches}
    ends = {each.high: each for each in stretches}
    before, after = ends.get(free[0].low - 1), edges.get(free[-1].high + 1)
    return Window(
        spans=tuple(_joined(free)),
        opens=_names(before.musts, musts) if before else (),
        shuts=_names(after.musts, musts) if after else (),
        candidates=_candidates(free, wishes),
    )


def _sweep(musts: Sequence[Constraint], wishes: Sequence[Constraint], low: int, high: int) -> list[_Stretch]:
    """Cut the horizon at every edge; within a stretch nothing changes."""
    changes: dict[int, list[tuple[int, int]]] = {low: []}
    for bit, each in enumerate([*musts, *wishes]):
        for begin, end in _forbidden(each, low, high):
            changes.setdefault(begin, []).append((bit, 1))
            if end < high:
                changes.setdefault(end + 1, []).append((bit, -1))
    edges = sorted(changes)
    mask, found, split = 0, [], (1 << len(musts)) - 1
    for begin, end in pairwise([*edges, high + 1]):
        for bit, _ in changes[begin]:
            mask ^= 1 << bit  # forbidden stretches of one constraint never touch, so each edge flips
        found.append(_Stretch(low=begin, high=end - 1, musts=mask & split, wishes=mask >> len(musts)))
    return found


def _forbidden(constraint: Constraint, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Yield what a constraint forbids within the horizon, in order, without touching stretches."""
    at = low
    for begin, end in sorted(_minutes(span) for span in constraint.allows):
        if begin > high or end < begin:
            continue
        if begin > at:
            yield at, begin - 1
        at = max(at, end + 1)
    if at <= high:
        yield at, high


def _none_left(stretches: Sequence[_Stretch], musts: Sequence[Constraint]) -> Window:
    """Say who cannot hold together, and what the fewest are to give up."""
    masks = _smallest({each.musts for each in stretches})
    cheapest = min(stretches, key=lambda each: (each.musts.bit_count(), each.wishes.bit_count(), each.low))
    return Window(
        conflicts=tuple(_names(found, musts) for found in _hitting(masks, len(musts))),
        give_up=_names(cheapest.musts, musts),
        instead=_instant(cheapest.low),
    )


def _smallest(masks: set[int]) -> list[int]:
    """Keep masks that contain no other: whoever hits the smaller hits the larger."""
    kept: list[int] = []
    for mask in sorted(masks, key=lambda each: (each.bit_count(), each)):
        if not any(mask & small == small for small in kept):
            kept.append(mask)
    return kept


def _hitting(masks: Sequence[int], most: int) -> list[int]:
    """Return all smallest sets that share a bit with every mask, at most a dozen, in order of their bits."""
    for size in range(1, most + 1):
        found = sorted(set(_grow(masks, 0, size)))
        if found:
            return found[:_MOST_CONFLICTS]
    return []


def _grow(masks: Sequence[int], chosen: int, left: int) -> Iterator[int]:
    missed = next((mask for mask in masks if not mask & chosen), 0)
    if not missed:
        yield chosen
    elif left:
        while missed:
            bit = missed & -missed
            missed ^= bit
            yield from _grow(masks, chosen | bit, left - 1)


def _candidates(free: Sequence[_Stretch], wishes: Sequence[Constraint]) -> tuple[Candidate, ...]:
    """The first instant, the one that breaks the fewest wishes, and the last; each once, soonest first."""
    advised = min(free, key=lambda each: (each.wishes.bit_count(), each.low))
    offered = (
        (_whole_hour(free[0]), free[0], "the first instant everything allows"),
        (_whole_hour(advised), advised, "the first instant that breaks the fewest wishes"),
        (_last_hour(free[-1]), free[-1], "the last instant everything allows"),
    )
    found: dict[int, Candidate] = {}
    for at, stretch, why in (offered[1], offered[0], offered[2]):
        found.setdefault(at, Candidate(at=_instant(at), why=why, breaks=_names(stretch.wishes, wishes)))
    return tuple(found[at] for at in sorted(found))


def _whole_hour(stretch: _Stretch) -> int:
    """The first full hour of a stretch, else its first minute: people agree on hours."""
    hour = -(-stretch.low // 60) * 60
    return hour if hour <= stretch.high else stretch.low


def _last_hour(stretch: _Stretch) -> int:
    hour = stretch.high // 60 * 60
    return hour if hour >= stretch.low else stretch.high


def _joined(stretches: Sequence[_Stretch]) -> Iterator[Span]:
    low, high = stretches[0].low, stretches[0].high
    for each in stretches[1:]:
        if each.low == high + 1:
            high = each.high
        else:
            yield _span(low, high)
            low, high = each.low, each.high
    yield _span(low, high)


def _names(mask: int, constraints: Sequence[Constraint]) -> tuple[str, ...]:
    return tuple(each.name for bit, each in enumerate(constraints) if mask >> bit & 1)


# --- minutes ----------------------------------------------------------------------------------------------------------


def _minutes(span: Span) -> tuple[int, int]:
    return (_up(span.first) if span.first else -_FOREVER, _down(span.last) if span.last else _FOREVER)


def _up(instant: datetime) -> int:
    return -((_EPOCH - utc(instant)) // _MINUTE)


def _down(instant: datetime) -> int:
    return (utc(instant) - _EPOCH) // _MINUTE


def _instant(minutes: int) -> datetime:
    return _EPOCH + minutes * _MINUTE


def _span(low: int, high: int) -> Span:
    return Span(
        first=None if low <= -_FOREVER else _instant(low),
        last=None if high >= _FOREVER else _instant(high),
    )
