# SPDX-License-Identifier: Apache-2.0
"""`tocsin metrics skill`: published figures to the last digit, and our own cases as they happened."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.cli.test_commands import walk
from tests.cli.test_log import settle
from tests.services.acts import report

PUBLISHED = {
    "orders": {
        "F<P": {"successes": 2610, "cases": 2694},
        "F<A": {"successes": 2655, "cases": 2694},
        "P<X": {"successes": 72288, "cases": 73474},
    }
}


def given(tmp_path, data) -> str:
    file = tmp_path / "data.json"
    file.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return str(file)


def test_the_published_observations_have_the_skill_of_the_definition(shell, tmp_path):
    measured = json.loads(shell.ok("metrics", "skill", "--data", given(tmp_path, PUBLISHED), "--json"))
    shown = {each["order"]: [each[name] for name in ("alpha", "low", "high")] for each in measured["skills"]}
    assert list(shown) == ["F<P", "F<A", "P<X"]
    # The last bound of F<A is published as 0.984, rounded twice from 0.98349.
    assert [number for each in shown.values() for number in each] == pytest.approx(
        [0.965, 0.957, 0.972, 0.977, 0.969, 0.984, 0.968, 0.966, 0.970], abs=0.00052
    )


def test_histories_count_as_often_as_they_happened(shell, tmp_path):
    data = {"histories": {"VFDPXA": 3, "AXPVFD": 1}}
    measured = json.loads(shell.ok("metrics", "skill", "--data", given(tmp_path, data), "--json"))
    assert measured["cases"] == 4
    assert {(each["cases"], each["successes"]) for each in measured["skills"]} == {(4, 3)}
    assert len(measured["skills"]) == 12


@pytest.mark.parametrize(
    "data",
    [
        "no JSON",
        {"histories": {"FV": 1}},
        {"histories": {"VFP": 0}},
        {"histories": {"VFQ": 1}},
        {"orders": {"P<F": {"successes": 1, "cases": 2}}},
        {"orders": {"F<P": {"successes": 3, "cases": 2}}},
        {"orders": {"F<P": {"successes": 0, "cases": 0}}},
        {"surprise": 1},
    ],
    ids=str,
)
def test_numbers_that_cannot_be_are_refused_in_words(shell, tmp_path, data):
    ended = shell("metrics", "skill", "--data", given(tmp_path, data))
    assert ended.exit_code == 7
    assert "refused: " in ended.stderr


def test_a_file_that_is_not_there_is_named(shell):
    assert shell("metrics", "skill", "--data", "nowhere.json").exit_code == 2


def test_our_own_published_cases_are_measured_as_they_happened(shell):
    assert "nothing to measure" in shell.ok("metrics", "skill")
    case = report(shell.home).case
    report(shell.home)
    shell.home.clock.advance(timedelta(days=1))
    walk(shell, case)
    shell.home.clock.advance(timedelta(days=1))
    shell.together(case, "advisory", "publish", case, "--confirm", "WHPG-SA-2026-001")
    settle(shell.home)
    measured = json.loads(shell.ok("metrics", "skill", "--json"))
    assert measured["histories"] == {"VFP": 1}
    assert measured["unrecorded"] == "D"
    orders = {each["order"]: each["successes"] for each in measured["skills"]}
    assert orders["F<P"] == orders["V<P"] == orders["P<X"] == 1
    assert not any("D" in order for order in orders)
    assert "left out" in shell.ok("metrics", "skill")


def test_cases_of_projects_one_may_not_read_do_not_count(shell):
    case = report(shell.home).case
    walk(shell, case)
    shell.together(case, "advisory", "publish", case, "--confirm", "WHPG-SA-2026-001")
    settle(shell.home)
    shell.ok("people", "add", "Eve", "eve@example.org", "--role", "example:owner")
    assert "nothing to measure" in shell.ok("metrics", "skill", person="eve@example.org")
