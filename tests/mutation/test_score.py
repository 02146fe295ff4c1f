# SPDX-License-Identifier: Apache-2.0
"""Mistakes in what must not be wrong are noticed by its tests: four in five at least (`python -m tests.mutation`)."""

from __future__ import annotations

import ast

import pytest

from tests.mutation.__main__ import AREAS, GOAL, Part, count, noticed, score, source
from tests.mutation.mutants import mutant

SMALL = '''
def may(age: int, known: bool) -> bool:
    """Whether somebody may."""
    if age < 18 and not known:
        raise ValueError("too young")
    return age > 3
'''


def test_each_mistake_is_another_and_none_is_in_prose_or_types() -> None:
    made = [ast.unparse(mutant(SMALL, number).tree) for number in range(count(SMALL))]
    assert len(set(made)) == len(made) == 8
    assert all("Whether somebody may." in each and "age: int, known: bool" in each for each in made)
    assert ast.unparse(ast.parse(SMALL)) not in made


def test_every_area_has_mistakes_to_make() -> None:
    assert all(count(source(part.module)) > 3 for parts in AREAS.values() for part in parts)


@pytest.mark.slow
def test_a_mistake_is_noticed_and_none_is_not() -> None:
    """The control: the tests pass over the module as it is, and fail over one that clears for nobody's order."""
    (part,) = AREAS["disclosure"]
    number = next(n for n in range(count(source(part.module))) if mutant(source(part.module), n).what == "not raised")
    assert noticed(part, [number]) == {-1: False, number: True}
    other = Part(part.module, ("tests/clock/test_duration.py",))
    assert noticed(other, [number]) == {-1: False, number: False}, "tests of something else do not notice"


@pytest.mark.deep
@pytest.mark.parametrize("area", AREAS)
def test_four_mistakes_in_five_are_noticed(area: str) -> None:
    tried, missed = score(area)
    assert len(missed) <= (1 - GOAL) * tried, missed
