# SPDX-License-Identifier: Apache-2.0
"""Taking a report: CPU of the whole server tree for one with a 100 KB attachment, against a bare Django view that
writes and syncs the file and three rows (interleaved rounds); latency with 50 reporters at once; memory while a large
file comes in. Ours is sealed, journalled and receipted, and walks form, check page and receipt as a browser does."""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx2

from benchmarks import instance
from benchmarks.measure import Tree, cost, granian, p99, process, ratio, rows
from tocsin.boot.demo.browser import Browser, Form, Page, Unexpected

ROUNDS, COUNT, CROWD, PER_REPORTER = 5, 30, 50, 4
FLOOR = "http://127.0.0.1:18090"
GOAL = 3.0
FORM = f"{instance.FRONT}/p/warehousepg/report"
FIELDS = {"title": "A problem in the decoder", "reproduce": "Call it and look.", "version": "7.3.1", "kind": "found"}
NAMES = {*FIELDS, "do", "files"}


def floor_report(browser: Browser, blob: bytes) -> None:
    """Send one report to the floor."""
    page = Page(
        url=FLOOR, status=200, text="", headers={}, words="", forms=[Form(f"{FLOOR}/report", "post", names=NAMES)]
    )
    browser.send(page, "/report", {"title": "A problem", "reproduce": "Call it."}, {"files": ("poc.bin", blob)})


def our_report(browser: Browser, blob: bytes) -> None:
    """Walk one report through form, check page and receipt, as a browser does that has the form open already."""
    page = Page(
        url=FORM, status=200, text="", headers={}, words="", forms=[Form(action=FORM, method="post", names=NAMES)]
    )
    checked = browser.send(page, "/report", {**FIELDS, "do": "check"}, {"files": ("poc.bin", blob)})
    receipt = browser.send(checked, "/report", {"do": "send"})
    if "return phrase" not in receipt.text:
        raise Unexpected(receipt.words[:200])


def crowd(send: Callable[[Browser, bytes], None], blob: bytes) -> tuple[list[float], int]:
    """Let 50 reporters send at once; returns seconds per report and how many failed."""
    seconds: list[float] = []
    failed = 0
    lock = threading.Lock()

    def reporter() -> None:
        nonlocal failed
        with closing(Browser()) as client:
            for _ in range(PER_REPORTER):
                start = time.perf_counter()
                try:
                    send(client, blob)
                except (Unexpected, httpx2.HTTPError):
                    with lock:
                        failed += 1
                with lock:
                    seconds.append(time.perf_counter() - start)

    with ThreadPoolExecutor(CROWD) as pool:
        for _ in range(CROWD):
            pool.submit(reporter)
    return seconds, failed


def memory(tree: Tree) -> tuple[float, float]:
    """Megabytes of the tree before, and at most while, 45 MB come in."""
    before, seen, done = tree.pss(), 0.0, threading.Event()

    def watch() -> None:
        nonlocal seen
        while not done.is_set():
            seen = max(seen, tree.pss())
            done.wait(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    with closing(Browser()) as client:
        our_report(client, os.urandom(45_000_000))
    done.set()
    watcher.join()
    return before, seen


def main() -> None:
    """Measure and print."""
    blob = os.urandom(100_000)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        made = instance.make(home / "ours")
        floor = process(granian("benchmarks.floor:application", 18090), f"{FLOOR}/inbox", {"BENCH_HOME": str(home)})
        with floor as floor_tree, instance.served(made) as our_tree, closing(Browser()) as client:
            idle = our_tree.pss()
            for send in (floor_report, our_report):
                for _ in range(5):
                    send(client, blob)
            floors, ours = [], []
            for _ in range(ROUNDS):
                floors.append(cost(floor_tree, lambda: floor_report(client, blob), COUNT))
                ours.append(cost(our_tree, lambda: our_report(client, blob), COUNT))
            rows(("", "median ms CPU", "min", "max"), [
                ("floor", statistics.median(floors), min(floors), max(floors)),
                ("tocsin", statistics.median(ours), min(ours), max(ours)),
            ])  # fmt: skip
            ratio("report + 100 KB", ours, floors, GOAL)
            before, most = memory(our_tree)
            print(f"memory: idle {idle:.0f} MB, {most - before:+.1f} MB while 45 MB come in")
            for label, send in (("floor", floor_report), ("tocsin", our_report)):
                seconds, failed = crowd(send, blob)
                print(f"{label}: {CROWD} reporters at once, {len(seconds)} reports, {failed} failed, "
                      f"p50 {statistics.median(seconds) * 1000:.0f} ms, p99 {p99(seconds) * 1000:.0f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
