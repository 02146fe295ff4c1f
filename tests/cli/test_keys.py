# SPDX-License-Identifier: Apache-2.0
"""The five keys from the terminal, for people, spreadsheets and monitoring."""

from __future__ import annotations

import csv
import json
from datetime import timedelta

from tests.services.acts import report
from tocsin.core.vocabulary import Role
from tocsin.delivery.cli.exits import Exit


def test_the_keys_are_shown_and_exported_alike(shell):
    report(shell.home)
    shown = shell.ok("metrics", "show")
    assert "Time to first human answer" in shown
    told = json.loads(shell.ok("metrics", "show", "--json"))
    rows = list(csv.DictReader(shell.ok("metrics", "export").splitlines()))
    assert [row["key"] for row in rows] == [key["name"] for key in told["keys"]]
    assert shell.ok("metrics", "export", "--format", "openmetrics").endswith("# EOF\n")


def test_a_badge_waits_for_five_reports(shell):
    assert shell("metrics", "badge", "--project", "warehousepg").exit_code == Exit.FAILED


def test_a_retrospective_lays_out_promises_and_asks_what_the_facts_raise(shell):
    case = report(shell.home).case
    shell.home.clock.advance(timedelta(days=9))
    shell.ok("case", "reply", case, "Thank you.", "--plan", "We look.", "--workarounds", "None known.")
    told = shell.ok("metrics", "retrospective", case)
    assert "first feedback" in told
    assert "was kept late" in told
    assert "not about who did it" in told
    for word in ("Dana", "dana@", "Out-of-bounds"):
        assert word not in told


def test_a_retrospective_of_another_project_is_not_found(shell):
    case = report(shell.home).case
    shell.home.desk.people.add("Sam", "sam@example.org", {"example": frozenset({Role.OWNER})})
    assert shell("metrics", "retrospective", case, person="sam@example.org").exit_code == Exit.NOT_FOUND


def test_three_reports_about_one_default_stand_together_and_make_one_draft(shell):
    cases = [report(shell.home).case for _ in range(3)]
    for case, name in zip(
        cases, ("trust in pg_hba.conf", "Trust in pg_hba.conf", "trust  in pg_hba.conf"), strict=True
    ):
        shell.ok("case", "harden", case, name)
    (item,) = json.loads(shell.ok("metrics", "hardening", "--json"))
    assert sorted(item["cases"]) == sorted(cases)
    draft = shell.ok("metrics", "hardening", "TRUST in pg_hba.conf")
    assert "3 reports asked" in draft
    assert "Out-of-bounds" not in draft
    assert not any(case in draft for case in cases)
    shell.ok("case", "harden", cases[0], "")
    (item,) = json.loads(shell.ok("metrics", "hardening", "--json"))
    assert len(item["cases"]) == 2
    assert shell("metrics", "hardening", "another").exit_code == Exit.NOT_FOUND
