# SPDX-License-Identifier: Apache-2.0
"""Publishing from the terminal: the plan, arming it with two people, and the board until everything is read back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.cli.conftest import Shell
from tests.cna.conftest import Place, place
from tests.publication.places import run
from tests.services.acts import act, ready, report
from tocsin.core.case import commands as cmd
from tocsin.delivery.cli.exits import Exit
from tocsin.testing.doubles import Fault

__all__ = ["place"]


@pytest.fixture
def own(place: Place) -> Shell:
    """A terminal at an installation whose project is its own CNA."""
    return Shell(place.home)


def led(own: Shell, case: str) -> None:
    """Dana leads the case."""
    act(own.home, case, cmd.Assign(lead=own.home.dana, lead_name="Dana", lead_roles=("owner",)))


def test_the_dry_run_fails_while_a_place_that_the_policy_demands_has_nobody_to_announce_there(own):
    case = report(own.home).case
    ready(own.home, case)
    act(own.home, case, cmd.Assign(lead=""))
    failed = own("publish", "plan", case)
    assert failed.exit_code == Exit.FINDINGS
    assert "not ready: github-advisory" in failed.stderr
    assert "nobody announces it: the case has no lead" in failed.stderr
    assert own("publish", "plan", case, "--json").exit_code == Exit.FINDINGS
    led(own, case)
    told = own.ok("publish", "plan", case)
    assert "by hand, Dana" in told
    text = own.ok("publish", "plan", case, "--show", "slack")
    assert text.startswith("WarehousePG security: Out-of-bounds read in the decoder")
    assert "/advisories/WHPG-SA-2026-001" in text


def test_a_publication_is_planned_armed_by_two_and_followed_until_it_is_read_back(own, place):
    case = report(own.home).case
    ready(own.home, case)
    led(own, case)
    own.ok("cve", "reserve", case)
    run(own.home, 1)
    assert "CVE-2026-0001, reserved" in own.ok("cve", "status", case)
    at = f"{own.home.clock() + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
    told = own.ok("publish", "plan", case, "--at", at)
    names = [line.split()[2] for line in told.splitlines() if line[:4].strip().isdigit()]
    assert names[:5] == ["site", "feeds", "csaf", "osv", "cve"]
    shown = own.ok("publish", "plan", case, "--at", at, "--show", "cve")
    assert json.loads(shown)["cnaContainer"]["title"] == "Out-of-bounds read in the decoder"
    own.together(case, "publish", "arm", case, "--at", at, "--confirm", "WHPG-SA-2026-001")
    assert "goes out" in own.ok("publish", "board", case)
    assert own("publish", "skip", case, "site", "--reason", "no").exit_code == Exit.REFUSED
    own.ok("publish", "disarm", case, "--reason", "The build failed.")
    assert own("publish", "board", case).exit_code == Exit.NOT_FOUND
    own.together(case, "publish", "now", case, "--confirm", "WHPG-SA-2026-001")
    run(own.home, 3)
    board = json.loads(own.ok("publish", "board", case, "--json"))
    assert {each["state"] for each in board["targets"] if not each["by_hand"]} == {"readable"}
    for each in board["targets"]:
        if each["by_hand"]:
            own.ok("publish", "mark", case, each["name"], "https://example.org/said")
    assert "complete" in own.ok("publish", "board", case)
    assert "published" in own.ok("cve", "status", case)
    for wrong in ((), ("--stand", "--because", "x")):
        assert own("advisory", "withdraw", case, *wrong).exit_code == Exit.USAGE
    assert "taken back with the next revision" in own.ok("advisory", "withdraw", case, "--because", "It never was.")
    assert "+WITHDRAWN" in own.ok("advisory", "diff", case)
    assert json.loads(own.ok("case", "view", case, "--json"))["advisory"]["withdrawn_because"] == "It never was."
    assert "stands again" in own.ok("advisory", "withdraw", case, "--stand")
    assert own.ok("advisory", "diff", case).count("WITHDRAWN") == 0


def test_a_target_is_skipped_and_taken_up_again_from_the_terminal(own, place):
    case = report(own.home).case
    ready(own.home, case)
    own.ok("cve", "reserve", case)
    run(own.home, 1)
    place.service.fault = Fault.REFUSE
    own.together(case, "publish", "now", case, "--confirm", "WHPG-SA-2026-001")
    run(own.home, 3)
    assert "does not answer" in own.ok("publish", "board", case)
    own.ok("publish", "skip", case, "cve", "--reason", "It is down.")
    place.service.fault = None
    own.ok("publish", "resume", case, "cve")
    run(own.home, 3)
    assert json.loads(own.ok("cve", "status", case, "--json"))["state"] == "published"
