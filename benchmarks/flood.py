# SPDX-License-Identifier: Apache-2.0
"""A flood of junk and one real report: 10,000 reports an hour go into a served installation, one each 0.36 seconds, and
between them somebody with something to say posts theirs. How long until they hold their return phrase, by the clock on
the wall, beside the same without a flood; and whether the first screen of the desk's queue shows them.

Everybody comes from this machine, which Tocsin takes for a proxy's and counts as no source; so the real ones are about
what is already public, which no quota holds. Telling sources apart is `tests/services/test_quotas.py`. `--seconds N`
floods for so long.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Final

import httpx2

from benchmarks import instance
from benchmarks.inbox import sign_in
from benchmarks.measure import Tree, p99, rows
from benchmarks.report import FIELDS, FORM, received
from benchmarks.reporter import MULTIPART, Browser, Failed, multipart

SECONDS: Final = 120
JUNK_AN_HOUR: Final = 10_000
EVERY: Final = 1.0
"""Seconds between real reports."""

GOAL: Final = 2.0
WORDS: Final = [
    "critical",
    "remote",
    "execution",
    "admin",
    "bypass",
    "token",
    "leak",
    "overflow",
    "kernel",
    "cloud",
    "bounty",
    "urgent",
    "payload",
]


def junk(chance: random.Random) -> bytes:
    """Nonsense of the usual kind, no two alike."""
    said = " ".join(chance.choices(WORDS, k=60))
    return multipart(
        {**FIELDS, "title": f"Critical RCE {chance.random()}", "reproduce": said, "do": "send"}, b"x" * 500
    )


def real(number: int) -> bytes:
    """A report about something that is public."""
    told = {"title": f"Out-of-bounds read {number} in demo_decode", "kind": "already-public", "do": "send"}
    return multipart({**FIELDS, **told, "reproduce": "CREATE EXTENSION demo_ext; SELECT demo_decode('x');"}, b"x" * 500)


def post(site: str, body: bytes) -> float:
    """Send a report; seconds until the phrase was there."""
    start = time.perf_counter()
    with Browser(site) as browser:
        received(browser.post(FORM, body, MULTIPART))
    return time.perf_counter() - start


class Flood:
    """Sends junk at a steady rate until it is told to stop, whether or not the one before was answered."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.stop = threading.Event()
        self.sent = self.failed = 0
        self._threads: list[threading.Thread] = []

    def run(self) -> None:
        """Start one sender after another."""
        chance, step = random.Random(1), 3600 / JUNK_AN_HOUR
        due = time.monotonic()
        while not self.stop.is_set():
            self._threads.append(threading.Thread(target=self._one, args=(junk(chance),)))
            self._threads[-1].start()
            due += step
            self.stop.wait(max(0.0, due - time.monotonic()))
        for each in self._threads:
            each.join()

    def _one(self, body: bytes) -> None:
        try:
            post(self.site, body)
        except (Failed, OSError):
            self.failed += 1
        self.sent += 1


def often(site: str, seconds: float, first: int) -> list[float]:
    """Send real reports for so long; how long each waited."""
    waited, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        waited.append(post(site, real(first + len(waited))))
        time.sleep(EVERY)
    return waited


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(prog="./bench flood")
    asked.add_argument("--seconds", type=float, default=SECONDS)
    seconds = asked.parse_args().seconds
    with ExitStack() as stack:
        made = instance.make(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "home")
        link = instance.link(made)
        tree: Tree = stack.enter_context(instance.served(made))
        client = stack.enter_context(httpx2.Client(timeout=60))
        sign_in(client, link)
        calm = often(made.front, seconds / 4, 1000)
        flood, before = Flood(made.front), tree.cpu()
        sender = threading.Thread(target=flood.run)
        sender.start()
        busy = often(made.front, seconds, 2000)
        start = time.perf_counter()
        page = client.get(f"{made.desk}/inbox").text
        opening = (time.perf_counter() - start) * 1000
        flood.stop.set()
        sender.join()
        spent = (tree.cpu() - before) / seconds
        counts = client.get(f"{made.desk}/inbox?tab=held").text
    shown = len(set(re.findall(r"Out-of-bounds read (\d+)", page)))
    rows(("real reports", "sent", "s median", "p99", "worst"), [
        (name, len(times), median(times), p99(times), max(times))
        for name, times in (("alone", calm), ("in the flood", busy))
    ])  # fmt: skip
    print(f"{flood.sent} junk reports in {seconds:.0f} s, {flood.failed} failed; {spent:.2f} CPU seconds a second")
    held = re.search(r">Held <b>(\S+)</b>", counts)
    print(
        f"queue in {opening:.0f} ms; on its first screen {shown} real ones of 50 rows; held: {held[1] if held else 0}"
    )
    verdict = "ok" if p99(busy) <= GOAL else "MISSED"
    print(f"a real report acknowledged, p99: {p99(busy):.2f} s (goal <= {GOAL:g}) {verdict}")


if __name__ == "__main__":
    main()
