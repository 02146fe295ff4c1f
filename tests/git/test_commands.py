# SPDX-License-Identifier: Apache-2.0
"""`tocsin git facts` as it is measured, `tocsin lint leak` and the hooks, from a terminal without an installation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.git.conftest import Terminal
from tests.git.maker import Maker, fix, project
from tests.support import ROOT
from tocsin.delivery.cli.exits import Exit


@pytest.fixture
def made(tmp_path: Path) -> Maker:
    return project(tmp_path / "project")[0]


def test_the_contract_of_facts(tell: Terminal, made: Maker) -> None:
    mended = fix(made)
    made.switch("7.4")
    picked = made.pick(mended, "-x")
    made.tag("7.4.1")
    told = json.loads(
        tell.ok("git", "facts", "--repo", str(made.path), "--fix", mended[:10], "--lines", "7.*", "--json")
    )
    assert [line["line"] for line in told["lines"]] == ["7.4", "7.3"]
    first, second = told["lines"]
    assert {"line", "state", "fixed_in", "commit", "evidence"} <= first.keys()
    assert (first["state"], first["fixed_in"], first["commit"]) == ("fixed", "7.4.1", picked)
    assert (second["state"], second["fixed_in"], second["commit"]) == ("needs-backport", "", "")
    assert told["ranges"]["affected"] == ["6.29.0", "7.3.0", "7.4.0"]
    assert told["ranges"]["git"][0]["events"][0] == {"introduced": "0"}


def test_many_questions_are_answered_line_by_line_and_a_bad_one_stops_no_other(
    tell: Terminal, made: Maker, tmp_path: Path
) -> None:
    mended = fix(made)
    asked = tmp_path / "asked.jsonl"
    rows = [
        {"id": "a", "fix": mended},
        {"id": 7, "fix": "feedbeef"},
        {"fix": [mended], "lines": "7.4"},
        {"id": "x", "fxi": 1},
    ]
    asked.write_text("\n".join(json.dumps({"repo": str(made.path), **row}) for row in rows))
    result = tell("git", "facts", "--batch", str(asked))
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == Exit.FINDINGS
    assert [each["id"] for each in told] == ["a", 7, 3, 4]
    assert len(told[0]["lines"]) == 4
    assert "feedbeef is no commit" in told[1]["error"]
    assert [line["line"] for line in told[2]["lines"]] == ["7.4"]


def test_people_get_a_table_with_what_is_weak_marked(tell: Terminal, made: Maker) -> None:
    shown = tell.ok("git", "facts", "--repo", str(made.path), "--fix", fix(made))
    assert "needs-backport" in shown
    assert "EVIDENCE" in shown


def test_an_unknown_commit_and_a_missing_repository_are_not_found(tell: Terminal, made: Maker, tmp_path: Path) -> None:
    for words in (["--repo", str(made.path), "--fix", "feedbeef"], ["--repo", str(tmp_path / "no"), "--fix", "a"]):
        result = tell("git", "facts", *words)
        assert result.exit_code == Exit.NOT_FOUND
        assert result.stderr.startswith("tocsin: ")


def test_commits_that_tell_too_much_are_found(tell: Terminal, made: Maker) -> None:
    made.switch("fix-cve-2026-12345", "main")
    made.commit("Fix use-after-free in the decoder", {
        "src/a.c": "int a; // an attacker controls this\n", "tests/test_uaf.c": "void test_heap_overflow(void) {}\n"
    })  # fmt: skip
    result = tell(
        "lint", "leak", "--repo", str(made.path), "--range", "main..HEAD", "--branch", "fix-cve-2026-12345", "--json"
    )
    assert result.exit_code == Exit.FINDINGS
    places = {each["place"] for each in json.loads(result.stdout)}
    assert places == {"branch", "message", "comment", "test"}


def test_quiet_work_passes(tell: Terminal, made: Maker) -> None:
    made.switch("work/7.4-h3xq9c", "main")
    made.commit("Check the length of a frame before copying it", {"src/a.c": "int a; /* in bytes */\n"})
    assert (
        tell.ok("lint", "leak", "--repo", str(made.path), "--range", "main..HEAD", "--branch", "work/7.4-h3xq9c") == ""
    )


@pytest.mark.slow
def test_the_hooks_refuse_a_telling_message_and_let_a_quiet_one_through(
    tell: Terminal, made: Maker, tmp_path: Path
) -> None:
    tell.ok("fix", "hooks", "--repo", str(made.path))
    command = tmp_path / "bin" / "tocsin"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT / "src"} exec {sys.executable} -m tocsin.boot.main "$@"\n')
    command.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": str(tmp_path),
    }

    def commit(message: str) -> int:
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        words = ["git", *identity, "commit", "--allow-empty", "-q", "-m", message]
        return subprocess.run(words, cwd=made.path, env=environment, capture_output=True).returncode

    assert commit("Fix a remote code execution") != 0
    assert commit("Check a length") == 0


def test_a_hook_of_somebody_else_is_left_alone(tell: Terminal, made: Maker) -> None:
    hook = made.path / ".git" / "hooks" / "commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 0\n")
    assert tell("fix", "hooks", "--repo", str(made.path)).exit_code == Exit.CONFLICT
    assert hook.read_text() == "#!/bin/sh\nexit 0\n"
