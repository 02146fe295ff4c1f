# SPDX-License-Identifier: Apache-2.0
"""The tables of requirements and goals are whole, and every test they name exists: nothing is claimed and not shown."""

from __future__ import annotations

import re

import pytest

from tests.support import ROOT

TABLE = ROOT / "docs" / "reference" / "requirements.md"
ROW = re.compile(r"^\| (S\d+) \| (\w+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ROWS = ROW.findall(TABLE.read_text(encoding="utf-8"))

GOALS = re.compile(r"^\| (U\d+) \| (\w+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE).findall(
    (ROOT / "docs" / "reference" / "usability.md").read_text(encoding="utf-8")
)


def test_every_goal_has_one_row_in_order_and_is_shown_or_asked_of_people():
    assert [row for row, *_ in GOALS] == [f"U{number}" for number in range(1, 26)]
    assert {state for _, state, *_ in GOALS} <= {"shown", "people"}
    assert [row for row, state, _, tests in GOALS if state == "shown" and "`" not in tests] == []


def test_every_requirement_has_one_row_in_order():
    assert [row for row, *_ in ROWS] == [f"S{number}" for number in range(1, 79)]


def test_a_state_is_one_of_three_and_done_is_shown():
    assert {state for _, state, *_ in ROWS} <= {"done", "part", "open"}
    assert [row for row, state, _, tests in ROWS if state != "open" and "`" not in tests] == []


@pytest.mark.parametrize(
    ("row", "named"), [(row, tests) for row, _, _, tests in (*ROWS, *GOALS)], ids=[row for row, *_ in (*ROWS, *GOALS)]
)
def test_what_a_row_names_exists(row, named):
    for place in re.findall(r"`([^`]+)`", named):
        file, _, function = place.partition("::")
        assert (ROOT / file).exists(), place
        if function:
            assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8"), place
