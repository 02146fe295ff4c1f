# SPDX-License-Identifier: Apache-2.0
"""`tocsin demo`: seconds from its start to a page that can be used, and memory and CPU of everything that it started
while nobody does anything. The environment exists already; making it once is another matter. The first round compiles
every module, as the first start on a machine does, and is shown but not judged."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass

from benchmarks.measure import ROOT, Tree, rows

ROUNDS = 3
SETTLE, IDLE = 5.0, 10.0
"""Seconds to come to rest, and seconds of rest that are watched."""
LONGEST, MOST = 20.0, 250.0


@dataclass
class Run:
    """One demo: seconds until its inbox link opens, megabytes and CPU share at rest, number of processes."""

    seconds: float
    megabytes: float
    cpu: float
    processes: int


def once(compiled: str) -> Run:
    """Start the demo, open the printed link, let it rest, stop it. Bytecode is kept below `compiled`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONPYCACHEPREFIX": compiled}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.monotonic()
    with tempfile.TemporaryFile() as said:
        demo = subprocess.Popen(
            [sys.executable, "-m", "tocsin.boot.main", "demo"],
            env=environment, stdout=subprocess.PIPE, stderr=said, text=True,
        )  # fmt: skip
        try:
            assert demo.stdout
            link = next((word for line in demo.stdout for word in line.split() if "/sign-in/" in word), "")
            if not link:
                said.seek(0)
                raise SystemExit(f"the demo did not start:\n{said.read().decode()}")
            urllib.request.urlopen(link).close()
            seconds = time.monotonic() - started
            time.sleep(SETTLE)
            tree = Tree(demo.pid)
            before, at = tree.cpu(), time.monotonic()
            time.sleep(IDLE)
            cpu = (tree.cpu() - before) / (time.monotonic() - at)
            return Run(seconds, tree.pss(), cpu, len(tree.pids()))
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait()


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as compiled:
        first, *runs = [once(compiled) for _ in range(1 + ROUNDS)]
    rows(("s to a page", "MB at rest", "CPU % at rest", "processes"), [
        (run.seconds, run.megabytes, run.cpu * 100, run.processes) for run in (first, *runs)
    ])  # fmt: skip
    seconds, megabytes = (statistics.median(getattr(run, name) for run in runs) for name in ("seconds", "megabytes"))
    print(f"start: {seconds:.1f} s (goal <= {LONGEST:g}) {'ok' if seconds <= LONGEST else 'MISSED'}")
    print(f"memory: {megabytes:.0f} MB (goal <= {MOST:g}) {'ok' if megabytes <= MOST else 'MISSED'}")


if __name__ == "__main__":
    main()
