# SPDX-License-Identifier: Apache-2.0
"""Promises by the line of the policy: what is open, what is over, what was kept; and a monitor's one question."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.services.acts import report
from tocsin.delivery.cli.exits import Exit

WORDS = ("--plan", "We look.", "--workarounds", "Turn it off.")


def told(shell: Shell, *words: str) -> dict[str, Any]:
    lines = json.loads(shell.ok("sla", "status", "-p", "warehousepg", "--json", *words))
    return {each["promise"]: each for each in lines}


def test_an_open_case_counts_for_the_promise_that_it_owes_next(shell: Shell) -> None:
    for _ in range(2):
        report(shell.home)
    first = told(shell)["first-feedback"]
    assert (first["open"], first["over"], first["kept"]) == (2, 0, None)
    assert "SECURITY.md:" in first["source"]
    shell.home.clock.advance(timedelta(days=30))
    assert told(shell)["first-feedback"]["over"] == 2
    shown = shell.ok("sla", "status")
    assert "OVER" in shown
    assert "First feedback" in shown


def test_what_was_kept_and_what_was_late_is_counted_where_that_is_asked_for(shell: Shell) -> None:
    kept, late = report(shell.home).case, report(shell.home).case
    shell.ok("case", "reply", kept, "Thank you.", *WORDS)
    shell.home.clock.advance(timedelta(days=30))
    shell.ok("case", "reply", late, "Sorry.", *WORDS)
    first = told(shell, "--kept")["first-feedback"]
    assert (first["kept"], first["late"]) == (1, 1)
    assert told(shell, "--kept", "--days", "1")["first-feedback"]["late"] == 1
    assert "KEPT" in shell.ok("sla", "status", "--kept")


def test_one_case_shows_every_promise_with_its_line(shell: Shell) -> None:
    case = report(shell.home).case
    shell.ok("case", "reply", case, "Thank you.", *WORDS)
    shown = shell.ok("sla", "status", case)
    assert "First feedback" in shown
    assert "kept" in shown
    assert {each["name"] for each in json.loads(shell.ok("sla", "status", case, "--json"))} >= {"first-feedback"}


def test_a_monitor_is_told_by_the_exit_code(shell: Shell) -> None:
    case = report(shell.home).case
    assert "no promise is over" in shell.ok("sla", "check")
    soon = shell("sla", "check", "--within", "2000")
    assert (soon.exit_code, case in soon.stdout) == (Exit.BREACHED, True)
    shell.home.clock.advance(timedelta(days=30))
    over = shell("sla", "check")
    assert (over.exit_code, case in over.stdout) == (Exit.BREACHED, True)
    assert [each["ref"] for each in json.loads(shell("sla", "check", "--json").stdout)] == [case]
    shell.ok("case", "reply", case, "Sorry.", *WORDS)
    assert shell("sla", "check").exit_code == Exit.OK


def test_more_than_twenty_are_counted_and_not_listed(shell: Shell) -> None:
    for _ in range(22):
        report(shell.home)
    shell.home.clock.advance(timedelta(days=30))
    assert "and 2 more" in shell("sla", "check").stdout


@pytest.mark.parametrize("words", [("status",), ("check",)])
def test_a_project_that_is_not_there_is_none_in_which_all_is_well(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell("sla", *words, "-p", "nothing").exit_code == Exit.NOT_FOUND


def test_projects_are_listed_with_what_they_promise(shell: Shell) -> None:
    assert "warehousepg" in shell.ok("project", "list")
    assert shell.ok("project") == shell.ok("project", "list")
    shown = shell.ok("project", "show", "warehousepg")
    assert "First feedback" in shown
    assert "in force since" in shown
    assert shell("project", "show", "nothing").exit_code == Exit.NOT_FOUND


def test_two_vectors_are_compared_metric_by_metric(shell: Shell) -> None:
    old, new = "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:L/A:H"
    told = shell("cvss", "diff", old, new)
    assert (told.exit_code, "I: H -> L" in told.stdout, "8.8" in told.stdout) == (Exit.FINDINGS, True, True)
    assert shell("cvss", "diff", old, old).exit_code == Exit.OK
    assert json.loads(shell("cvss", "diff", old, new, "--json").stdout)["changed"] == [
        {"metric": "I", "old": "H", "new": "L"}
    ]
    assert shell("cvss", "diff", old, "CVSS:3.1/AV:N").exit_code == Exit.FINDINGS
    assert shell("cvss", "diff", old, new.replace("3.1", "3.0")).exit_code == Exit.USAGE
