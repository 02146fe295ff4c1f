# SPDX-License-Identifier: Apache-2.0
"""The solver agrees with looking at every minute, and says why where no minute is left."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations

import pytest

from tocsin.core.clock import at
from tocsin.core.clock.window import (
    Constraint,
    Span,
    Window,
    at_hours,
    not_after,
    not_before,
    not_during,
    not_on,
    on_days,
    solve,
)

START = datetime(2026, 11, 23, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GRID = 400


def must(name: str, allows: tuple[Span, ...]) -> Constraint:
    return Constraint(name=name, words=name, allows=allows)


def wish(name: str, allows: tuple[Span, ...]) -> Constraint:
    return Constraint(name=name, words=name, allows=allows, wish=True)


def allowed(constraint: Constraint, minute: int) -> bool:
    instant = START + minute * MINUTE
    return any(
        (span.first is None or span.first <= instant) and (span.last is None or instant <= span.last)
        for span in constraint.allows
    )


def some_span(chance: random.Random) -> Span:
    low, high = sorted((chance.randrange(-50, GRID + 50), chance.randrange(-50, GRID + 50)))
    first = None if chance.random() < 0.15 else START + low * MINUTE + timedelta(seconds=chance.choice((0, 0, 17)))
    last = None if chance.random() < 0.15 else START + high * MINUTE + timedelta(seconds=chance.choice((0, 0, 43)))
    return Span(first=first, last=last)


def some_constraints(chance: random.Random) -> list[Constraint]:
    found = []
    for number in range(chance.randint(0, 6)):
        spans = tuple(some_span(chance) for _ in range(chance.choice((1, 1, 2, 3))))
        found.append(Constraint(name=f"c{number}", words="", allows=spans, wish=chance.random() < 0.25))
    return found


def looked_at(constraints: list[Constraint], window: Window) -> None:
    """Compare with every minute of the grid, and every subset of the constraints."""
    musts = [each for each in constraints if not each.wish]
    wishes = [each for each in constraints if each.wish]
    refused = [{each.name for each in musts if not allowed(each, minute)} for minute in range(GRID + 1)]
    free = [minute for minute in range(GRID + 1) if not refused[minute]]
    assert window.feasible == bool(free)
    covered = {
        minute
        for minute in range(GRID + 1)
        if any(span.first <= START + minute * MINUTE <= span.last for span in window.spans)  # type: ignore[operator]
    }
    assert covered == set(free)
    if free:
        assert set(window.opens) == (refused[free[0] - 1] if free[0] else set())
        assert set(window.shuts) == (refused[free[-1] + 1] if free[-1] < GRID else set())
        broken = {minute: {each.name for each in wishes if not allowed(each, minute)} for minute in free}
        for candidate in window.candidates:
            minute = int((candidate.at - START) / MINUTE)
            assert set(candidate.breaks) == broken[minute]
        assert min(len(each.breaks) for each in window.candidates) == min(len(each) for each in broken.values())
        return
    names = [each.name for each in musts]
    for size in range(1, len(names) + 1):
        conflicts = {
            subset for subset in combinations(sorted(names), size) if all(set(subset) & each for each in refused)
        }
        if conflicts:
            assert set(window.conflicts) == conflicts or len(window.conflicts) == 12
            assert set(window.conflicts) <= conflicts
            break
    assert len(window.give_up) == min(len(each) for each in refused)
    assert window.instead is not None
    assert refused[int((window.instead - START) / MINUTE)] == set(window.give_up)


def test_the_window_is_what_looking_at_every_minute_finds(deep: bool) -> None:
    empty = 0
    for seed in range(10_000 if deep else 400):
        constraints = some_constraints(random.Random(seed))
        window = solve(constraints, START, START + GRID * MINUTE)
        looked_at(constraints, window)
        empty += not window.feasible
    assert empty > 40


def test_a_solver_that_forgets_a_constraint_is_caught() -> None:
    constraints = [must("late", not_before(START + 100 * MINUTE)), must("early", not_after(START + 200 * MINUTE))]
    with pytest.raises(AssertionError):
        looked_at(constraints, solve(constraints[:1], START, START + GRID * MINUTE))


def test_order_does_not_matter() -> None:
    for seed in range(50):
        constraints = some_constraints(random.Random(seed))
        backwards = solve(constraints[::-1], START, START + GRID * MINUTE)
        assert backwards == solve(constraints, START, START + GRID * MINUTE)


def test_a_real_bargain() -> None:
    """Fix ready Monday; distributors want a week; the list gives two; Tuesday to Thursday at 15:00 is preferred."""
    first, last = at("2026-12-01 09:30 UTC"), at("2027-03-01 00:00 UTC")
    constraints = [
        must("distributors-week", not_before(at("2026-12-08 09:30 UTC"))),
        must("linux-distros", not_after(at("2026-12-14 18:00 UTC"))),
        must("freeze", not_during([Span(first=at("2026-12-09 00:00 UTC"), last=at("2026-12-09 23:59 UTC"))])),
        wish("weekdays", on_days((1, 2, 3), "UTC", first, last)),
        wish("hour", at_hours(time(15), time(15), "UTC", first, last)),
    ]
    window = solve(constraints, first, last)
    assert window.opens == ("distributors-week",)
    assert window.shuts == ("linux-distros",)
    assert [(each.at, each.breaks) for each in window.candidates] == [
        (at("2026-12-08 10:00 UTC"), ("hour",)),
        (at("2026-12-08 15:00 UTC"), ()),
        (at("2026-12-14 18:00 UTC"), ("hour", "weekdays")),
    ]


def test_an_empty_window_names_who_cannot_hold_together_and_the_cheapest_way_out() -> None:
    first, last = at("2026-12-01 00:00 UTC"), at("2027-03-01 00:00 UTC")
    constraints = [
        must("not-before-fix", not_before(at("2027-01-10 00:00 UTC"))),
        must("policy-maximum", not_after(at("2026-12-29 00:00 UTC"))),
        must("list", not_after(at("2026-12-14 00:00 UTC"))),
        must("weekdays", on_days((0, 1, 2, 3, 4), "UTC", first, last)),
    ]
    window = solve(constraints, first, last)
    assert window.conflicts == (("list", "not-before-fix"), ("not-before-fix", "policy-maximum"))
    assert window.give_up == ("not-before-fix",)
    assert window.instead == first


def test_days_follow_the_wall_over_summer_time() -> None:
    """On 2027-03-28 Berlin's day has 23 hours; on 2026-10-25 it has 25."""
    (spring,) = on_days((6,), "Europe/Berlin", at("2027-03-27 12:00 UTC"), at("2027-03-29 12:00 UTC"))
    assert (spring.first, spring.last) == (at("2027-03-27 23:00 UTC"), at("2027-03-28 21:59 UTC"))
    (autumn,) = on_days((6,), "Europe/Berlin", at("2026-10-24 12:00 UTC"), at("2026-10-26 12:00 UTC"))
    assert (autumn.first, autumn.last) == (at("2026-10-24 22:00 UTC"), at("2026-10-25 22:59 UTC"))


def test_holidays_are_whole_days_of_the_zone() -> None:
    first, last = at("2026-12-24 00:00 UTC"), at("2026-12-27 00:00 UTC")
    window = solve([must("holidays", not_on([date(2026, 12, 25)], "UTC", first, last))], first, last)
    assert [(span.first, span.last) for span in window.spans] == [
        (first, at("2026-12-24 23:59 UTC")),
        (at("2026-12-26 00:00 UTC"), last),
    ]


def test_a_horizon_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before"):
        solve([], START + MINUTE, START)
