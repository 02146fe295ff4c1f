# SPDX-License-Identifier: Apache-2.0
"""Clocks of others from the terminal: when a case may be disclosed, what is due to whom, and the text to send."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.services.acts import report
from tocsin.core.vocabulary import Role
from tocsin.delivery.cli.exits import Exit


def test_a_moment_recorded_narrows_the_window_and_shows_among_the_clocks(shell):
    case = report(shell.home).case
    wide = json.loads(shell.ok("embargo", "window", case, "--json"))
    assert [rule["name"] for rule in wide["rules"] if rule["binds"] == "shuts"] == ["policy-maximum"]
    shell.ok("case", "record", case, "linux-distros-posted", "--note", "[vs] out-of-bounds read")
    told = shell.ok("embargo", "window", case)
    assert "not later" in told
    assert "linux-distros list" in told
    (clock,) = json.loads(shell.ok("limits", "due", case, "--json"))
    assert (clock["clock"], clock["state"]) == ("linux-distros-longest", "open")


def test_a_window_that_is_empty_says_who_cannot_hold_together_and_ends_with_3(shell):
    case = report(shell.home).case
    late = shell.home.desk.now() + timedelta(days=60)
    result = shell("embargo", "window", case, "--rule", f"not before {late:%Y-%m-%dT%H:%MZ}")
    assert result.exit_code == Exit.FINDINGS
    assert "cannot hold together: the policy gives at most 28 days" in result.stdout
    assert "free from" in result.stdout
    assert shell("embargo", "window", case, "--rule", "soon").exit_code == Exit.USAGE


def test_a_pack_has_every_field_the_law_asks_for_and_says_which_are_to_be_written(shell):
    case = report(shell.home).case
    shell.ok("case", "investigate", case, "--effect", "Reads memory of the server", "--criticality", "high")
    shell.ok("case", "observe", case, "--bit", "A", "--note", "a customer's log")
    told = shell("limits", "pack", case, "cra-manufacturer-notification")
    assert told.exit_code == 0
    assert "Reads memory of the server" in told.stdout
    assert "Art. 14(2)(b)" in told.stdout
    assert "Nature of the exploit" in told.stdout
    assert max(len(line) for line in told.stdout.splitlines()) <= 72
    made = json.loads(shell.ok("limits", "pack", case, "cra-manufacturer-notification", "--json"))
    assert {field["label"] for field in made["fields"] if not field["known"]} == set(made["missing"])
    assert shell("limits", "pack", case, "cra-manufacturer-poem").exit_code == Exit.NOT_FOUND


def test_every_limit_can_be_read(shell):
    for limit in json.loads(shell.ok("limits", "list", "--json")):
        assert limit["source"] in shell.ok("limits", "show", limit["name"])
    assert shell("limits", "show", "nobody").exit_code == Exit.NOT_FOUND


def test_the_same_moment_is_not_taken_without_a_zone_or_before_it_was(shell):
    case = report(shell.home).case
    assert shell("case", "record", case, "retrospective", "--at", "2026-01-01T00:00").exit_code == Exit.USAGE
    for words in (("case", "record", case, "retrospective"), ("embargo", "propose", case)):
        for text in ("tomorrow", "0001-01-01T00:00:00+14:00"):
            told = shell(*words, "--at", text)
            assert (told.exit_code, told.stdout) == (Exit.USAGE, "")
            assert told.stderr == f"tocsin: {text} is no instant with a zone; write it like 2026-12-08T15:00:00Z\n"
    assert shell("case", "record", case, "retrospective", "--at", "2126-01-01T00:00Z").exit_code == Exit.REFUSED
    assert shell("case", "record", case, "tea-time").exit_code == Exit.REFUSED


def test_who_may_not_see_the_case_learns_nothing(shell):
    case = report(shell.home).case
    shell.home.desk.people.add("Sam", "sam@example.org", {"example": frozenset({Role.OWNER})})
    for words in (("limits", "due", case), ("limits", "pack", case, "cna-first-refusal"), ("embargo", "window", case)):
        assert shell(*words, person="sam@example.org").exit_code == Exit.NOT_FOUND
