# SPDX-License-Identifier: Apache-2.0
"""The command line: every move of a case from a terminal, JSON for programs, exit codes that say what happened."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tests.desk import story
from tests.services.acts import REPORT, act, report
from tocsin.core.case import commands as cmd
from tocsin.core.policy.facts import LineEvidence, LineFact
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import SYSTEM_ACTOR, Affectedness
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.here import Here
from tocsin.services import cases, room, worker
from tocsin.services.api_tokens import Caller
from tocsin.services.office import Office

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


def test_every_word_of_an_advisory_is_typed_at_the_terminal_and_what_is_not_given_stays(shell):
    case = report(shell.home).case
    url = "https://example.org/commit/1"
    walk(shell, case)
    shell.ok("advisory", "draft", case, "--title", "Out-of-bounds read", "--impact", "Memory is read.", "--detection",
             "Look into the log.", "--required-configuration", "demo_ext is on.", "--upgrade", "Restart.",
             "--cwe", "CWE-125", "--cwe", "CWE-200", "--reference", "fix", url)  # fmt: skip
    shell.ok("advisory", "draft", case, "--summary", "Memory can be read.", "--cwe", "CWE-125")
    draft = json.loads(shell.ok("case", "view", case, "--json"))["advisory"]["draft"]
    typed = ("title", "summary", "impact", "detection", "required_configuration", "upgrade", "cwe")
    assert [draft[each] for each in typed] == [
        "Out-of-bounds read", "Memory can be read.", "Memory is read.", "Look into the log.", "demo_ext is on.",
        "Restart.", ["CWE-125"],
    ]  # fmt: skip
    assert [(each["type"], each["url"]) for each in draft["references"]] == [("fix", url)]
    assert shell("advisory", "draft", case, "--reference", "patch", url).exit_code == Exit.USAGE


def test_who_accepts_leads_and_the_case_says_until_when_it_is_secret_and_how_each_line_stands(shell):
    receipt = report(shell.home)
    case, door = receipt.case, room.enter(shell.home.front, receipt.phrase)
    shell.ok("case", "reply", case, "Thank you.", "--plan", "We look.", "--workarounds", "Turn it off.")
    shell.ok("case", "investigate", case, "--effect", "Reads memory", "--criticality", "high")
    assert "no lead" in shell.ok("case", "view", case)
    assert "you lead it" in shell.ok("case", "accept", case, "--text", "It is real.")
    assert "you lead it" not in shell.ok("case", "accept", case, "--text", "It is real.")
    shell.ok("case", "lines", case, "7.4=fixed:7.4.2:tested", "7.3=fixed:7.3.4", "6.29=not-affected")
    room.leave(
        shell.home.front, door, cmd.ProposeEmbargo(proposal="prp_1", ends_at=datetime(2026, 3, 17, 15, tzinfo=UTC))
    )
    worker.run_once(shell.home.desk)
    shell.ok("embargo", "accept", case)
    shown = shell.ok("case", "view", case)
    assert "lead Dana" in shown
    assert "EMBARGO until Tue 2026-03-17 15:00 UTC (in " in shown
    assert "advisory WHPG-SA-2026-001" in shown
    assert "lines 7.4 fixed in 7.4.2 · 7.3 fixed in 7.3.4, not tested · 6.29 not-affected" in shown
    shell("embargo", "lift", case, "--why", "early", "--reason", "The mitigation is ready.")
    assert "waits for a second person: early disclosure, asked by Dana" in shell.ok("case", "view", case)
    shell.ok("case", "observe", case, "--bit", "P", "--note", "A blog.")
    assert "PUBLIC" in shell.ok("case", "view", case).splitlines()


def stand(shell, case):
    return {each["line"]: each for each in json.loads(shell.ok("case", "view", case, "--json"))["lines"]}


def test_a_line_that_is_not_named_stays_and_one_can_be_waived_or_removed(shell):
    case = report(shell.home).case
    shell.ok("case", "lines", case, *LINES)
    shell.ok("case", "lines", case, "7.3=affected", "--waiver", "It ends this month.", "--reason", "No fix for 7.3.")
    lines = stand(shell, case)
    assert (lines["7.4"]["fixed_in"], lines["7.4"]["tested"]) == ("7.4.2", True)
    assert (lines["7.3"]["fixed_in"], lines["7.3"]["tested"]) == ("", False), "an affected line is not fixed any more"
    assert (lines["7.3"]["waiver"], lines["7.3"]["waived_by"]) == ("It ends this month.", shell.home.dana)
    shell.ok("case", "lines", case, "7.4=fixed:7.4.3", "7.3=")
    assert {name: each["fixed_in"] for name, each in stand(shell, case).items()} == {"7.4": "7.4.3", "6.29": ""}
    assert not stand(shell, case)["7.4"]["tested"], "7.4.2 was tested, 7.4.3 was not"
    for wrong in ("7.3=", "7.4", "7.4=mended"):
        assert shell("case", "lines", case, wrong).exit_code == 2


def test_lines_that_somebody_else_set_meanwhile_are_not_put_back(shell, capsys):
    case = report(shell.home).case
    shell.ok("case", "lines", case, *LINES)
    at = Here(Office(shell.home.desk, Caller(person=shell.home.dana)))
    read = at.case(case).lines
    shell.ok("case", "lines", case, "7.3=affected", person="li@example.org")
    with pytest.raises(SystemExit) as ended:
        at.move(case, "set-lines", {"lines": [msgspec.structs.asdict(each) for each in read]})
    assert ended.value.code == Exit.CONFLICT
    assert "changed while you were looking" in capsys.readouterr().err
    assert stand(shell, case)["7.3"]["state"] == "affected"


def test_what_git_found_on_a_line_stays_when_its_state_is_typed(shell):
    case = report(shell.home).case
    found = LineEvidence(rule="ancestor", says="9f31c02 is on it", commit="9f31c02")
    line = LineFact(line="7.4", state=Affectedness.AFFECTED, evidence=(found,))
    act(shell.home, case, cmd.SetLines(lines=(line, LineFact(line="7.3"))))
    shell.ok("case", "lines", case, "7.4=fixed:7.4.2")
    opened = cases.open_case(shell.home.desk, case, SYSTEM_ACTOR, "test")
    assert opened.case.lines[0].evidence == (found,)


def test_the_author_is_me_and_does_not_confirm_their_own_fix(shell):
    case = report(shell.home).case
    walk(shell, case)
    shell.ok("case", "fix", case, "--author", "me", "--reference", "0a1b2c3")
    assert json.loads(shell.ok("case", "view", case, "--json"))["fix"]["author"]["name"] == "Dana"
    assert shell("case", "confirm-fix", case).exit_code == 7
    shell.ok("case", "confirm-fix", case, person="li@example.org")


def test_words_that_come_after_an_acceptance_are_not_lost_in_silence(shell):
    case = report(shell.home).case
    walk(shell, case)
    assert "your words were not sent" in shell.ok("case", "accept", case, "--text", "It is real after all.")


def test_a_published_case_is_still_called_by_its_last_letters_and_closes_with_an_outcome_of_the_policy(shell):
    case = report(shell.home).case
    walk(shell, case)
    shell.together(case, "advisory", "publish", case, "--confirm", "WHPG-SA-2026-001")
    worker.run_once(shell.home.desk)
    short = case[-5:]
    shell.ok("case", "record", short, "retrospective", "--note", "It went well.")
    refused = shell("case", "close", short, "--outcome", "fixed")
    assert (refused.exit_code, "  - advisory" in refused.stderr) == (7, True)
    assert "closed" in shell.ok("case", "close", short, "--outcome", "advisory")


def test_the_inbox_is_the_default_and_its_rows_are_names(shell):
    case = report(shell.home).case
    assert case in shell.ok()
    assert case in shell.ok("case", "view", "1")
    assert case in shell.ok("case", "view", case[-5:])
    for row in ("2", "\N{SUPERSCRIPT TWO}", "9" * 5000):
        assert shell("case", "view", row).exit_code == 5


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


def test_files_of_the_report_and_of_messages_are_listed_with_the_ids_that_contents_asks_for(shell, tmp_path):
    (tmp_path / "poc.bin").write_bytes(b"\x00" * 1000)
    receipt = json.loads(shell.ok("report", "new", "-p", "warehousepg", "--title", "A crash", "--reproduce", "Run it.",
                                  "--version", "7.3.1", "--attach", str(tmp_path / "poc.bin"), "--json"))  # fmt: skip
    given, door = story.file(shell.home, "more\x1b.txt"), room.enter(shell.home.front, receipt["phrase"])
    assert door
    room.leave(shell.home.front, door, cmd.Hear(text="And this.", attachments=(given,)))
    worker.run_once(shell.home.desk)
    shown = shell.ok("case", "view", receipt["case"])
    view = json.loads(shell.ok("case", "view", receipt["case"], "--json"))
    (one,) = view["report"]["files"]
    assert f"  Files: poc.bin (1.0 KB) {one['id']}\n" in shown
    assert f"  And this.\n  Files: more\\x1b.txt ({given.size} B) {given.blob}\n" in shown


def test_an_unknown_project_is_told_and_not_taken_for_one_where_nothing_waits(shell):
    assert shell.ok("inbox", "-p", "warehousepg") == "Needs us: nothing.\n"
    for more in ((), ("--digest",), ("--json",), ("--find", "overflow")):
        told = shell("inbox", "-p", "warehouspg", *more)
        assert (told.exit_code, told.stdout) == (5, "")
        assert "there is no project warehouspg" in told.stderr


@pytest.mark.parametrize("words", ["duty show", "intake show", "webhook list", "distributor list", "project archive"])
def test_a_project_that_is_not_there_is_called_a_project(shell, words):
    told = shell(*words.split(), "warehouspg")
    assert (told.exit_code, told.stderr) == (5, "refused: There is no such project. (access)\n")


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
