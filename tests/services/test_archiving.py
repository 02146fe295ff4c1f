# SPDX-License-Identifier: Apache-2.0
"""A project comes to its end: refused while it owes somebody something, its doors shut, everything else as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from tests.cli.conftest import Shell
from tests.services.acts import report
from tocsin.core.intake import Report
from tocsin.core.vocabulary import Refused, Role
from tocsin.delivery.cli.exits import Exit
from tocsin.services import archive_state, archiving, canary, intake
from tocsin.services.security_txt import security_txt
from tocsin.testing.house import House, house

PROJECT = "warehousepg"
SAID = Report(title="Out-of-bounds read", reproduce="Call it.", version="7.3.1")


@pytest.fixture
def shell() -> Shell:
    home = house()
    return Shell(replace(home, front=replace(home.front, facts=home.desk.machine.facts)))


def arrives(home: House, channel: str, nonce: bytes = b"n" * 32) -> intake.Receipt | Refused:
    return intake.receive(home.front, PROJECT, msgspec.structs.replace(SAID, channel=channel), nonce)


def test_an_owner_archives_a_project_that_owes_nothing_and_takes_it_up_again(shell: Shell) -> None:
    assert "archived since" in shell.ok("project", "archive", PROJECT, "--words", "Ask the successor.")
    assert "since 2026-" in shell.ok("project", "list")
    (listed,) = [each for each in json.loads(shell.ok("project", "list", "--json")) if each["id"] == PROJECT]
    assert listed["archived_at"]
    refused = shell("report", "new", "-p", PROJECT, "--title", "A crash", "--reproduce", "Run it.", "--version", "7")
    assert refused.exit_code == Exit.REFUSED
    assert "takes no reports any more. Ask the successor." in refused.stderr
    shell.home.clock.advance(timedelta(days=3))
    again = json.loads(shell.ok("project", "archive", PROJECT, "--words", "Ask nobody.", "--json"))["archived"]
    assert (again["at"], again["words"]) == (listed["archived_at"], "Ask nobody.")
    assert "takes reports again" in shell.ok("project", "archive", PROJECT, "--over")
    assert shell("project", "archive", PROJECT, "--over").exit_code == Exit.REFUSED
    shell.ok("report", "new", "-p", PROJECT, "--title", "A crash", "--reproduce", "Run it.", "--version", "7")


def test_an_open_case_is_named_and_nothing_is_shut(shell: Shell) -> None:
    case = report(shell.home).case
    refused = shell("project", "archive", PROJECT)
    assert refused.exit_code == Exit.REFUSED
    assert f"  - {case} is open: close it" in refused.stderr
    assert archive_state.archived(shell.home.front.facts, PROJECT) is None
    elsewhere = shell.ok("project", "archive", "example")  # what another project owes is its own
    assert "example: archived" in elsewhere


def test_many_open_cases_are_counted(shell: Shell) -> None:
    for _ in range(archiving.NAMED + 2):
        report(shell.home)
    owed = list(archiving.owed(shell.home.desk, PROJECT))
    assert len(owed) == archiving.NAMED + 1
    assert owed[-1].startswith("2 further cases are open")


def test_only_an_owner_decides_and_strangers_learn_nothing(shell: Shell) -> None:
    people = shell.home.desk.people
    people.add("Mai", "mai@example.org", {PROJECT: frozenset({Role.MAINTAINER})})
    people.add("Out", "out@example.org", {"example": frozenset({Role.OWNER})})
    for words in ((), ("--over",)):
        assert shell("project", "archive", PROJECT, *words, person="mai@example.org").exit_code == Exit.REFUSED
        hidden = shell("project", "archive", PROJECT, *words, person="out@example.org")
        absent = shell("project", "archive", "nothing", *words, person="out@example.org")
        assert (hidden.exit_code, hidden.output) == (absent.exit_code, absent.output) == (5, hidden.output)


def test_what_comes_where_nobody_can_be_told_becomes_a_case(shell: Shell) -> None:
    shell.ok("project", "archive", PROJECT)
    for channel in archive_state.DOORS:
        refused = arrives(shell.home, channel)
        assert isinstance(refused, Refused)
        assert refused.code == "archived"
    for channel in ("mail", "forge"):
        taken = arrives(shell.home, channel, channel.encode() * 8)
        assert not isinstance(taken, Refused)
        assert shell.home.desk.journal.head(taken.case)


def test_a_report_that_was_taken_gives_its_receipt_again_after_the_end(shell: Shell) -> None:
    first = arrives(shell.home, "web")
    assert not isinstance(first, Refused)
    facts = shell.home.desk.machine.facts
    facts.note(archive_state.name(PROJECT), '{"at":"2026-03-03T09:00:00Z"}', shell.home.clock())
    again = arrives(shell.home, "web")
    assert not isinstance(again, Refused)
    assert (again.case, again.again) == (first.case, True)


def test_an_archived_project_is_not_named_in_security_txt_unless_nobody_else_is(shell: Shell) -> None:
    def text() -> str:
        desk = shell.home.desk
        gone = archive_state.closed(desk.machine.facts)
        return security_txt(desk.projects, "https://security.example.org", desk.now(), csaf=False, closed=gone)

    assert f"/p/{PROJECT}/report" in text()
    shell.ok("project", "archive", PROJECT)
    assert f"/p/{PROJECT}/" not in text()
    assert "/p/example/report" in text()
    shell.ok("project", "archive", "example")
    assert "Contact: " in text()


def test_no_canary_knocks_at_a_shut_door(shell: Shell) -> None:
    shell.ok("project", "archive", PROJECT)
    assert canary.keep(shell.home.desk) == 0
    assert shell.home.desk.machine.alarms.since(shell.home.clock() - timedelta(days=1), 10) == []
