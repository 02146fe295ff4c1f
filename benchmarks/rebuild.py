# SPDX-License-Identifier: Apache-2.0
"""The memory of look-alikes after a start: 25,000 sealed reports with real words are taken in again in the background
while somebody works at the desk. When the desk answers, how long its pages take meanwhile and afterwards, by the clock
on the wall, when the server comes to rest, and what that cost its whole tree in CPU.

The reports are the texts of `shared/duplicates`, crossed with each other once there are no more. All are new, so that
each is also compared with all others: the worst that can be, as most of a real installation's are decided.
`--reports N` fills fewer.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Final

import httpx2

from benchmarks import instance
from benchmarks.duplicates import crossed, suite
from benchmarks.inbox import sign_in
from benchmarks.measure import Tree, rows
from tocsin.core.intake import Report

REPORTS: Final = 25_000
AFTERWARDS, AT_ONCE = 60, 5
BUSY: Final = 0.15
"""Seconds of CPU in one second, of the whole tree, below which it counts as resting."""

LONGEST: Final = 900
"""Seconds after which the memory counts as never complete."""


def reports(many: int) -> Iterator[Report]:
    """Real words, as if they were reports; the last one is the first again, so that one can see that both are known."""
    texts, _, _ = suite()
    told = list(crossed(texts, many).values())[: many - 1]
    for text in [*told, told[0]]:
        yield Report(title=" ".join(text.split()[:9])[:150], reproduce=text[:6000], version="7.3.1")


def fill(many: int) -> None:
    """Fill the installation that the environment names; print the first case and the last, which are twins."""
    from django.db import connection

    from tocsin.boot.main import open_desk
    from tocsin.services import worker

    desk = open_desk()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")  # this process only: what is filled in need not survive a power cut
    made = [instance.open_one(desk, number, report) for number, report in enumerate(reports(many))]
    while not worker.run_once(desk).idle:
        pass
    print(made[0], made[-1])


def waited(client: httpx2.Client, address: str) -> tuple[float, str]:
    """Milliseconds until a page was there, and the page."""
    start = time.perf_counter()
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return (time.perf_counter() - start) * 1000, answer.text


def rests(tree: Tree) -> bool:
    """Whether the server did next to nothing for two seconds in which nobody asked it for anything."""
    for _ in range(2):
        before = tree.cpu()
        time.sleep(1)
        if tree.cpu() - before > BUSY:
            return False
    return True


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(prog="./bench rebuild")
    asked.add_argument("--reports", type=int, default=REPORTS)
    many = asked.parse_args().reports
    with ExitStack() as stack:
        made = instance.make(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "home")
        environment = {**os.environ, **made.environment, "PYTHONPATH": f"{instance.ROOT / 'src'}:{instance.ROOT}"}
        command = [sys.executable, "-c", f"from benchmarks.rebuild import fill; fill({many})"]
        filled = subprocess.run(command, check=True, cwd=instance.ROOT, env=environment, stdout=subprocess.PIPE)
        first, last = filled.stdout.decode().split()
        link, began = instance.link(made), time.monotonic()
        tree = stack.enter_context(instance.served(made))
        client = stack.enter_context(httpx2.Client(timeout=60))
        sign_in(client, link)
        pages = {"inbox": f"{made.desk}/inbox", "a case": f"{made.desk}/c/{last}"}
        opening, _ = waited(client, pages["inbox"])
        usable = time.monotonic() - began
        meanwhile: dict[str, list[float]] = {name: [] for name in pages}
        while (resting := rests(tree)) is False and time.monotonic() - began < LONGEST:
            for name, address in pages.items():
                meanwhile[name] += [waited(client, address)[0] for _ in range(AT_ONCE)]
        rested, spent = time.monotonic() - began, tree.cpu()
        later = {name: [waited(client, address)[0] for _ in range(AFTERWARDS)] for name, address in pages.items()}
        twin = first in waited(client, pages["a case"])[1]
    rows(("", "asked", "ms median", "p95", "worst"), [
        (f"{name} {when}", len(times), median(times), sorted(times)[int(len(times) * 0.95)], max(times))
        for when, found in (("meanwhile", meanwhile), ("afterwards", later)) for name, times in found.items() if times
    ])  # fmt: skip
    print(f"{many:,} sealed reports: usable {usable:.1f} s after the start, the first inbox in {opening:.0f} ms")
    end = "at rest" if resting else "NOT at rest"
    print(f"{end} {rested:.1f} s after the start; CPU of the tree until then, asking included: {spent:.1f} s")
    print(f"the last report's twin is {'named on its page' if twin else 'NOT FOUND'}")


if __name__ == "__main__":
    main()
