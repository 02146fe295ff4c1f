# SPDX-License-Identifier: Apache-2.0
"""An installation elsewhere: signing in once, one request as it stands, and the newer commands, all over its API."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.api.test_remote import REPORT, Terminal, terminal
from tocsin.boot.main import cli
from tocsin.delivery.cli import login
from tocsin.delivery.cli.exits import Exit

__all__ = ["terminal"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's configuration of their own, and nothing nearer."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("TOCSIN_CONFIG", "TOCSIN_URL", "TOCSIN_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, list(words), input=given, env={"NO_COLOR": "1"})


@pytest.fixture
def case(terminal: Terminal) -> str:
    found: str = json.loads(terminal.ok(*REPORT, "--json"))["case"]
    return found


@pytest.fixture
def signed_in(terminal: Terminal) -> None:
    done = run("auth", "login", f"{terminal.url}/desk", given=terminal.tokens["dana"] + "\n")
    assert done.exit_code == 0, done.stderr


def test_a_token_is_kept_for_its_user_alone_and_names_the_installation(
    terminal: Terminal, case: str, signed_in: None
) -> None:
    assert stat.S_IMODE(login.place().stat().st_mode) == 0o600
    assert case in run("inbox").stdout
    told = run("auth", "status").stdout
    assert "Dana at" in told
    assert terminal.tokens["dana"] not in told
    assert run("--url", f"{terminal.url}/desk", "inbox").exit_code == 0, "the address of the login takes its token"
    assert run("--url", f"{terminal.url}/front", "inbox").exit_code == Exit.AUTHENTICATION
    assert "signed out" in run("auth", "logout").stdout
    assert not login.place().exists()
    assert "this machine" in run("auth", "status").stdout


def test_what_is_nearer_comes_first(terminal: Terminal, signed_in: None, home: Path) -> None:
    (home / "tocsin.toml").write_text("")
    assert "this machine" in run("auth", "status").stdout
    again = run("auth", "login", f"{terminal.url}/desk", given=terminal.tokens["dana"] + "\n")
    assert "configured on this machine" in again.stderr


def test_a_token_that_is_no_good_is_not_kept(terminal: Terminal) -> None:
    for given in ("tsn_nonsense\n", "\n"):
        assert run("auth", "login", f"{terminal.url}/desk", given=given).exit_code == Exit.AUTHENTICATION
    assert not login.place().exists()
    assert run("auth", "logout").exit_code == 0


def test_signing_out_can_end_the_token(terminal: Terminal, signed_in: None) -> None:
    assert "has ended" in run("auth", "logout", "--end").stdout
    assert run("--url", f"{terminal.url}/desk", "--token", terminal.tokens["dana"], "inbox").exit_code == (
        Exit.AUTHENTICATION
    )


def test_the_api_is_asked_as_it_stands(terminal: Terminal, case: str, signed_in: None, home: Path) -> None:
    for path in (f"/cases/{case}", f"cases/{case}", f"/api/v1/cases/{case}"):
        assert json.loads(run("api", "GET", path).stdout)["ref"] == case
    said = run("api", "post", f"/cases/{case}/moves/say", "-f", "audience=team", "-f", "text=From a script.")
    assert json.loads(said.stdout)["events"] == ["message.sent"]
    (home / "body.json").write_text('{"audience": "team", "text": "From a file."}')
    assert run("api", "POST", f"/cases/{case}/moves/say", "--input", "body.json").exit_code == 0
    assert "From a script." in run("case", "view", case).stdout
    shown = run("api", "-h")
    assert "call" in shown.stdout
    assert "ETag" in run("api", "GET", f"/cases/{case}", "-i").stdout.title().replace("Etag", "ETag")


def test_what_is_refused_is_printed_and_ends_like_a_command(terminal: Terminal, case: str, signed_in: None) -> None:
    refused = run("api", "POST", f"/cases/{case}/moves/accept", "--input", "-", given='{"answer": {"text": "x"}}')
    assert (refused.exit_code, "SECURITY.md" in refused.stderr) == (Exit.REFUSED, True)
    assert json.loads(refused.stdout)["status"] == 422
    assert run("api", "GET", "/cases/WHPG-2026-22222").exit_code == Exit.NOT_FOUND
    stale = run("api", "POST", f"/cases/{case}/moves/undo", "-f", "line=9")
    assert stale.exit_code == Exit.REFUSED
    assert run("api", "GET", "/cases", "-f", "nothing").exit_code == Exit.USAGE
    assert run("api", "GET", "/cases", "-H", "nothing").exit_code == Exit.USAGE
    assert run("api", "FETCH", "/cases").exit_code == Exit.USAGE


def test_without_an_address_there_is_nobody_to_ask() -> None:
    told = run("api", "GET", "/cases")
    assert (told.exit_code, "auth login" in told.stderr) == (Exit.USAGE, True)


def test_newer_commands_work_elsewhere_as_here(terminal: Terminal, case: str, signed_in: None, home: Path) -> None:
    assert "put aside for you" in run("case", "snooze", case, "1d").stdout
    assert case not in run("inbox").stdout
    assert run("case", "snooze", case, "--wake").exit_code == 0
    assert run("case", "assign", case).exit_code == 0
    assert "WHPG" in run("project", "list").stdout
    assert "First feedback" in run("sla", "status").stdout
    over = run("sla", "check")
    assert over.exit_code == Exit.BREACHED, "by this machine's clock, which is months ahead of that of the house"
    assert case in over.stdout
    assert case in run("embargo", "ics").stdout
    done = run("case", "export", case)
    assert done.exit_code == 0, done.stderr
    assert run("case", "verify", str(home / f"{case}.tar")).exit_code == 0
    missing = run("case", "export", "WHPG-2026-22222")
    assert missing.exit_code == Exit.NOT_FOUND
    assert not (home / "WHPG-2026-22222.tar").exists()


def test_a_last_act_is_taken_back_elsewhere(
    terminal: Terminal, case: str, signed_in: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("case", "assign", case).exit_code == 0
    told = run("case", "undo", case)
    assert told.exit_code == 0, told.stderr
    assert "taken back" in told.stdout
