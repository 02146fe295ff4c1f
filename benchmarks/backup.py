# SPDX-License-Identifier: Apache-2.0
"""How much memory a backup needs: `./bench backup [GB]` (2) makes an installation with that many gigabytes of sealed
attachments, and one with a hundredth of it, backs both up and tries both backups, each in a process of its own, and
prints the most memory that was resident. Goal: the large one takes at most 64 MB more."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.instance import Instance, make
from benchmarks.measure import ROOT, rows

FILE, GOAL = 50_000_000, 64.0
"""Bytes of one attachment, the most that one may have; megabytes."""


def fill(count: int) -> None:
    """Seal so many attachments of random bytes into the installation that the environment names."""
    from tocsin.boot.main import open_desk

    blobs = open_desk.front().blobs
    for _ in range(count):
        with blobs.create() as writer:
            for _ in range(FILE // 1_000_000):
                writer.write(os.urandom(1_000_000))
            writer.finish()


def run(made: Instance, *words: str) -> tuple[float, float, str]:
    """Run a process of the installation: megabytes resident at most, seconds of CPU, what it said."""
    environment = {**os.environ, **made.environment, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    with tempfile.TemporaryFile() as said:
        started = subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env=environment, stdout=said)
        _, status, used = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        assert started.returncode == 0, said.read().decode()
        said.seek(0)
        return used.ru_maxrss / 1000, used.ru_utime + used.ru_stime, said.read().decode()


def main(gigabytes: float) -> None:
    """Measure and print."""
    most: list[float] = []
    lines = []
    for size in (gigabytes / 100, gigabytes):
        with tempfile.TemporaryDirectory() as name:
            made = make(Path(name))
            run(made, "benchmarks.backup", "fill", str(max(1, round(size * 1e9 / FILE))))
            began = time.monotonic()
            resident, cpu, said = run(made, "tocsin.boot.main", "backup")
            assert "restore drill: good" in said, said
            (backup,) = (made.home / "data" / "backups").iterdir()
            stored = sum(each.stat().st_size for each in backup.iterdir()) / 1e9
            lines.append((size, stored, resident, cpu, time.monotonic() - began))
            most.append(resident)
    rows(("GB of attachments", "GB of backup", "MB resident at most", "CPU s", "wall s, drill included"), lines)
    more = most[1] - most[0]
    print(f"{gigabytes:g} GB take {more:+.0f} MB (goal <= {GOAL:g}) {'ok' if more <= GOAL else 'MISSED'}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["fill"]:
        fill(int(sys.argv[2]))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 2.0)
