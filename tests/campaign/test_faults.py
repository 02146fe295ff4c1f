# SPDX-License-Identifier: Apache-2.0
"""Every n-th write or fsync fails, the disk is full from some write on, or the process is killed at one: a report that
was acknowledged is there afterwards, and the next start finds a sound database.

strace(1) injects the faults into the system calls of a process that takes reports; nothing of the product is patched.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import chain
from pathlib import Path
from random import Random

import pytest

from tests.support import ROOT

STRACE = shutil.which("strace")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("durability"),
    pytest.mark.skipif(STRACE is None, reason="needs strace, of the Debian package of that name"),
]
REPORTS = 8

EVERY = [
    *(f"{call}:error=EIO:when={n}+{n}" for call in ("fsync", "fdatasync", "pwrite64") for n in range(2, 15)),
    *(f"pwrite64:error=ENOSPC:when={n}+" for n in range(3, 60, 3)),
    *(f"{call}:signal=KILL:when={n}" for call in ("fsync", "fdatasync") for n in range(1, 20)),
    *(f"pwrite64:signal=KILL:when={n}" for n in range(1, 80)),
]
SAMPLE = 5


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation without cases."""
    home = tmp_path_factory.mktemp("faults") / "fresh"
    policy = str(ROOT / "examples" / "policies" / "warehousepg.toml")
    made = [sys.executable, "-m", "tocsin.boot.main", "init", "--dir", str(home), "--policy", policy]
    subprocess.run(made, check=True, env=environment(home), cwd=ROOT, stdout=subprocess.DEVNULL)
    return home


def environment(home: Path) -> dict[str, str]:
    paths = {
        "TOCSIN_CONFIG": str(home / "tocsin.toml"),
        "TOCSIN_DATA": str(home / "data"),
        "TOCSIN_KEYS": str(home / "keys"),
    }
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **paths}


def taken(fresh: Path, home: Path, fault: str, *more: str) -> tuple[list[str], list[str]]:
    """Take reports under a fault: which were acknowledged, and which of these are not there afterwards."""
    shutil.copytree(fresh, home)
    command = [str(STRACE), "-f", "-qq", "-o", os.devnull, "-e", f"inject={fault}", sys.executable]
    command += ["-m", "tests.campaign.reports", str(REPORTS), "FULL", *more]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(home), cwd=ROOT, check=False)
    acknowledged = [line.split()[1] for line in done.stdout.splitlines() if line.startswith(("ACK ", "START "))]
    with closing(sqlite3.connect(home / "data" / "tocsin.db")) as found:
        assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",), fault
        there = {ref for (ref,) in found.execute("SELECT case_id FROM tocsin_journal WHERE seq = 1")}
        there &= {ref for (ref,) in found.execute("SELECT case_id FROM tocsin_case_key")}
    return acknowledged, [ref for ref in acknowledged if ref not in there]


def test_no_acknowledged_report_is_lost_whatever_write_fails_or_is_the_last(
    fresh: Path, tmp_path: Path, deep: bool
) -> None:
    faults = EVERY if deep else Random(5).sample(EVERY, SAMPLE)
    outcomes = {fault: taken(fresh, tmp_path / str(number), fault) for number, fault in enumerate(faults)}
    assert {fault: lost for fault, (_, lost) in outcomes.items() if lost} == {}
    assert any(len(acknowledged) < REPORTS for acknowledged, _ in outcomes.values()), "no fault did anything"
    assert len(list(chain.from_iterable(acknowledged for acknowledged, _ in outcomes.values()))) >= REPORTS


def test_control_a_build_that_acknowledges_before_it_writes_is_caught(fresh: Path, tmp_path: Path) -> None:
    _, lost = taken(fresh, tmp_path / "careless", "pwrite64:signal=KILL:when=9999", "careless")
    assert lost
