# SPDX-License-Identifier: Apache-2.0
"""Moves from the terminal hold to the same rules as the desk's forms: numbers, other cases, who wrote a fix."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Installation
from tests.services.acts import report
from tocsin.boot import main as boot
from tocsin.delivery.cli.exits import Exit
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
