# SPDX-License-Identifier: Apache-2.0
"""The clocks of others are data that say where they come from."""

from __future__ import annotations

import runpy
from importlib.resources import files

import pytest

from tests.support import ROOT
from tocsin.core import limits
from tocsin.core.limits.model import MOMENT


def test_file_and_name_agree() -> None:
    found = {each.name.removesuffix(".toml") for each in files("tocsin.core.limits").joinpath("data").iterdir()}
    assert found == set(limits.NAMES)


@pytest.mark.parametrize("name", limits.NAMES)
def test_a_limit_says_where_it_comes_from_and_when_that_was_read(name: str) -> None:
    limit = limits.limit(name)
    assert limit is not None
    assert limit.source.startswith("https://")
    assert limit.read_on.year >= 2026
    assert all(clock.cite and clock.title for clock in limit.clock)
    assert len({clock.name for clock in limit.clock}) == len(limit.clock)
    assert all(MOMENT.match(moment) for moment in limit.moments)


@pytest.mark.parametrize("name", limits.NAMES)
def test_a_clock_of_an_act_says_what_keeps_it(name: str) -> None:
    limit = limits.limit(name)
    assert limit is not None
    for clock in limit.clock:
        assert bool(clock.kept_by) == (clock.kind is limits.Kind.ACT_BY), clock.name


@pytest.mark.parametrize("name", limits.NAMES)
def test_a_limit_that_no_policy_names_needs_a_moment_somebody_records(name: str) -> None:
    limit = limits.limit(name)
    assert limit is not None
    if limit.applies is limits.Applies.MOMENT:
        assert all({clock.zero, clock.needs} & limits.moments() for clock in limit.clock)


def test_the_page_of_limits_is_the_one_that_would_be_written() -> None:
    reference = ROOT / "docs" / "reference"
    drawn = runpy.run_path(str(reference / "draw_limits.py"))["page"]()
    assert (reference / "limits.md").read_text(encoding="utf-8") == drawn


def test_nobody_knows_another_limit() -> None:
    assert limits.limit("../secrets") is None
