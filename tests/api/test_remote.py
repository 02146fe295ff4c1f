# SPDX-License-Identifier: Apache-2.0
"""The command line on an installation elsewhere: the same commands, the same words and exit codes, and no Django."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.test.utils import override_settings

from tests.api import site
from tests.cli.test_commands import LINES
from tests.live import live
from tocsin.core.wire.access import Scope
from tocsin.delivery.cli import cli
from tocsin.delivery.cli.exits import Exit
from tocsin.services import worker
from tocsin.services.app import Site
from tocsin.testing.house import House

REPORT = ("report", "new", "-p", "warehousepg", "--title", "Out-of-bounds read", "--reproduce", "Call it.",
          "--version", "7.3.1")  # fmt: skip


@dataclass
class Terminal:
    """Runs commands against an address, as the owner of a token."""

    url: str
    tokens: dict[str, str]

    def __call__(self, *words: str, person: str = "dana", given: str | None = None) -> Result:
        environment = {"TOCSIN_URL": f"{self.url}/desk", "TOCSIN_TOKEN": self.tokens.get(person, ""), "NO_COLOR": "1"}
        return CliRunner().invoke(cli, list(words), env=environment, input=given)

    def ok(self, *words: str, **more: str) -> str:
        result = self(*words, **more)
        assert result.exit_code == 0, (words, result.output, result.stderr, result.exception)
        return result.stdout


@pytest.fixture
def terminal(house: House, token: Callable[..., str]) -> Iterator[Terminal]:
    with override_settings(**site.settings("both")), live() as url:
        told = Site(public_url=f"{url}/front", desk_url=f"{url}/desk")
        site.current.append(replace(house, desk=replace(house.desk, site=told), front=replace(house.front, site=told)))
        yield Terminal(url, {"dana": token(), "li": token(house.li), "reader": token("", Scope.READ)})
        site.current.pop()


@pytest.mark.slow
def test_a_case_is_published_from_a_terminal_far_away(terminal: Terminal, tmp_path: Path) -> None:
    receipt = json.loads(terminal.ok(*REPORT, "--json"))
    case = receipt["case"]
    assert len(receipt["phrase"].split()) == 7
    assert case in terminal.ok()
    terminal.ok("case", "reply", "1", "Thank you.", "--plan", "We look.", "--workarounds", "Turn it off.")
    terminal.ok(
        "case", "investigate", case[-5:], "--effect", "Reads memory", "--criticality", "high", "--cwe", "CWE-125"
    )
    assert "WHPG-SA-2026-001" in terminal.ok("case", "accept", case, "--text", "It is real.")
    terminal.ok("case", "assign", case, "--lead", "li")
    terminal.ok("case", "score", case, "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H")
    terminal.ok("case", "lines", case, *LINES)
    terminal.ok("case", "fix", case, "--author", "dana", "--reference", "9f31c02")
    terminal.ok("case", "confirm-fix", case, person="li")
    terminal.ok("advisory", "draft", case, "--title", "Out-of-bounds read", "--summary", "Memory can be read.",
                "--details", "No length check.", "--mitigation", "Turn it off.")  # fmt: skip
    terminal.ok("embargo", "propose", case, "--at", "2026-03-24T15:00:00Z", "--reason", "Release day.")
    assert "Tue 2026-03-24 15:00 UTC" in terminal.ok("embargo", "show", case)
    assert json.loads(terminal.ok("advisory", "check", case, "--json"))["problems"] == []
    terminal.ok("advisory", "preview", case, "--out", str(tmp_path))
    assert {path.suffix for path in tmp_path.rglob("*")} >= {".json", ".txt", ".md"}
    asked = terminal("advisory", "publish", case, "--confirm", "WHPG-SA-2026-001")
    assert asked.exit_code == Exit.REFUSED
    assert f"tocsin case approve {case}" in asked.stderr
    (wish,) = json.loads(terminal.ok("case", "approve", case, "--json", person="li"))
    terminal.ok("case", "approve", case, "--digest", wish["digest"], person="li")
    worker.run_once(site.current[-1].desk)
    assert "WHPG-SA-2026-001" in terminal.ok("advisory", "list")
    terminal.ok("advisory", "draft", case, "--summary", "Any memory can be read.")
    assert "Any memory can be read." in terminal.ok("advisory", "diff", case)
    shown = terminal.ok("case", "view", case)
    assert "published" in shown
    assert "lead Li" in shown
    assert "Release day." in shown
    assert "advisory.published" in terminal.ok("case", "timeline", case)


def test_refusals_end_as_they_do_on_the_machine_itself(terminal: Terminal) -> None:
    case = json.loads(terminal.ok(*REPORT, "--json"))["case"]
    refused = terminal("case", "accept", case)
    assert refused.exit_code == Exit.REFUSED
    assert "SECURITY.md:" in refused.stderr
    assert terminal("case", "view", "WHPG-2026-zzzzz").exit_code == Exit.NOT_FOUND
    assert terminal("case", "duplicate", case, "--of", "WHPG-2026-zzzzz").exit_code == Exit.NOT_FOUND
    assert terminal("case", "view", "9").exit_code == Exit.NOT_FOUND
    assert terminal("case", "note", case, "x", person="reader").exit_code == Exit.AUTHENTICATION
    assert terminal("--token", "tsn_nonsense", "inbox").exit_code == Exit.AUTHENTICATION
    assert terminal("--url", terminal.url, "inbox", person="").exit_code == Exit.AUTHENTICATION


def test_parties_come_and_cases_are_joined_parted_and_reopened_from_far_away(terminal: Terminal) -> None:
    case, other = (json.loads(terminal.ok(*REPORT, "--json"))["case"] for _ in range(2))
    terminal.ok("case", "reply", case, "Thank you.", "--plan", "We look.", "--workarounds", "Turn it off.")
    terminal.ok("case", "investigate", case, "--effect", "Reads memory", "--criticality", "high")
    terminal.ok("case", "accept", case, "--text", "It is real.")
    said = terminal.ok("case", "invite", case, "Example Ltd", "--part", "vendor", "--why", "Theirs.")
    party = re.search(r"as vendor, (\S+)", said)
    assert party
    assert re.search(r"shown only now: (\S+ ){6}\S+\n", said)
    assert f"{terminal.url}/front/p/warehousepg/return" in said
    again = terminal.ok("case", "invite", case, "Example Ltd", "--part", "vendor", "--why", "T.", "--again", party[1])
    assert "return phrase" not in again
    terminal.ok("case", "write", case, "The decoder reads too far.", "--to", "example ltd")
    assert re.search(r"Example Ltd +vendor", terminal.ok("case", "parties", case))
    assert other in terminal.ok("case", "merge", case, "--with", other[-5:], "--reason", "The same decoder.")
    made = re.search(
        r"split off (\S+)",
        terminal.ok("case", "split", case, "--title", "A second bug", "--take", "Example Ltd", "--reason", "Two."),
    )
    assert made
    assert "A second bug" in terminal.ok("case", "view", made[1])
    assert party[1] in terminal.ok("case", "parties", made[1])
    third = json.loads(terminal.ok(*REPORT, "--json"))["case"]
    terminal.ok("case", "investigate", third, "--effect", "None", "--criticality", "low")
    terminal.ok("case", "reject", third, "--class", "out-of-scope", "--reason", "It is another program's fault. " * 4)
    assert "taken up again" in terminal.ok("case", "reopen", third, "--reason", "It is ours after all.")
    terminal.ok("case", "transfer", third, "--to", "example", "--reason", "Their code.")


def test_a_report_needs_no_token(terminal: Terminal) -> None:
    handed = terminal("--url", f"{terminal.url}/front", *REPORT, person="")
    assert handed.exit_code == 0, handed.stderr
    assert "return phrase" in handed.stdout


def test_a_command_that_needs_the_machine_itself_says_so_and_does_nothing_here(terminal: Terminal) -> None:
    for words in (("people", "list"), ("verify",), ("token", "list")):
        told = terminal(*words)
        assert told.exit_code == Exit.USAGE
        assert "the installation's own machine" in told.stderr


def test_an_installation_that_does_not_answer_is_tried_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.client.http.PAUSE", 0.0)
    told = CliRunner().invoke(cli, ["--url", "http://127.0.0.1:9", "--token", "tsn_x", "inbox"])
    assert told.exit_code == Exit.UPSTREAM


@pytest.mark.slow
def test_no_django_is_imported_for_an_installation_elsewhere(terminal: Terminal, tmp_path: Path) -> None:
    blocked = (
        "import sys; sys.modules['django'] = sys.modules['sqlite3'] = None; from tocsin.delivery.cli import cli; cli()"
    )
    (tmp_path / "token").write_text(terminal.tokens["dana"] + "\n")
    environment = os.environ | {"TOCSIN_URL": f"{terminal.url}/desk", "TOCSIN_TOKEN_FILE": str(tmp_path / "token")}
    for words in (REPORT, ("inbox",), ("case", "view", "1"), ("case", "note", "1", "x"), ("embargo", "show", "1")):
        done = subprocess.run(
            [sys.executable, "-c", blocked, *words], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (words, done.stderr)
