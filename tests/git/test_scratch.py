# SPDX-License-Identifier: Apache-2.0
"""No source under embargo stays where a process was killed, and none is taken from a process that lives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.git.maker import project
from tests.support import ROOT
from tocsin.adapters.git import GitRepository, scratch

READING = """
import sys
from pathlib import Path
from tocsin.adapters.git import GitRepository
from tocsin.adapters.git.sandbox import Bubblewrap

repository = GitRepository(Path(sys.argv[1]))
with Bubblewrap().bench(repository, "main") as bench:
    print(repository.reader, bench.work, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


@contextmanager
def reading(source: Path) -> Iterator[tuple[subprocess.Popen[str], Path, Path]]:
    """A process that reads a project, and has a checkout of it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": tempfile.gettempdir()}
    words = [sys.executable, "-c", READING, str(source)]
    with subprocess.Popen(words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        reader, work = process.stdout.readline().split()
        try:
            yield process, Path(reader), Path(work)
        finally:
            process.kill()


def aged(*places: Path) -> None:
    for each in places:
        os.utime(each, (0, 0))


def test_what_a_killed_process_left_is_removed_by_the_next_that_needs_room(tmp_path: Path) -> None:
    made = project(tmp_path / "project")[0]
    with reading(made.path) as (process, reader, work):
        assert (work / "src" / "decoder.c").exists()
        aged(reader, work.parent)
        assert scratch.clear() == 0, "it is alive, and holds them"
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert work.exists(), "a killed process cleans nothing up"
        own = GitRepository(made.path).reader
    assert not reader.exists()
    assert not work.parent.exists()
    assert list(Path(tempfile.gettempdir()).iterdir()) in ([], [own])


def test_a_process_that_ends_leaves_nothing(tmp_path: Path) -> None:
    with reading(project(tmp_path / "project")[0].path) as (process, _, _):
        assert process.stdin
        process.stdin.close()
        assert process.wait() == 0
    assert not list(Path(tempfile.gettempdir()).iterdir())


def test_what_is_young_a_file_or_a_link_elsewhere_is_left_alone(tmp_path: Path) -> None:
    base, precious = Path(tempfile.gettempdir()), tmp_path / "precious"
    precious.mkdir()
    (base / f"{scratch.PREFIX}young").mkdir()
    (base / f"{scratch.PREFIX}file").touch()
    (base / f"{scratch.PREFIX}link").symlink_to(precious)
    (base / "another").mkdir()
    aged(base / f"{scratch.PREFIX}file", base / "another", precious)
    os.utime(base / f"{scratch.PREFIX}link", (0, 0), follow_symlinks=False)
    assert scratch.clear() == 0
    assert precious.exists()
    assert len(list(base.iterdir())) == 4
