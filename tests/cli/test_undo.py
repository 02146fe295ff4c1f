# SPDX-License-Identifier: Apache-2.0
"""Taking back what one did last: by another act, only while nobody acted on it, and never what others have read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
from click.testing import Result

from tests.cli.conftest import Shell
from tests.services.acts import report
from tocsin.core.case import undoing
from tocsin.delivery.cli.exits import Exit
from tocsin.testing.house import house

WORDS = ("--plan", "We look.", "--workarounds", "Turn it off.")
NOT_OURS = "This is how it is meant to work, and our documentation says so: whoever may do that owns the server " * 2
VECTORS = ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N")


@dataclass
class Ticking(Shell):
    """A terminal at which time goes by: each command is a second later than the one before."""

    def __call__(self, *words: str, person: str = "dana@example.org", given: str | None = None) -> Result:
        self.home.clock.advance(timedelta(seconds=1))
        return super().__call__(*words, person=person, given=given)


@pytest.fixture
def shell() -> Shell:
    return Ticking(house())


@pytest.fixture
def case(shell: Shell) -> str:
    found: str = report(shell.home).case
    shell.ok("case", "reply", found, "Thank you.", *WORDS)
    shell.ok("case", "investigate", found, "--effect", "Reads memory", "--criticality", "high")
    return found


@pytest.fixture
def accepted(shell: Shell, case: str) -> str:
    shell.ok("case", "accept", case, "--text", "It is real.")
    return case


def seen(shell: Shell, case: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(shell.ok("case", "view", case, "--json"))
    return found


def lines(shell: Shell, case: str) -> list[str]:
    return [each["event"] for each in json.loads(shell.ok("case", "timeline", case, "--json"))]


def test_a_lead_goes_back_to_who_led_before(shell: Shell, case: str) -> None:
    shell.ok("case", "assign", case, "--lead", "li")
    shell.ok("case", "assign", case, "--lead", "dana")
    shell.ok("case", "undo", case)
    assert seen(shell, case)["lead"]["name"] == "Li"
    assert lines(shell, case)[-3:] == ["case.assigned"] * 3, "the journal keeps all of it"


def test_a_first_lead_goes_back_to_nobody(shell: Shell, case: str) -> None:
    shell.ok("case", "assign", case, "--lead", "dana")
    shell.ok("case", "undo", case)
    assert seen(shell, case)["lead"] is None


def test_a_rejection_is_taken_back_and_the_report_is_looked_at_again(shell: Shell, case: str) -> None:
    shell.ok("case", "reject", case, "--class", "out-of-scope", "--reason", NOT_OURS)
    assert seen(shell, case)["phase"] == "rejected"
    told = shell.ok("case", "undo", case)
    assert "taken back" in told
    assert seen(shell, case)["phase"] == "new"
    assert {"case.rejected", "case.validated"} <= set(lines(shell, case))


def test_a_wish_for_a_date_is_off_the_table(shell: Shell, accepted: str) -> None:
    shell.ok("embargo", "propose", accepted, "--at", "2026-03-24T15:00:00Z", "--reason", "Release day.")
    shell.ok("case", "undo", accepted)
    assert [each["fate"] for each in seen(shell, accepted)["embargo"]["proposals"]] == ["withdrawn"]


def test_a_score_lines_and_a_draft_go_back_to_what_stood_before(shell: Shell, accepted: str) -> None:
    for vector in VECTORS:
        shell.ok("case", "score", accepted, vector)
    shell.ok("case", "undo", accepted)
    assert [each["vector"] for each in seen(shell, accepted)["scores"] if each["final"]] == [VECTORS[0]]
    shell.ok("case", "lines", accepted, "7.4=affected")
    shell.ok("case", "lines", accepted, "7.4=not-affected")
    shell.ok("case", "undo", accepted)
    assert [each["state"] for each in seen(shell, accepted)["lines"] if each["line"] == "7.4"] == ["affected"]
    for title in ("First", "Second"):
        shell.ok("advisory", "draft", accepted, "--title", title)
    shell.ok("case", "undo", accepted)
    assert seen(shell, accepted)["advisory"]["draft"]["title"] == "First"


def test_a_point_and_a_milestone_go_back_too(shell: Shell, accepted: str) -> None:
    shell.ok("case", "plan", accepted, "fix", "--at", "2026-03-10T12:00:00Z")
    shell.ok("case", "undo", accepted)
    shell.ok("case", "harden", accepted, "trust")
    shell.ok("case", "undo", accepted)
    assert lines(shell, accepted)[-4:] == ["milestone.set", "milestone.set", "hardening.noted", "hardening.noted"]


def test_what_was_sent_or_accepted_stays_and_the_answer_says_what_helps(shell: Shell, case: str) -> None:
    shell.ok("case", "reply", case, "It is nothing.")
    refused = shell("case", "undo", case)
    assert (refused.exit_code, "has been read" in refused.stderr) == (Exit.REFUSED, True)
    shell.ok("case", "accept", case, "--text", "It is real.")
    refused = shell("case", "undo", case)
    assert (refused.exit_code, "Close the case" in refused.stderr) == (Exit.REFUSED, True)
    shell.ok("case", "score", case, VECTORS[0])
    refused = shell("case", "undo", case)
    assert (refused.exit_code, "Say it anew" in refused.stderr) == (Exit.REFUSED, True)


def test_nothing_is_taken_back_from_under_somebody_else(shell: Shell, case: str) -> None:
    shell.ok("case", "assign", case, "--lead", "dana")
    shell.ok("case", "note", case, "I saw that.", person="li@example.org")
    before = lines(shell, case)
    refused = shell("case", "undo", case)
    assert (refused.exit_code, "Somebody else acted" in refused.stderr) == (Exit.CONFLICT, True)
    assert lines(shell, case) == before
    assert shell("case", "undo", report(shell.home).case).exit_code == Exit.REFUSED, "nothing was done there"


def test_a_line_that_is_named_is_the_one_or_none(shell: Shell, case: str) -> None:
    shell.ok("case", "assign", case, "--lead", "li")
    last = len(lines(shell, case))
    assert shell("case", "undo", case, str(last - 1)).exit_code == Exit.CONFLICT
    shell.ok("case", "undo", case, str(last))
    assert shell("case", "undo", case, "0").exit_code == Exit.USAGE


def test_taking_back_twice_stands_again(shell: Shell, case: str) -> None:
    shell.ok("case", "assign", case, "--lead", "li")
    shell.ok("case", "undo", case)
    shell.ok("case", "undo", case)
    assert seen(shell, case)["lead"]["name"] == "Li"


def test_who_may_not_move_takes_nothing_back(shell: Shell, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The act that takes back is decided like every act: with a control, in which it would be carried out."""
    shell.ok("case", "assign", case, "--lead", "li")
    shell.home.desk.people.add("Dana", "dana@example.org", {"warehousepg": frozenset({"auditor"})})
    assert shell("case", "undo", case).exit_code == Exit.REFUSED
    shell.home.desk.people.add("Dana", "dana@example.org", {"warehousepg": frozenset({"owner"})})
    shell.ok("case", "undo", case)


def test_the_desk_says_the_same_words_when_it_takes_back() -> None:
    assert undoing.REASON.endswith(".")
