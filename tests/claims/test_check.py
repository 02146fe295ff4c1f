# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tocsin.adapters.git.sources import MOST_SPOTS, GitSources
from tocsin.boot.main import Installation
from tocsin.delivery.cli import cli
from tocsin.services.claims import Checked, check

ENVIRONMENT = {
    **os.environ,
    **{f"GIT_{who}_{what}": "tester@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(where: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(where), *arguments], env=ENVIRONMENT, check=True, capture_output=True)
    return done.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two lines: on main a file has moved since 7.3."""
    where = tmp_path / "product"
    where.mkdir()
    git(where, "init", "-q", "-b", "main")
    source = where / "src" / "demo_ext.c"
    source.parent.mkdir()
    source.write_text("int\ndemo_decode(char *buf)\n{\n\treturn buf[payload_len];\n}\n")
    (where / "options.txt").write_text('{"enable-demo", 0}\n')
    git(where, "add", ".")
    git(where, "commit", "-qm", "first")
    git(where, "tag", "REL_7_3_1")
    git(where, "branch", "REL7_3_STABLE")
    (where / "contrib").mkdir()
    git(where, "mv", "src/demo_ext.c", "contrib/demo_ext.c")
    git(where, "commit", "-qm", "second")
    return where


def checked(repository: Path, text: str) -> dict[str, Checked]:
    return {each.value: each for each in check(text, GitSources(repository)).claims}


def asked(report: Path, repository: Path, *more: str) -> Result:
    return CliRunner().invoke(
        cli, ["claims", "check", str(report), "--repo", str(repository), *more], obj=Installation()
    )


def places(claim: Checked) -> list[tuple[str, str, int, bool]]:
    return [(each.ref, each.path, each.line, each.moved) for each in claim.found]


def test_a_file_is_found_where_it_is_and_where_it_moved(repository: Path) -> None:
    (claim,) = checked(repository, "src/demo_ext.c").values()
    assert places(claim) == [("main", "contrib/demo_ext.c", 0, True), ("REL7_3_STABLE", "src/demo_ext.c", 0, False)]


def test_a_line_is_shown_with_its_text_and_one_past_the_end_is_not_found(repository: Path) -> None:
    found = checked(repository, "demo_ext.c:4 and demo_ext.c:311")
    assert [each.text for each in found["demo_ext.c:4"].found] == ["return buf[payload_len];"] * 2
    assert not found["demo_ext.c:311"].found
    assert not any(each.moved for each in found["demo_ext.c"].found)


def test_a_symbol_is_found_in_every_line_or_in_none(repository: Path) -> None:
    found = checked(repository, "demo_decode() calls ws_frame_decode()")
    assert places(found["demo_decode"]) == [
        ("main", "contrib/demo_ext.c", 2, False), ("REL7_3_STABLE", "src/demo_ext.c", 2, False),
    ]  # fmt: skip
    assert not found["ws_frame_decode"].found


def test_commits_versions_and_options_are_looked_up(repository: Path) -> None:
    head = git(repository, "rev-parse", "--short=9", "HEAD")
    while not (set(head) & set("abcdef") and set(head) & set("0123456789")):
        git(repository, "commit", "-q", "--allow-empty", "-m", head)
        head = git(repository, "rev-parse", "--short=9", "HEAD")
    found = checked(repository, f"commit {head} or 0a1b2c3d4, release 7.3.1 or 7.3.9, with --enable-demo")
    assert found[head].found
    assert not found["0a1b2c3d4"].found
    assert [each.ref for each in found["7.3.1"].found] == ["REL_7_3_1"]
    assert not found["7.3.9"].found
    assert places(found["--enable-demo"])[0][:2] == ("main", "options.txt")


def test_a_frame_from_somebodys_machine_is_matched_by_the_end_of_its_path(repository: Path) -> None:
    (claim,) = [
        each
        for each in checked(repository, "#0  0x12 in demo_decode (b=0x1) at /home/me/src/demo_ext.c:4").values()
        if each.kind == "frame"
    ]
    assert ("REL7_3_STABLE", "src/demo_ext.c", 4, False) in places(claim)


def test_a_second_report_asks_git_only_for_what_is_new(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = GitSources(repository)
    first = check("nowhere_at_all() in src/demo_ext.c", sources)
    monkeypatch.setattr(GitSources, "_search", None)
    assert check("nowhere_at_all() in src/demo_ext.c", sources) == first


def test_the_command_prints_the_contract(repository: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text("demo_decode() in src/demo_ext.c:4\n")
    run = CliRunner().invoke(
        cli, ["claims", "check", str(report), "--repo", str(repository), "--json"], obj=Installation()
    )
    told = json.loads(run.output)["claims"]
    assert {(each["kind"], each["value"], each["line"]) for each in told} == {
        ("symbol", "demo_decode", 1), ("file", "src/demo_ext.c", 1), ("line", "src/demo_ext.c:4", 1),
    }  # fmt: skip
    assert all(each["found"] for each in told)
    assert "score" not in run.output


def test_a_repository_that_is_not_there_ends_with_five(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text("a_b.c\n")
    run = CliRunner().invoke(
        cli, ["claims", "check", str(report), "--repo", str(tmp_path / "none")], obj=Installation()
    )
    assert run.exit_code == 5


@pytest.mark.parametrize("seed", range(4))
def test_what_is_searched_once_for_lines_that_share_files_is_what_git_finds_in_each(tmp_path: Path, seed: int) -> None:
    """Every order of lines and names, with files moved, changed and copied between them."""
    chance, where = random.Random(seed), tmp_path / "product"
    where.mkdir()
    git(where, "init", "-q", "-b", "main")
    names, lines = ["alpha", "beta", "gamma", "alpha_two"], ["main"]
    for step in range(5):
        for _ in range(6):
            path = where / f"d{chance.randrange(3)}" / f"{chance.choice('abcde')}.c"
            path.parent.mkdir(exist_ok=True)
            path.write_text("\n".join(chance.choices([*names, "none", "xalpha"], k=chance.randrange(1, 6))) + "\n")
        git(where, "add", "-A")
        git(where, "commit", "-qm", f"step {step}", "--allow-empty")
        git(where, "branch", f"REL_{step}_STABLE")
        lines.append(f"REL_{step}_STABLE")
    sources = GitSources(where)
    for _ in range(12):
        line, asked = chance.choice(lines), chance.sample(names, chance.randrange(1, 4))
        found = sources.grep(line, asked)
        for name in asked:
            done = subprocess.run(
                ["git", "-C", str(where), "grep", "-nwF", "-e", name, line], capture_output=True, check=False
            ).stdout.decode()
            told = sorted((row.split(":")[1], int(row.split(":")[2])) for row in done.splitlines())
            assert [(spot.path, spot.line) for spot in found.get(name, ())] == told[:MOST_SPOTS]
