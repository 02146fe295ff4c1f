# SPDX-License-Identifier: Apache-2.0
"""Containment by chains and bitsets against walking every parent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.backports.graph import bits, contain, from_parents


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[list[int]], list[int]]:
    """Random histories with several roots, merges and octopuses, and some tips, perhaps twice the same."""
    size = draw(st.integers(1, 30))
    parents = [
        draw(st.lists(st.integers(0, row - 1), max_size=4, unique=True)) if row and draw(st.integers(0, 9)) else []
        for row in range(size)
    ]
    tips = draw(st.lists(st.integers(0, size - 1), max_size=8))
    return parents, tips


def reached(parents: list[list[int]], tip: int) -> set[int]:
    """Every row that a tip contains, by walking."""
    seen: set[int] = set()
    waiting = [tip]
    while waiting:
        row = waiting.pop()
        if row not in seen:
            seen.add(row)
            waiting += parents[row]
    return seen


@given(histories())
def test_a_commit_is_contained_in_exactly_the_tips_that_reach_it(history: tuple[list[list[int]], list[int]]) -> None:
    parents, tips = history
    found = contain(from_parents(parents), tips)
    walked = [reached(parents, tip) for tip in tips]
    for row in range(len(parents)):
        assert bits(found.of(row)) == [number for number, rows in enumerate(walked) if row in rows]


def test_a_tip_contains_itself_and_what_nobody_reaches_is_in_no_tip() -> None:
    found = contain(from_parents([[], [0], [0]]), [1])
    assert (found.of(0), found.of(1), found.of(2)) == (1, 1, 0)
    assert found.holds(0, 1)
    assert not found.holds(0, 2)
