# SPDX-License-Identifier: Apache-2.0
"""Taking a report: CPU of the whole server tree for one with a 100 KB attachment, against a bare Django view that
writes and syncs the file and three rows (interleaved rounds); with 50 reporters at once latency, and reports a second
against that view's; memory while a large file comes in.

Ours is sealed, journalled and receipted, and the worker's part of it is counted. It is measured twice: as a browser
walks it (the form is posted, the check page comes back, that is sent, the receipt comes back), and in one post, as the
floor takes it. `--minutes N` lets the 50 go on for as long instead, each with 4 KB of text and a file of 200 KB.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count, cycle, islice, takewhile
from pathlib import Path
from typing import Final

from benchmarks import instance
from benchmarks.measure import Tree, bare, cost, p99, ratio, rows
from benchmarks.reporter import MULTIPART, Browser, Failed, multipart
from tocsin.adapters.vault.phrase import wordlist

ROUNDS, COUNT, CROWD, PER_REPORTER = 7, 60, 50, 4
SETTLE: Final = 1.5
"""Seconds in which the worker takes up what came in; it looks once a second."""

GOAL: Final = 3.0
CROWDS, SHARE = 3, 0.6
"""Crowds of each kind, in turns; the share of the floor's throughput that ours is to have with 50 at once."""
SLOWEST: Final = 1.0
"""Seconds that the slowest report but one in a hundred may take."""

FORM: Final = "/p/warehousepg/report"
FIELDS: Final = {
    "title": "A problem in the decoder", "reproduce": "Call it and look.", "version": "7.3.1", "kind": "found",
}  # fmt: skip
DIFFERENT: Final = 120
"""Reports with words of their own, sent in turn: the same one again and again is a flood, and another measurement."""

LONG: Final = 620
"""Words in 4 KB of text."""

Send = Callable[[Browser], object]


def to_floor(blob: bytes) -> Send:
    """Return what sends one report to the floor."""
    body = multipart({"title": FIELDS["title"], "reproduce": FIELDS["reproduce"]}, blob)
    return lambda browser: browser.post("/report", body, MULTIPART)


def texts(many: int = 60) -> Iterator[dict[str, str]]:
    """What different people tell: sentences of so many drawn words, the same in every run."""
    draw, known = random.Random(1), wordlist()
    while True:
        words = draw.choices(known, k=many)
        yield {**FIELDS, "title": " ".join(words[:6]), "reproduce": " ".join(words[6:])}


def in_one_post(blob: bytes, words: int = 60) -> Send:
    """Return what sends one report in one post."""
    bodies = cycle([multipart({**told, "do": "send"}, blob) for told in islice(texts(words), DIFFERENT)])
    return lambda browser: received(browser.post(FORM, next(bodies), MULTIPART))


def as_a_browser(site: str, blob: bytes) -> Send:
    """Return what walks one report through form, check page and receipt, as a browser that has the form open: every
    field of it is sent, empty or not. Only the form's own number is left out, or all would be the same report."""
    with Browser(site) as browser:
        fields = browser.form(FORM)
    filled = [{**fields, **told, "form": "", "do": "check"} for told in islice(texts(), DIFFERENT)]
    bodies = cycle([multipart(each, blob) for each in filled])

    def walk(browser: Browser) -> None:
        received(browser.press(FORM, browser.post(FORM, next(bodies), MULTIPART), "do", "send"))

    return walk


def received(page: str) -> None:
    """Look whether a page is a receipt."""
    if "Your return phrase" not in page:
        raise Failed("no receipt")


def crowd(site: str, send: Send, minutes: float = 0) -> tuple[list[float], int]:
    """Let 50 reporters send at once, four reports each or for some minutes one after another; returns seconds per
    report and how many failed."""
    seconds: list[float] = []
    failed = 0
    lock, together = threading.Lock(), threading.Barrier(CROWD)

    def reporter() -> None:
        nonlocal failed
        together.wait()
        until = time.monotonic() + 60 * minutes
        for _ in takewhile(lambda _: time.monotonic() < until, count()) if minutes else range(PER_REPORTER):
            start = time.perf_counter()
            try:
                with Browser(site) as browser:
                    send(browser)
            except (Failed, OSError):
                with lock:
                    failed += 1
            with lock:
                seconds.append(time.perf_counter() - start)

    with ThreadPoolExecutor(CROWD) as pool:
        for done in [pool.submit(reporter) for _ in range(CROWD)]:
            done.result()
    return seconds, failed


def memory(tree: Tree, site: str) -> tuple[float, float]:
    """Megabytes of the tree before, and at most while, 45 MB come in."""
    before, seen, done = tree.pss(), 0.0, threading.Event()

    def watch() -> None:
        nonlocal seen
        while not done.is_set():
            seen = max(seen, tree.pss())
            done.wait(0.02)

    body = multipart({**FIELDS, "do": "send"}, os.urandom(45_000_000))
    watcher = threading.Thread(target=watch)
    watcher.start()
    with Browser(site) as browser:
        received(browser.post(FORM, body, MULTIPART))
    done.set()
    watcher.join()
    return before, seen


def lasting(minutes: float) -> None:
    """Let 50 reporters go on for some minutes, and print how it went."""
    with tempfile.TemporaryDirectory() as name:
        made = instance.make(Path(name) / "ours")
        with instance.served(made) as tree:
            idle = tree.pss()
            seconds, failed = crowd(made.front, in_one_post(os.urandom(200_000), words=LONG), minutes)
            told(f"tocsin, {minutes:g} minutes, {idle:.0f} MB before, {tree.pss():.0f} MB after", seconds, failed)
    judge(seconds, failed)


def told(label: str, seconds: list[float], failed: int) -> None:
    """Print one crowd."""
    print(f"{label}: {CROWD} reporters at once, {len(seconds)} reports, {failed} failed, "
          f"p50 {statistics.median(seconds) * 1000:.0f} ms, p99 {p99(seconds) * 1000:.0f} ms")  # fmt: skip


def judge(seconds: list[float], failed: int) -> None:
    """Print whether a crowd was served well."""
    verdict = "ok" if p99(seconds) <= SLOWEST and not failed else "MISSED"
    print(f"goal: p99 <= {SLOWEST * 1000:.0f} ms and 0 failed: {verdict}")


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(prog="./bench report")
    words.add_argument("--minutes", type=float, default=0)
    if minutes := words.parse_args().minutes:
        lasting(minutes)
    else:
        compared()


def compared() -> None:
    """Measure against the floor and print."""
    blob = os.urandom(100_000)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        made = instance.make(home / "ours")
        address, floor = bare(home)
        with (
            floor as floor_tree,
            instance.served(made) as our_tree,
            Browser(address) as at_floor,
            Browser(made.front) as at_ours,
        ):
            idle = our_tree.pss()
            walk, once, floor_send = as_a_browser(made.front, blob), in_one_post(blob), to_floor(blob)
            measured = (
                ("floor", floor_tree, at_floor, floor_send),
                ("tocsin, in one post", our_tree, at_ours, once),
                ("tocsin, as a browser", our_tree, at_ours, walk),
            )
            spent: dict[str, list[float]] = {label: [] for label, *_ in measured}
            for turn in range(1 + ROUNDS):
                for label, tree, browser, send in measured:
                    cpu = cost(tree, partial(send, browser), COUNT, SETTLE)
                    browser.rest()
                    if turn:
                        spent[label].append(cpu)
            rows(("", "median ms CPU", "min", "max"), [
                (label, statistics.median(each), min(each), max(each)) for label, each in spent.items()
            ])  # fmt: skip
            for label in list(spent)[1:]:
                ratio(f"report + 100 KB, {label}", spent[label], spent["floor"], GOAL)
            before, most = memory(our_tree, made.front)
            print(f"memory: idle {idle:.0f} MB, {most - before:+.1f} MB while 45 MB come in")
            crowds = {"floor": (address, floor_send), "tocsin, in one post": (made.front, once),
                      "tocsin, as a browser": (made.front, walk)}  # fmt: skip
            rates: dict[str, list[float]] = {label: [] for label in crowds}
            for _ in range(CROWDS):
                for label, (site, send) in crowds.items():
                    began = time.perf_counter()
                    seconds, failed = crowd(site, send)
                    rates[label].append((len(seconds) - failed) / (time.perf_counter() - began))
                    told(label, seconds, failed)
            judge(seconds, failed)
            share = statistics.median(rates["tocsin, in one post"]) / statistics.median(rates["floor"])
            print("reports a second: " + ", ".join(f"{label} {statistics.median(rates[label]):.0f}" for label in rates))
            print(
                f"throughput: {share:.0%} of the floor's (goal >= {SHARE:.0%}) {'ok' if share >= SHARE else 'MISSED'}"
            )


if __name__ == "__main__":
    main()
