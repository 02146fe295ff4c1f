# SPDX-License-Identifier: Apache-2.0
"""The inbox page: CPU of the server tree for one signed-in page of 50 cases at 10,000 cases, against a bare Django view
that shows 50 joined rows of as many; the size of its HTML; and how its cost grows. The same page once more, of what was
found by two words that every report holds; and how long a start takes until the first page is there.

Every installation is up at the same time and rounds alternate, so that a busy moment of the machine meets them all.
`--growth` adds one of 100,000 cases, which takes some minutes to fill.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

import httpx2

from benchmarks import instance
from benchmarks.measure import Tree, bare, cost, ratio, rows

ROUNDS, COUNT = 7, 60
SMALL, MIDDLE, LARGE = 1_000, 10_000, 100_000
GOAL, GROWTH, MOST_BYTES = 2.0, 1.2, 25_000
START: Final = 10.0
"""Seconds from the start of a server to the first page of its inbox, signing in included."""

FOUND: Final = 97 / 8
"""Milliseconds of CPU that a search at 10,000 cases may take: an eighth of Redmine's."""
DEEP: Final = 1_000
"""Pages turned to come to the page in the middle, at most half of all."""

NEXT: Final = re.compile(r'rel="next" href="([^"]+)"')


@dataclass
class Measured:
    """One page of one installation, and what it cost in each round."""

    label: str
    tree: Tree
    fetch: Callable[[], object]
    size: int
    spent: list[float] = field(default_factory=list)


def sign_in(client: httpx2.Client, link: str) -> None:
    """Sign the first owner in with the one-time link."""
    send(client, link, link, {})


def send(client: httpx2.Client, page: str, to: str, fields: dict[str, str]) -> str:
    """Send a form of a page; returns where its answer leads."""
    token = re.search(r'name="?csrfmiddlewaretoken"? value="?([^">]+)', client.get(page).text)
    told = {"csrfmiddlewaretoken": token[1] if token else "", **fields}
    return client.post(to, data=told, headers={"Referer": page}, follow_redirects=False).headers.get("Location", "")


def page(client: httpx2.Client, address: str) -> str:
    """Fetch one page of the inbox."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    assert answer.text.count("<a href=/c/WHPG-") == 50
    return answer.text


def after(client: httpx2.Client, desk: str, pages: int) -> str:
    """Turn so many pages; returns the address of the page one comes to."""
    address = f"{desk}/inbox"
    for _ in range(pages):
        found = NEXT.search(page(client, address))
        assert found
        address = desk + found[1].replace("&amp;", "&")
    return address


def ours(stack: ExitStack, home: Path, count: int) -> list[Measured]:
    """Serve an installation of `count` cases; its first page, the next, and one in the middle."""
    made = instance.make(home / str(count))
    instance.fill(made, count)
    link, began = instance.link(made), time.monotonic()
    tree = stack.enter_context(instance.served(made))
    client = stack.enter_context(httpx2.Client(timeout=30))
    sign_in(client, link)
    page(client, f"{made.desk}/inbox")
    took = time.monotonic() - began
    print(f"start of {count:,} cases to the first page: {took:.1f} s (goal <= {START:.0f} at {MIDDLE:,}) "
          f"{'ok' if took <= START or count > MIDDLE else 'MISSED'}")  # fmt: skip
    turned = {"first page": 0, "next page": 1, "middle": min(DEEP, count // 100)}
    found = []
    for label, pages in turned.items():
        address = after(client, made.desk, pages)
        size = len(page(client, address).encode())
        found.append(Measured(f"{count:,} cases, {label}", tree, lambda at=address: page(client, at), size))
    inbox = f"{made.desk}/inbox"
    sought = made.desk + send(client, inbox, f"{inbox}/find", {"q": "problem decoder"})
    while "still being read" in page(client, sought):
        time.sleep(1)
    size = len(page(client, sought).encode())
    return [*found, Measured(f"{count:,} cases, found by words", tree, lambda: page(client, sought), size)]


def floor(stack: ExitStack, home: Path) -> Measured:
    """Serve the floor with as many rows as the middle one has cases."""
    address, server = bare(home, MIDDLE)
    tree = stack.enter_context(server)
    client = stack.enter_context(httpx2.Client(timeout=30))
    size = len(client.get(f"{address}/inbox").content)
    return Measured(f"floor, {MIDDLE:,} rows", tree, lambda: client.get(f"{address}/inbox"), size)


def main() -> None:
    """Measure and print."""
    counts = (SMALL, MIDDLE, LARGE) if "--growth" in sys.argv else (SMALL, MIDDLE)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        lowest = floor(stack, home)
        pages = {count: ours(stack, home, count) for count in counts}
        measured = [lowest, *(each for of in pages.values() for each in of)]
        for turn in range(1 + ROUNDS):
            for each in measured:
                spent = cost(each.tree, each.fetch, COUNT)
                if turn:
                    each.spent.append(spent)
    rows(("", "median ms CPU", "min", "max", "bytes"), [
        (each.label, median(each.spent), min(each.spent), max(each.spent), each.size) for each in measured
    ])  # fmt: skip
    judge(lowest, pages)


def judge(lowest: Measured, pages: dict[int, list[Measured]]) -> None:
    """Print what was found beside what was wanted."""
    first = pages[MIDDLE][0]
    ratio(f"inbox at {MIDDLE:,} cases", first.spent, lowest.spent, GOAL)
    print(f"HTML: {first.size} bytes (goal <= {MOST_BYTES}) {'ok' if first.size <= MOST_BYTES else 'MISSED'}")
    most, sought = max(pages), median(pages[MIDDLE][-1].spent)
    print(f"found by words: {sought:.2f} ms (goal <= {FOUND:.1f}) {'ok' if sought <= FOUND else 'MISSED'}")
    for small, large in zip(pages[SMALL][:-1], pages[most][:-1], strict=True):
        grown = median(large.spent) / median(small.spent)
        verdict = "ok" if grown <= GROWTH else "MISSED"
        print(f"growth, {large.label} against {SMALL:,}: {grown:.2f} (goal <= {GROWTH}) {verdict}")


if __name__ == "__main__":
    main()
