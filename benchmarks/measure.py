# SPDX-License-Identifier: Apache-2.0
"""What every benchmark uses: a server started and watched from outside, CPU and memory of its whole process tree, and
one way to print."""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tocsin.boot.config import Role
from tocsin.boot.serve import THREADS

ROOT = Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Tree:
    """A process and all that it started."""

    pid: int

    def pids(self) -> list[int]:
        """The process and its descendants that are alive."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                except (OSError, IndexError):
                    continue
                children.setdefault(int(fields[1]), []).append(int(entry.name))
        found, todo = [], [self.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            todo += children.get(pid, [])
        return found

    def cpu(self) -> float:
        """CPU seconds, user and system, spent so far by the tree."""
        total = 0.0
        for pid in self.pids():
            with suppress(OSError):
                total += time.clock_gettime(_clock(pid))
        return total

    def pin(self, cores: set[int]) -> None:
        """Let every thread of the tree, and what it starts from now on, run on these cores only."""
        for pid in self.pids():
            with suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    os.sched_setaffinity(int(task.name), cores)

    def pss(self) -> float:
        """Proportional memory of the tree in megabytes (10^6)."""
        total = 0
        for pid in self.pids():
            try:
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
            except OSError:
                continue
        return total * 1024 / 1e6


def _clock(pid: int) -> int:
    """The kernel's clock of the CPU that a process and all its threads spent, clock_getcpuclockid(3) on Linux. It
    counts nanoseconds where /proc counts hundredths of a second, which are a tenth of what the floor spends in a round.
    """
    return ~pid << 3 | 2


@contextmanager
def process(command: Sequence[str], ready: str, environment: Mapping[str, str]) -> Iterator[Tree]:
    """Run a command until its address answers, hand out its tree, and end it. What it logs is shown if it fails."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", **environment}
    with tempfile.TemporaryFile() as log:
        started = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            until(ready, 60)
            yield Tree(started.pid)
        except OSError:
            log.seek(0)
            sys.stderr.write(log.read().decode()[-2000:])
            raise
        finally:
            started.send_signal(signal.SIGTERM)
            try:
                started.wait(15)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()


def until(url: str, seconds: float) -> None:
    """Wait until an address answers with anything at all."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on. A server would share a taken one with whoever has it, unnoticed."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def granian(app: str, port: int) -> list[str]:
    """The command that serves a WSGI application as Tocsin's own front is served."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", str(THREADS[Role.FRONT]), "--http", "1", "--no-ws",
        "--log-level", "error", app,
    ]  # fmt: skip


def bare(home: Path, rows: int = 0) -> tuple[str, AbstractContextManager[Tree]]:
    """Where the floor (`benchmarks.floor`) will be reached, and the floor, with so many rows in its inbox."""
    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}"
    environment = {"BENCH_HOME": str(home), "BENCH_ROWS": str(rows)}
    return address, process(granian("benchmarks.floor:application", port), f"{address}/inbox", environment)


def cost(tree: Tree, work: Callable[[], object], count: int, settle: float = 0.0) -> float:
    """CPU milliseconds of the tree per piece of `work`, done `count` times in a row, with what the tree does because of
    it in the `settle` seconds after."""
    before = tree.cpu()
    for _ in range(count):
        work()
    time.sleep(settle)
    return (tree.cpu() - before) / count * 1000


def p99(values: Sequence[float]) -> float:
    """The 99th percentile, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))]


def rows(heads: Sequence[str], body: Sequence[Sequence[object]]) -> None:
    """Print aligned columns."""
    cells = [[f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row] for row in [heads, *body]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]
    for row in cells:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


def ratio(name: str, ours: Sequence[float], floor: Sequence[float], goal: float) -> None:
    """Print the ratio of medians with the goal beside it."""
    value = statistics.median(ours) / statistics.median(floor)
    print(f"{name}: {value:.2f} x the floor (goal <= {goal:g}) {'ok' if value <= goal else 'MISSED'}")
