# SPDX-License-Identifier: Apache-2.0
"""The command line: every move of a case from a terminal, JSON for programs, exit codes that say what happened."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.services.acts import REPORT, report
from tocsin.core.policy.seeds import seed
from tocsin.services import worker

LINES = ("7.4=fixed:7.4.2:tested", "7.3=fixed:7.3.4:tested", "6.29=not-affected")


def walk(shell, case):
    """Take a reported case to the point where it can be published."""
    shell.ok("case", "reply", case, "Thank you.", "--plan", "We look.", "--workarounds", "Turn it off.")
    shell.ok(
        "case",
        "investigate",
        case,
        "--effect",
        "Reads memory",
        "--criticality",
        "high",
        "--versions",
        "7.x",
        "--cwe",
        "CWE-125",
    )
    shell.ok("case", "accept", case, "--text", "It is real.")
    shell.ok("case", "score", case, "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H")
    shell.ok("case", "lines", case, *LINES)
    shell.ok("case", "fix", case, "--author", "dana", "--reference", "9f31c02")
    shell.ok("case", "confirm-fix", case, person="li@example.org")
    shell.ok("advisory", "draft", case, "--title", "Out-of-bounds read", "--summary", "Memory can be read.",
             "--details", "No length check.", "--mitigation", "Turn it off.")  # fmt: skip


def test_a_case_is_published_from_the_terminal(shell):
    receipt = json.loads(shell.ok("report", "new", "-p", "warehousepg", "--title", "Out-of-bounds read", "--reproduce",
                                  "Call it.", "--version", "7.3.1", "--json"))  # fmt: skip
    assert len(receipt["phrase"].split()) == 7
    walk(shell, receipt["case"])
    assert json.loads(shell.ok("advisory", "check", receipt["case"], "--json"))["problems"] == []
    early = shell("advisory", "diff", receipt["case"])
    assert (early.exit_code, "not published yet" in early.stderr) == (5, True)
    shell.together(receipt["case"], "advisory", "publish", receipt["case"], "--confirm", "WHPG-SA-2026-001")
    worker.run_once(shell.home.desk)
    assert "WHPG-SA-2026-001" in shell.ok("advisory", "list")
    shell.ok("advisory", "draft", receipt["case"], "--summary", "Any memory can be read.")
    changed = shell.ok("advisory", "diff", receipt["case"], "--format", "markdown").splitlines()
    assert {"-Memory can be read.", "+Any memory can be read."} <= set(changed)
    assert not [line for line in changed if line[:1] in "-+" and "No length check." in line]
    assert shell("advisory", "diff", receipt["case"], "--format", "runes").exit_code == 5
    assert json.loads(shell.ok("verify", "--json"))["findings"] == []


def test_the_inbox_is_the_default_and_its_rows_are_names(shell):
    case = report(shell.home).case
    assert case in shell.ok()
    assert case in shell.ok("case", "view", "1")
    assert case in shell.ok("case", "view", case[-5:])
    assert shell("case", "view", "2").exit_code == 5


def test_the_digest_for_a_desktop_has_numbers_and_no_word_of_a_case(shell):
    assert shell.ok("inbox", "--digest") == ""
    made = [report(shell.home) for _ in range(2)]
    shell.home.clock.advance(timedelta(days=9))
    report(shell.home)
    (line,) = shell.ok("inbox", "--digest").splitlines()
    assert line.startswith("Needs us: 3 waiting, 2 over, next due in ")
    assert not any(each.case in line for each in made)
    assert REPORT.title not in line


def test_cases_are_found_by_words_in_a_process_that_has_just_begun(shell):
    case = report(shell.home).case
    for words in (REPORT.title, "short buffer", case, case[-5:].upper()):
        assert case in shell.ok("inbox", "--find", words)
    assert shell.ok("inbox", "--find", "zebra") == "Found: nothing.\n"


@pytest.mark.parametrize("command", [("inbox",), ("people", "list"), ("advisory", "list"), ("verify",)])
def test_every_reading_command_speaks_json(shell, command):
    report(shell.home)
    json.loads(shell.ok(*command, "--json"))


def test_reading_a_case_as_json_shows_no_key_of_an_attachment(shell, tmp_path):
    (tmp_path / "poc.bin").write_bytes(b"\x00" * 1000)
    receipt = json.loads(shell.ok("report", "new", "-p", "warehousepg", "--title", "A crash", "--reproduce", "Run it.",
                                  "--version", "7.3.1", "--attach", str(tmp_path / "poc.bin"), "--json"))  # fmt: skip
    view = shell.ok("case", "view", receipt["case"], "--json")
    assert json.loads(view)["report"]["files"][0]["name"] == "poc.bin"
    assert '"key"' not in view


def test_what_the_policy_refuses_ends_with_7_and_names_the_line(shell):
    case = report(shell.home).case
    refused = shell("case", "accept", case)
    assert refused.exit_code == 7
    assert "SECURITY.md:" in refused.stderr


def test_a_case_that_may_not_be_known_ends_like_one_that_is_not_there(shell):
    case = report(shell.home).case
    shell.ok("people", "add", "Eve", "eve@example.org", "--role", "example:owner")
    unknown = shell("case", "view", "WHPG-2026-zzzzz", person="eve@example.org")
    foreign = shell("case", "view", case, person="eve@example.org")
    assert (foreign.exit_code, foreign.stderr) == (unknown.exit_code, unknown.stderr)
    assert foreign.exit_code == 5


def test_somebody_has_to_be_named_when_there_are_several(shell):
    assert shell("inbox", person="").exit_code == 4
    assert shell("inbox", person="nobody@example.org").exit_code == 4


def test_foreign_text_sends_nothing_to_the_terminal(shell):
    shell.ok(
        "report",
        "new",
        "-p",
        "warehousepg",
        "--title",
        "Evil \x1b[2J \u202etitle",
        "--reproduce",
        "x\x07y",
        "--version",
        "1",
    )
    shown = shell.ok("inbox") + shell.ok("case", "view", "1")
    assert not [c for c in shown if (ord(c) < 32 and c != "\n") or c in "\u202e\x9b"]


def test_advisory_ids_are_asked_for_before_publishing(shell):
    case = report(shell.home).case
    walk(shell, case)
    wrong = shell("advisory", "publish", case, given="yes\n")
    assert wrong.exit_code == 7
    shell.together(case, "advisory", "publish", case, given="WHPG-SA-2026-001\n")


def test_every_document_can_be_written_before_it_is_published(shell, tmp_path):
    case = report(shell.home).case
    walk(shell, case)
    shell.ok("advisory", "preview", case, "--out", str(tmp_path))
    assert {each.stat().st_mode & 0o077 for each in tmp_path.rglob("*") if each.is_file()} == {0}, "for oneself alone"
    assert {path.suffix for path in tmp_path.rglob("*")} >= {".json", ".txt", ".md"}


def test_scores_need_no_installation():
    script = "import sys; sys.modules['django'] = None; from tocsin.delivery.cli import cli; cli()"
    vectors = "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H\nCVSS:3.1/AV:N\n"
    done = subprocess.run(
        [sys.executable, "-c", script, "cvss", "calc", "--stdin", "--json"],
        input=vectors,
        capture_output=True,
        text=True,
    )
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["score"], first["rating"]) == (8.8, "High")
    assert "error" in second
    assert done.returncode == 3


def test_a_one_time_link_is_printed(shell):
    assert shell.ok("people", "link", "li@example.org").startswith("https://desk.example.org/sign-in/")


def test_a_policy_is_put_in_force_and_a_new_project_made_from_the_terminal(shell, tmp_path):
    text = seed("warehousepg") or ""
    (tmp_path / "faster.toml").write_text(text.replace('within = "3 business days"', 'within = "1 business day"'))
    assert "in force" in shell.ok("policy", "adopt", str(tmp_path / "faster.toml"))
    assert len(shell.home.desk.projects.history("warehousepg")) == 2
    other = text.replace('id = "warehousepg"', 'id = "other"').replace('prefix = "WHPG"', 'prefix = "OTH"')
    (tmp_path / "other.toml").write_text(other)
    assert "OTH" in shell.ok("policy", "adopt", str(tmp_path / "other.toml"), "--owner", "ada@example.org")
    ada = next(p for p, _ in shell.home.desk.people.members("other"))
    assert ada.email == "ada@example.org"


def test_somebody_without_the_role_puts_no_policy_in_force(shell, tmp_path):
    shell.ok("people", "add", "Tri", "tri@example.org", "--role", "warehousepg:triager")
    (tmp_path / "same.toml").write_text(seed("warehousepg") or "")
    assert shell("policy", "adopt", str(tmp_path / "same.toml"), person="tri@example.org").exit_code == 7


def test_every_promise_of_a_case_explains_itself(shell):
    case = report(shell.home).case
    told = shell.ok("policy", "explain", case)
    assert "SECURITY.md:23" in told
    assert "3 business days" in told
