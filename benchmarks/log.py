# SPDX-License-Identifier: Apache-2.0
"""The transparency log on SQLite at 1,000 and at 1,000,000 leaves: a proof of inclusion, a proof of consistency, and
putting one report's two leaves into the tree with a signed checkpoint."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks import instance
from benchmarks.measure import ROOT, rows

SIZES: Final = (1_000, 1_000_000)
ROUNDS: Final = 200
BATCH: Final = 20_000
PROOF, GROWTH = 0.005, 3.0
"""Seconds that a proof of inclusion may take at the larger size, and how much dearer it may be than at the smaller."""


def fill(size: int) -> None:
    """Make an installation's log `size` leaves large, measure it, and print the medians in seconds."""
    from django.db import connection, transaction

    from tocsin.boot.main import open_desk
    from tocsin.core.log import tree
    from tocsin.services import logbook

    desk, number = open_desk(), 0

    def wait(count: int) -> None:
        nonlocal number
        rows = [(sha256(b"%d" % (number + each)).digest(),) for each in range(count)]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany("INSERT INTO tocsin_log_new (commitment) VALUES (%s)", rows)
        number += count

    logbook.BATCH = BATCH  # type: ignore[misc]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    while number < size:
        wait(min(BATCH, size - number))
        logbook.grow(desk)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
    chance = random.Random(size)

    def inclusion() -> object:
        index = chance.randrange(size)
        return tree.at_once(lambda read: tree.inclusion(read, index, size), desk.log.hashes)

    def consistency() -> object:
        old = chance.randrange(1, size)
        return tree.at_once(lambda read: tree.consistency(read, old, size), desk.log.hashes)

    proofs = [_median(work) for work in (inclusion, consistency)]
    print(*proofs, _median(lambda: logbook.grow(desk), before=lambda: wait(2)))


def _median(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    taken = []
    for _ in range(ROUNDS):
        before()
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return median(taken)


def measure(size: int) -> list[float]:
    """Measure one size in an installation and a process of its own."""
    import subprocess

    with tempfile.TemporaryDirectory() as home:
        made = instance.make(Path(home) / "tocsin")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.log", str(size)],
            check=True,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **made.environment, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        )
    return [float(word) for word in done.stdout.split()]


def main() -> None:
    """Measure both sizes and compare."""
    small, large = (measure(size) for size in SIZES)
    names = ("proof of inclusion", "proof of consistency", "two leaves and a checkpoint")
    body = [(what, 1000 * one, 1000 * other, other / one) for what, one, other in zip(names, small, large, strict=True)]
    rows(("medians in ms", *(f"{size:,} leaves" for size in SIZES), "ratio"), body)
    kept = large[0] <= PROOF and large[0] / small[0] <= GROWTH
    print(f"a proof of inclusion <= {1000 * PROOF:g} ms and <= {GROWTH:g} x: {'ok' if kept else 'MISSED'}")


if __name__ == "__main__":
    fill(int(sys.argv[1])) if len(sys.argv) > 1 else main()
