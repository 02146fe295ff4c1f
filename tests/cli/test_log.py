# SPDX-License-Identifier: Apache-2.0
"""`tocsin log` and `tocsin witness`: what they write, and how they end."""

from __future__ import annotations

import json

import pytest

from tests.cli.test_commands import walk
from tests.services.acts import report
from tests.services.test_witness import Pair
from tocsin.services import worker


def settle(home) -> None:
    while not worker.run_once(home.desk).idle:
        pass


def test_a_log_is_written_out_and_checked(shell, tmp_path):
    report(shell.home)
    settle(shell.home)
    file, kept = tmp_path / "log.jsonl", tmp_path / "kept.txt"
    shell.ok("log", "export", "--out", str(file))
    kept.write_text(shell.ok("log", "checkpoint"), encoding="utf-8")
    key = json.loads(shell.ok("log", "checkpoint", "--json"))["key"]
    assert "2 entries" in shell.ok("log", "verify", str(file), "--key", key, "--seen", str(kept))
    assert shell.ok("log", "export") == file.read_text(encoding="utf-8")
    assert set(tmp_path.iterdir()) == {file, kept}


def test_a_bad_file_ends_with_1_and_an_unreadable_one_with_2(shell, tmp_path):
    report(shell.home)
    settle(shell.home)
    file = tmp_path / "log.jsonl"
    file.write_text(shell.ok("log", "export").replace('"index":1', '"index":2'), encoding="utf-8")
    bad = shell("log", "verify", str(file))
    assert bad.exit_code == 1
    assert "first bad entry 1" in bad.stdout
    assert shell("log", "verify", str(tmp_path / "nowhere")).exit_code == 2


def test_an_empty_log_has_nothing_to_write(shell):
    assert shell("log", "export").exit_code == 7
    assert shell("log", "checkpoint").exit_code == 5


def test_a_published_case_has_a_timeline_that_says_when_and_not_what(shell, tmp_path):
    case = report(shell.home).case
    assert shell("log", "timeline", case).exit_code == 7
    walk(shell, case)
    shell.together(case, "advisory", "publish", case, "--confirm", "WHPG-SA-2026-001")
    settle(shell.home)
    file = tmp_path / "timeline.jsonl"
    shell.ok("log", "timeline", case, "--out", str(file))
    assert "entries proven" in shell.ok("log", "verify", str(file))
    said = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    told = [json.loads(each["text"]) for each in said]
    names = [each["what"] for each in told]
    assert names[0] == "report.received"
    assert "advisory.published" in names
    assert not {"message.sent", "case.assigned", "advisory.drafted"} & set(names)
    assert {each["by"] for each in told} <= {"person", "reporter", "clock", "system"}
    assert "dana" not in file.read_text(encoding="utf-8").casefold()


def test_looks_are_listed_for_those_who_may_read_the_case(shell):
    case = report(shell.home).case
    assert json.loads(shell.ok("log", "reads", case, "--json")) == []
    assert shell("log", "reads", "WHPG-2026-zzzzz").exit_code == 5


def test_a_witness_ends_with_0_3_and_9(shell, tmp_path):
    pair, url = Pair(), "https://security.example.org"
    assert shell("witness", url).exit_code == 9
    pair.grow()
    shell.home.far.reach = pair.serve
    out = tmp_path / "cosigned.txt"
    assert "has 2 entries" in shell("witness", url, "--out", str(out)).stderr
    assert out.read_text(encoding="utf-8").count("\u2014 ") == 2
    pair.grow()
    assert json.loads(shell.ok("witness", url, "--json"))["before"] == 2
    pair.log.store.log.tables.notes.pop(4)
    forked = shell("witness", url)
    assert forked.exit_code == 3
    assert forked.stderr.count("security.example.org/log\n4\n") == 1
    assert forked.stderr.count("security.example.org/log\n2\n") == 1


def test_a_falsified_log_makes_verify_end_with_3(shell):
    report(shell.home)
    settle(shell.home)
    assert shell("verify").exit_code == 0
    shell.home.store.log.tables.leaves[0] = b"\x00" * 32
    ended = shell("verify")
    assert ended.exit_code == 3
    assert "log: " in ended.stdout


@pytest.mark.parametrize("command", [("log", "checkpoint"), ("log", "export")])
def test_what_is_written_is_utf8_with_plain_line_ends(shell, command):
    report(shell.home)
    settle(shell.home)
    assert "\r" not in shell.ok(*command)
