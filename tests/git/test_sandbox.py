# SPDX-License-Identifier: Apache-2.0
"""The sandbox: what runs in it reaches nothing, and a fix is proven line by line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.git.maker import Maker, fix, project
from tocsin.adapters.git import GitRepository
from tocsin.adapters.git.sandbox import Bubblewrap, Checkout, Limits
from tocsin.core.policy.facts import LineFact
from tocsin.services.proof_of_fix import Plan, prove

NOW = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture
def made(tmp_path: Path) -> Maker:
    return project(tmp_path / "project")[0]


@pytest.fixture
def checkout(sandbox: Bubblewrap, made: Maker):
    with sandbox.bench(GitRepository(made.path), "main") as bench:
        yield bench


def test_a_command_sees_a_clean_checkout_it_may_write_into(checkout: Checkout) -> None:
    ended = checkout.run(["cat", "src/decoder.c"])
    assert ended.status == 0
    assert b"largest_frame" in ended.log
    assert checkout.run(["touch", "built"]).status == 0
    assert checkout.run(["test", "-e", "built"]).status == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["sh", "-c", "exec 3<>/dev/tcp/127.0.0.1/80"],
        ["python3", "-c", "import socket; socket.create_connection(('192.0.2.1', 80), 1)"],
        ["test", "-e", str(Path.home())],
        ["test", "-e", "/home"],
        ["test", "-e", "/var"],
        ["touch", "/usr/x"],
        ["touch", "/reproducer/x"],
        ["sh", "-c", 'test -n "$TOCSIN_SECRET"'],
    ],
)
def test_nothing_outside_is_reached(checkout: Checkout, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_SECRET", "here")
    assert checkout.run(command).status != 0


def test_outside_the_sandbox_the_same_would_be_reached() -> None:
    """The control: these places are there."""
    assert Path("/var").exists()
    assert (
        subprocess.run(["sh", "-c", 'test -n "$TOCSIN_SECRET"'], env={**os.environ, "TOCSIN_SECRET": "x"}).returncode
        == 0
    )


def test_time_and_memory_are_limited(sandbox: Bubblewrap, made: Maker) -> None:
    if shutil.which("python3", path="/usr/bin:/bin") is None:
        pytest.skip("needs the system's python3 inside the sandbox")
    tight = Bubblewrap(Limits(seconds=1, memory_mb=256))
    with tight.bench(GitRepository(made.path), "main") as bench:
        assert bench.run(["sleep", "600"]).late
        assert bench.run(["python3", "-c", "x = bytearray(1 << 30)"]).status != 0


def test_a_checkout_runs_no_filter_and_keeps_links_as_links(sandbox: Bubblewrap, made: Maker, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    made.write(".gitattributes", "*.c filter=evil\n")
    made.git("config", "filter.evil.smudge", f"touch {canary}; cat")
    (made.path / "passwords").symlink_to("/etc/hostname")
    made.commit("Add a link", {})
    canary.unlink(missing_ok=True)
    with sandbox.bench(GitRepository(made.path), "main") as bench:
        assert bench.run(["test", "-L", "passwords"]).status == 0
        assert bench.run(["cat", "passwords"]).status != 0
    assert not canary.exists()


def test_a_missing_sandbox_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "bubblewrap" in Bubblewrap().missing()


def proven(sandbox: Bubblewrap, made: Maker, lines: dict[str, str]) -> dict[str, str]:
    """Prove each line's commit with a reproducer that looks for the check; what was wrong, by line."""
    plan = Plan(reproducer=("grep", "-q", "wanted > length", "src/decoder.c"), build=("test", "-s", "src/decoder.c"))
    facts = [LineFact(line=line, commit=commit) for line, commit in lines.items()]
    found = prove(sandbox, GitRepository(made.path), facts, plan, lambda: NOW, 2)
    return {proof.line: proof.why for proof in found}


def test_a_backport_that_compiles_and_does_not_fix_is_caught(sandbox: Bubblewrap, made: Maker) -> None:
    mended = fix(made)
    made.switch("7.4")
    good = made.pick(mended, "-x")
    made.switch("7.3")
    text = (made.path / "src" / "decoder.c").read_text()
    wrong = made.commit("Check the length of a frame before copying it", {"src/decoder.c": text + "/* checked */\n"})
    assert proven(sandbox, made, {"main": mended, "7.4": good, "7.3": wrong}) == {
        "main": "",
        "7.4": "",
        "7.3": "the fault is still there: the reproducer ended with 1 with the fix",
    }


def test_a_reproducer_that_never_fails_proves_nothing(sandbox: Bubblewrap, made: Maker) -> None:
    mended = fix(made)
    plan = Plan(reproducer=("true",))
    (proof,) = prove(sandbox, GitRepository(made.path), [LineFact(line="main", commit=mended)], plan, lambda: NOW, 1)
    assert proof.why == "the reproducer does not show the fault without the fix"
    assert not proof.test.passed
    assert proof.test.log_sha256
    assert sys.platform == "linux"
