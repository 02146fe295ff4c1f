# SPDX-License-Identifier: Apache-2.0
"""Acknowledged means durable: a power cut at any instant after the acknowledgement loses no report."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaign import disk
from tests.support import ROOT

STRACE = shutil.which("strace")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("durability"),
    pytest.mark.skipif(STRACE is None, reason="needs strace, of the Debian package of that name"),
]
DATABASE = "tocsin.db"


def recorded(home: Path, reports: int, synchronous: str = "FULL") -> tuple[bytes, list[disk.Call]]:
    """The database before, and what happened on the disk while reports were taken."""
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "TOCSIN_CONFIG": str(home / "instance" / "tocsin.toml"),
    }
    policy = str(ROOT / "examples" / "policies" / "warehousepg.toml")
    made = [sys.executable, "-m", "tocsin.boot.main", "init", "--dir", str(home / "instance"), "--policy", policy]
    subprocess.run(made, check=True, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    before = (home / "instance" / "data" / DATABASE).read_bytes()
    trace = home / "trace"
    watched = "trace=pwrite64,write,fsync,fdatasync,ftruncate"
    command = [str(STRACE), "-f", "-y", "-xx", "-s", "1000000", "-e", watched, "-o", str(trace)]
    command += [sys.executable, "-m", "tests.campaign.reports", str(reports), synchronous]
    subprocess.run(command, check=True, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    return before, disk.read_trace(trace, DATABASE)


def failures(home: Path, before: bytes, calls: list[disk.Call], cuts: int, chance: random.Random) -> list[str]:
    """Cut points, under one of the four models each in turn, at which something acknowledged is gone."""
    last = max(at for at, call in enumerate(calls) if call.kind == "ack")
    points = range(1, last + 2)
    chosen = points if cuts >= len(points) else sorted(chance.sample(points, cuts))
    found = []
    for cut in chosen:
        acknowledged = [call.data.decode() for call in calls[:cut] if call.kind == "ack"]
        for model in disk.MODELS:
            files = disk.rebuilt(before, calls[:cut], DATABASE, model, chance)
            found += [f"cut {cut}, {model}: {each}" for each in disk.lost(home, files, acknowledged)]
    return found


def test_no_acknowledged_report_is_lost_at_a_thousand_cut_points(tmp_path: Path, deep: bool) -> None:
    before, calls = recorded(tmp_path, 60 if deep else 25)
    assert sum(call.kind == "ack" for call in calls) == (59 if deep else 24)
    assert sum(call.kind == "sync" for call in calls) >= 24
    cuts = 10**9 if deep else 250
    assert failures(tmp_path, before, calls, cuts, random.Random(1)) == []


def test_control_a_database_that_syncs_less_is_caught(tmp_path: Path) -> None:
    before, calls = recorded(tmp_path, 8, "NORMAL")
    assert failures(tmp_path, before, calls, 60, random.Random(1)) != []
