# SPDX-License-Identifier: Apache-2.0
"""Parties and other cases from the terminal: who is in a case, what they are told, one case out of two and back."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.conftest import Installation
from tests.services.acts import report
from tocsin.core.vocabulary import SYSTEM_ACTOR
from tocsin.delivery.cli.exits import Exit
from tocsin.services import cases, room, worker

WORDS = ("--plan", "We look.", "--workarounds", "Turn it off.")


@pytest.fixture
def case(shell: Installation) -> str:
    """An accepted case."""
    ref = report(shell.home).case
    shell.ok("case", "investigate", ref, "--effect", "Reads memory", "--criticality", "high")
    shell.ok("case", "accept", ref, "--text", "It is real.", *WORDS)
    return ref


def test_a_party_is_invited_told_and_listed(shell, case):
    said = shell.ok(
        "case", "invite", case, "Example Ltd", "--part", "vendor", "--product", "Router", "--why", "Theirs."
    )
    phrase = re.search(r"shown only now: (.+)", said)
    assert phrase
    shell.ok("case", "write", case, "The decoder reads too far.", "--to", "example ltd")
    door = room.enter(shell.home.front, phrase[1])
    assert door
    assert room.look(shell.home.front, door, "warehousepg").messages[-1].text == "The decoder reads too far."
    shell.ok("case", "party", case, "Example Ltd", "accepted", "--note", "On the telephone.")
    shell.ok("case", "product", case, "Example Ltd", "--product", "Router", "--path", "VFd", "--affected", "affected")
    rows = json.loads(shell.ok("case", "parties", case, "--json"))
    assert [(row["name"], row["part"], row["report"], row["fixes"]) for row in rows] == [
        ("this project", "vendor", "works on it", "aware"),
        ("the reporter", "reporter", "works on it", ""),
        ("Example Ltd", "vendor", "works on it", "Router: fix ready"),
    ]
    assert shell("case", "write", case, "x", "--to", "Nobody").exit_code == Exit.NOT_FOUND
    shell.ok("case", "let-go", case, "Example Ltd", "--reason", "Done.")
    assert shell("case", "write", case, "x", "--to", "Example Ltd").exit_code == Exit.REFUSED


def test_sending_on_shows_first_and_sends_only_when_told_to(shell, case):
    shell.ok("case", "invite", case, "CERT", "--part", "coordinator", "--why", "They know the others.")
    shown = shell.ok("case", "resend", case, "1", "--to", "CERT", "--text", "Out-of-bounds read")
    assert "nothing was sent" in shown
    assert "- How to make it happen:" in shown
    assert "+ Out-of-bounds read" in shown
    assert "sent on" in shell.ok("case", "resend", case, "1", "--to", "CERT", "--text", "Out-of-bounds read", "--yes")
    assert "  Out-of-bounds read" in shell.ok(
        "case", "resend", case, "1", "--to", "CERT", "--text", "Out-of-bounds read"
    )
    shell.ok("case", "note", case, "internal")
    lines = json.loads(shell.ok("case", "timeline", case, "--json"))
    refused = shell("case", "resend", case, str(lines[-1]["seq"]), "--to", "reporter", "--yes")
    assert refused.exit_code == Exit.REFUSED
    assert "never leaves the desk" in refused.output


def test_upstream_waits_for_the_reporter(shell, case):
    shell.ok("case", "invite", case, "Zlib", "--part", "vendor", "--upstream", "--why", "Their code.")
    assert shell("case", "write", case, "x", "--to", "Zlib").exit_code == Exit.REFUSED
    shell.ok("case", "pass-on", case, "Zlib", "--note", "In their mail of today.")
    shell.ok("case", "write", case, "The window is too small.", "--to", "Zlib")


def test_cases_are_merged_split_and_handed_over(shell, case):
    other, theirs = report(shell.home).case, report(shell.home).case
    assert other in shell.ok("case", "merge", case, "--with", other[-5:], "--reason", "The same decoder.")
    made = re.search(r"split off (\S+)", shell.ok("case", "split", case, "--title", "A second bug", "--reason", "Two."))
    assert made
    assert "A second bug" in shell.ok("case", "view", made[1])
    shell.ok("case", "transfer", theirs, "--to", "example", "--reason", "Their code.")
    assert shell("case", "transfer", case, "--to", "example", "--reason", "Theirs.").exit_code == Exit.REFUSED


def test_a_clock_is_written_down_for_the_reporter_and_for_a_party_and_no_other_word_is(shell, case):
    shell.ok("case", "invite", case, "Other Ltd", "--part", "vendor", "--why", "Theirs.")

    def zones() -> set[str]:
        opened = cases.open_case(shell.home.desk, case, SYSTEM_ACTOR, "test")
        return {opened.case.reporter_zone, *(each.zone for each in opened.case.parties if each.name == "Other Ltd")}

    for named in ("reporter", "Other Ltd"):
        shell.ok("case", "clock", case, named, "Tokyo")
    assert zones() == {"Asia/Tokyo"}
    for named in ("reporter", "Other Ltd"):
        shell.ok("case", "clock", case, named, "")
    assert zones() == {""}
    refused = shell("case", "clock", case, "reporter", "Atlantis")
    assert refused.exit_code == Exit.REFUSED
    assert "no time zone" in refused.output


def test_consent_is_written_down_with_where_it_was_given(shell, case):
    ends = "2026-03-24T15:00:00Z"
    shell.ok("embargo", "propose", case, "--at", ends)
    shell.ok("case", "invite", case, "Example Ltd", "--part", "vendor", "--why", "Theirs.")
    shell.ok("case", "invite", case, "Other Ltd", "--part", "vendor", "--why", "Theirs too.")
    assert shell("case", "consent", case, "Example Ltd").exit_code == Exit.REFUSED
    shell.ok("case", "decline", case, "Other Ltd", "--note", "By mail.")
    consents = {row["name"]: row["consent"] for row in json.loads(shell.ok("case", "parties", case, "--json"))}
    assert (consents["Other Ltd"], consents["Example Ltd"]) == ("does not consent", "asked, no answer")


def test_dates_are_countered_revised_and_ended_by_their_own_words(shell, case):
    first, second, third = (f"2026-03-{day}T15:00:00Z" for day in (24, 20, 18))
    assert shell("embargo", "counter", case, "--at", first).exit_code == Exit.REFUSED
    assert shell("embargo", "revise", case, "--at", first).exit_code == Exit.REFUSED
    shell.ok("embargo", "propose", case, "--at", first)
    shell.ok("embargo", "counter", case, "--at", second, "--reason", "A list leaks.")
    said = shell.ok("case", "invite", case, "Example Ltd", "--part", "vendor", "--why", "Theirs.")
    phrase = re.search(r"shown only now: (.+)", said)
    assert phrase
    door = room.enter(shell.home.front, phrase[1])
    assert door
    proposals = json.loads(shell.ok("embargo", "show", case, "--json"))["proposals"]
    room.leave(shell.home.front, door, room.AcceptEmbargo(proposal=proposals[-1]["id"]))
    worker.run_once(shell.home.desk)
    assert "2026-03-20 15:00 UTC" in shell.ok("embargo", "show", case)
    shell.ok("embargo", "revise", case, "--at", third)
    ended = shell("embargo", "terminate", case, "--why", "early", "--reason", "The fix is out.")
    assert "takes two people" in ended.output
