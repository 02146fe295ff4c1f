# SPDX-License-Identifier: Apache-2.0
"""Putting a case aside from a terminal: for oneself alone, for a time, and back by itself when anything happens."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.cli.conftest import Shell
from tests.services.acts import report
from tocsin.delivery.cli.exits import Exit
from tocsin.services import own


def listed(shell: Shell, *words: str, person: str = "dana@example.org") -> list[str]:
    return [row["ref"] for row in json.loads(shell.ok("inbox", "--json", *words, person=person))["items"]]


def test_what_is_put_aside_leaves_ones_own_list_and_nobody_elses(shell: Shell) -> None:
    first, second = report(shell.home).case, report(shell.home).case
    said = shell.ok("case", "snooze", first, "1d")
    assert "put aside for you until" in said
    assert listed(shell) == [second]
    assert listed(shell, "--tab", "snoozed") == [first]
    assert set(listed(shell, person="li@example.org")) == {first, second}
    assert "1 put aside (--tab snoozed)" in shell.ok("inbox")
    assert shell.ok("case", "snooze", first[-5:], "--wake") == f"{first}: back in your lists\n"
    assert set(listed(shell)) == {first, second}


def test_the_rows_that_commands_count_are_those_that_the_inbox_shows(shell: Shell) -> None:
    first, second = report(shell.home).case, report(shell.home).case
    aside, left = listed(shell)
    assert {aside, left} == {first, second}
    shell.ok("case", "snooze", "1", "1d")
    assert left in shell.ok("case", "view", "1")
    assert left in shell.ok("case", "parties", "1", "--json") or shell("case", "parties", "2").exit_code == 5
    assert shell("case", "view", "2").exit_code == Exit.NOT_FOUND
    shell.ok("case", "parties", aside[-5:])


def test_anything_new_brings_it_back_and_so_does_its_day(shell: Shell) -> None:
    case = report(shell.home).case
    shell.ok("case", "snooze", case, "1d")
    shell.ok("case", "note", case, "It is real.", person="li@example.org")
    assert listed(shell) == [case]
    shell.ok("case", "snooze", case, "1d")
    assert listed(shell) == []
    shell.home.clock.advance(timedelta(days=1))
    assert listed(shell) == [case]


def test_a_case_that_is_due_within_a_day_stays_and_the_terminal_says_so(shell: Shell) -> None:
    case = report(shell.home).case
    shell.home.clock.advance(timedelta(days=2, hours=12))
    told = json.loads(shell.ok("case", "snooze", case, "2w", "--json"))
    assert told["sleeps"] is False
    assert "stays in your lists" in shell.ok("case", "snooze", case, "2w")
    assert listed(shell) == [case]


@pytest.mark.parametrize("time", ["5w", "soon", "0d", "2026-03-10", "3d please"])
def test_a_time_that_is_none_is_a_mistake_in_typing(shell: Shell, time: str) -> None:
    assert shell("case", "snooze", report(shell.home).case, time).exit_code == Exit.USAGE


def test_no_further_than_a_month_nor_more_than_can_be_looked_over(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = report(shell.home).case, report(shell.home).case
    for instant in ("2020-01-01T00:00:00Z", "2027-01-01T00:00:00Z"):
        assert shell("case", "snooze", first, instant).exit_code == Exit.REFUSED
    monkeypatch.setattr(own, "MOST_SNOOZED", 1)
    shell.ok("case", "snooze", first, "1d")
    assert shell("case", "snooze", second, "1d").exit_code == Exit.REFUSED


def test_the_journal_knows_nothing_of_it(shell: Shell) -> None:
    case = report(shell.home).case
    before = shell.ok("case", "timeline", case)
    shell.ok("case", "snooze", case)
    assert shell.ok("case", "timeline", case) == before
