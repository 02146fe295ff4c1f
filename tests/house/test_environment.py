# SPDX-License-Identifier: Apache-2.0
"""`./tocsin` on a machine that has never seen it. The locks are empty here, so nothing is fetched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

pytestmark = pytest.mark.slow

PROGRAM = "import json, sys\n\n\ndef main():\n    print(json.dumps(sys.argv[1:]))\n    return 3\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the real scripts, empty locks, and a program that says what it was asked."""
    root = tmp_path / "a checkout"
    (root / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "tocsin", root)
    for name in ("environment.sh", "environment.py"):
        shutil.copy(ROOT / "requirements" / name, root / "requirements")
    for lock in ("runtime", "postgres", "dev"):
        (root / "requirements" / f"{lock}.txt").write_text("# nothing\n")
    boot = root / "src" / "tocsin" / "boot"
    boot.mkdir(parents=True)
    (boot / "main.py").write_text(PROGRAM)
    return root


def start(root: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    environ = {"PATH": os.environ["PATH"], "HOME": str(root), "PYTHON": sys.executable, **variables}
    return subprocess.Popen(
        [root / "tocsin", *arguments],
        env=environ,
        cwd="/",
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_the_first_start_makes_the_environment_and_the_next_only_starts(checkout: Path) -> None:
    status, out, err = finish(start(checkout, "case", "two words", ""))
    assert (status, out) == (3, '["case", "two words", ""]\n'), err
    assert "setting up" in err
    assert finish(start(checkout)) == (3, "[]\n", "")


def test_a_changed_lock_is_taken_up(checkout: Path) -> None:
    finish(start(checkout))
    (checkout / "requirements" / "runtime.txt").write_text("# something else\n")
    assert "setting up" in finish(start(checkout))[2]
    assert finish(start(checkout))[2] == ""


def test_a_checkout_that_moved_runs_its_own_code(checkout: Path) -> None:
    finish(start(checkout))
    moved = checkout.with_name("elsewhere")
    shutil.copytree(checkout, moved, symlinks=True)
    (moved / "src" / "tocsin" / "boot" / "main.py").write_text(PROGRAM.replace("sys.argv[1:]", "'moved'"))
    assert finish(start(moved))[1] == '"moved"\n'


def test_two_first_starts_at_once_make_one_environment(checkout: Path) -> None:
    both = [finish(each) for each in [start(checkout, "a"), start(checkout, "b")]]
    assert [out for _, out, _ in both] == ['["a"]\n', '["b"]\n']
    assert sum("setting up" in err for _, _, err in both) == 1


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_start_that_was_cut_off_is_made_good_by_the_next(checkout: Path, end: signal.Signals) -> None:
    first = start(checkout)
    assert "setting up" in first.stderr.readline()
    os.killpg(first.pid, end)
    assert finish(first)[0] != 0
    status, out, err = finish(start(checkout, "again"))
    assert (status, out) == (3, '["again"]\n'), err


def test_a_place_that_is_somebody_elses_is_left_alone(checkout: Path, tmp_path: Path) -> None:
    place = tmp_path / "documents"
    place.mkdir()
    (place / "letter").write_text("dear")
    status, out, err = finish(start(checkout, TOCSIN_VENV=str(place)))
    assert (status, out) == (1, "")
    assert "name another place in TOCSIN_VENV" in err
    assert [path.name for path in place.iterdir()] == ["letter"]


def test_without_a_fit_python_it_says_what_to_install(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("sh", "dirname", "cksum"):
        (tools / tool).symlink_to(shutil.which(tool))
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tools / "python3").chmod(0o755)
    status, out, err = finish(start(checkout, PATH=str(tools), PYTHON=""))
    assert (status, out) == (1, "")
    assert "needs Python 3.11 or newer" in err
    assert "apt-get install python3 python3-venv" in err
