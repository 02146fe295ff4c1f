# SPDX-License-Identifier: Apache-2.0
"""Moves from the terminal hold to the same rules as the desk's forms: numbers, other cases, who wrote a fix."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from tests.cli.conftest import Installation
from tests.house import tree
from tests.services.acts import report
from tocsin.boot import main as boot
from tocsin.core.case import commands as cmd
from tocsin.core.case.decide import approve
from tocsin.delivery.cli import exits
from tocsin.delivery.cli.exits import Exit
from tocsin.services import room, worker
from tocsin.services.office.moves import moves
from tocsin.services.ports.store import Unavailable
from tocsin.services.ports.vault import Tampered
from tocsin.services.queries import case as query

WORDS = ("--plan", "We look.", "--workarounds", "Turn it off.")


def test_a_refused_acceptance_takes_no_advisory_number(shell):
    first, second = report(shell.home).case, report(shell.home).case
    assert shell("case", "accept", first).exit_code == Exit.REFUSED
    for case in (first, second):
        shell.ok("case", "investigate", case, "--effect", "Reads memory", "--criticality", "high")
        shell.ok("case", "accept", case, "--text", "It is real.", *WORDS)
    shown = [query.view(shell.home.desk, case, shell.home.dana).advisory_id for case in (first, second)]
    assert shown == ["WHPG-SA-2026-001", "WHPG-SA-2026-002"]


def test_a_duplicate_is_of_a_case_that_is_there(shell):
    here, there, elsewhere = report(shell.home).case, report(shell.home).case, report(shell.home, "example").case
    for of in ("WHPG-2026-zzzzz", elsewhere):
        assert shell("case", "duplicate", here, "--of", of).exit_code == Exit.NOT_FOUND
    shell.ok("case", "reply", here, "Thank you.", *WORDS)
    shell.ok("case", "investigate", here, "--effect", "Reads memory", "--criticality", "high")
    assert there in shell.ok("case", "duplicate", here, "--of", there[-5:], "--text", "It was known.")


@pytest.mark.parametrize("named", ["dana", "Dana", " DANA "])
def test_nobody_confirms_a_fix_of_their_own_however_their_name_is_typed(shell, named):
    case = report(shell.home).case
    shell.ok("case", "investigate", case, "--effect", "Reads memory", "--criticality", "high")
    shell.ok("case", "accept", case, "--text", "It is real.", *WORDS)
    shell.ok("case", "fix", case, "--author", named)
    assert query.view(shell.home.desk, case, shell.home.dana).fix_author == "Dana"
    refused = shell("case", "confirm-fix", case)
    assert refused.exit_code == Exit.REFUSED, refused.output
    shell.ok("case", "confirm-fix", case, person="li@example.org")


def test_a_file_over_the_limit_is_refused_before_it_is_read(shell, tmp_path):
    large = tmp_path / "core"
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    refused = shell("report", "new", "-p", "warehousepg", "--title", "A crash", "--reproduce", "Run it.", "--version",
                    "7", "--attach", str(large))  # fmt: skip
    assert refused.exit_code == Exit.USAGE
    assert "over 50 MiB" in refused.stderr


def test_a_person_without_a_mail_address_is_refused_in_words(shell):
    refused = shell("people", "add", "Bo", "bo", "--role", "warehousepg:triager")
    assert (refused.exit_code, "needs an e-mail address" in refused.stderr) == (Exit.USAGE, True)


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (Unavailable("the database is busy"), Exit.UPSTREAM, "not now: the database is busy"),
        (Tampered(), Exit.FAILED, "tocsin verify"),
    ],
)
def test_what_no_command_expects_ends_in_words(shell, monkeypatch, capsys, error, code, told):
    def fails(*given, **named):
        raise error

    monkeypatch.setattr(shell.home.desk.inbox, "page", fails)
    monkeypatch.setattr(boot, "open_desk", Installation(shell.home))
    monkeypatch.setattr("sys.argv", ["tocsin", "inbox", "--as", "dana"])
    with pytest.raises(SystemExit) as ended:
        boot.main()
    assert ended.value.code == code
    assert told in capsys.readouterr().err


def test_a_case_is_read_with_what_the_reporter_wrote(shell):
    case = report(shell.home).case
    shown = shell.ok("case", "view", case)
    assert "How to make it happen: Call it with a short buffer and look." in shown
    assert "Version: 7.3.1" in shown


@pytest.mark.parametrize("words", [(), ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "--stdin")])
def test_scoring_takes_one_vector_or_many(shell, words):
    assert shell("cvss", "calc", *words).exit_code == Exit.USAGE


def decided(shell):
    """A case that is accepted, and the reporter's room."""
    receipt = report(shell.home)
    shell.ok("case", "reply", receipt.case, "Thank you.", *WORDS)
    shell.ok("case", "investigate", receipt.case, "--effect", "Reads memory", "--criticality", "high")
    shell.ok("case", "accept", receipt.case, "--text", "It is real.")
    door = room.enter(shell.home.front, receipt.phrase)
    assert door
    return receipt.case, door


def test_a_date_is_bargained_over_from_the_terminal(shell):
    case, door = decided(shell)
    assert shell("embargo", "accept", case).exit_code == Exit.USAGE
    for name, day in (("prp_1", 17), ("prp_2", 18)):
        offer = cmd.ProposeEmbargo(proposal=name, ends_at=datetime(2026, 3, day, 15, tzinfo=UTC))
        room.leave(shell.home.front, door, offer)
        worker.run_once(shell.home.desk)
        assert name in shell.ok("embargo", "show", case)
        shell.ok("embargo", "decline", case, "--reason", "The fix is not tested yet.")
    assert shell("embargo", "propose", case, "--at", "2026-03-24 15:00").exit_code == Exit.USAGE
    shell.ok("embargo", "decide", case, "--at", "2026-03-24T15:00:00Z", "--reason", "The next release is that day.")
    told = json.loads(shell.ok("embargo", "show", case, "--json"))
    assert (told["state"], told["until"], told["unilateral"]) == ("active", "2026-03-24T15:00:00Z", True)
    shell.together(case, "embargo", "lift", case, "--why", "early", "--reason", "The fix is out.")
    assert json.loads(shell.ok("embargo", "show", case, "--json"))["state"] == "exited"


def test_an_offer_of_the_reporter_is_accepted_without_naming_it_and_public_knowledge_ends_it(shell):
    case, door = decided(shell)
    room.leave(shell.home.front, door, cmd.ProposeEmbargo(proposal="p", ends_at=datetime(2026, 3, 17, 15, tzinfo=UTC)))
    worker.run_once(shell.home.desk)
    assert "until Tue 2026-03-17 15:00 UTC" in shell.ok("embargo", "accept", case)
    assert case in shell.ok("case", "list")
    shell.ok("case", "observe", case, "--bit", "P", "--note", "a mailing list")
    assert json.loads(shell.ok("embargo", "show", case, "--json"))["state"] == "exited"


def test_a_terminal_that_reads_no_rules_knows_by_what_code_a_second_person_is_asked_for():
    assert exits.NEEDS_APPROVAL == approve.NEEDED


def test_every_move_of_the_desk_can_be_made_from_the_terminal():
    commands = tree.SOURCE / "delivery" / "cli"
    places = ("case", "embargo", "advisory", "parties", "branch", "publish", "cve", "priority")
    written = "".join((commands / f"{name}.py").read_text() for name in places)
    asked = set(
        re.findall(
            r'(?:move\((?:ctx, person, given|ref|seen\.case), |move\(\n\s+(?:ref|ctx, person, given), )"([a-z-]+)"',
            written,
        )
    )
    elsewhere = {"adopt-policy", "reconsider"}  # `tocsin policy`, and `tocsin case reopen` by its use case
    assert set(moves()) - asked == elsewhere
