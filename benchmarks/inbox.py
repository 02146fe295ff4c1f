# SPDX-License-Identifier: Apache-2.0
"""The inbox page: CPU of the server tree for one signed-in page of 50 cases at 10,000 cases, against a bare Django view
that shows 50 joined rows; size of the HTML; and how the cost grows from 1,000 to 100,000 cases."""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
from pathlib import Path

import httpx2

from benchmarks import instance
from benchmarks.measure import cost, granian, process, ratio, rows

ROUNDS, COUNT = 5, 60
FLOOR = "http://127.0.0.1:18090"
GOAL, GROWTH, MOST_BYTES = 2.0, 1.2, 25_000


def sign_in(client: httpx2.Client, link: str) -> None:
    """Sign the first owner in with the one-time link."""
    page = client.get(link)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    client.post(link, data={"csrfmiddlewaretoken": token[1] if token else ""}, headers={"Referer": link})


def inbox(client: httpx2.Client, address: str = "/inbox") -> int:
    """Fetch one page of the inbox; returns its size in bytes."""
    answer = client.get(f"{instance.DESK}{address}")
    assert answer.status_code == 200, answer.status_code
    assert "WHPG-" in answer.text
    return len(answer.content)


def at(home: Path, made: instance.Instance, count: int) -> dict[str, list[float] | int]:
    """Measure with `count` cases, beside the floor with as many rows."""
    environment = {"BENCH_HOME": str(home), "BENCH_ROWS": str(count)}
    floor = process(granian("benchmarks.floor:application", 18090), f"{FLOOR}/inbox", environment)
    with floor as floor_tree, instance.served(made) as tree, httpx2.Client(timeout=30) as client:
        sign_in(client, instance.link(made))
        for _ in range(5):
            client.get(f"{FLOOR}/inbox")
            size = inbox(client)
        floors, ours, deep = [], [], []
        more = re.search(r'href="([^"]*after=[^"]+)"', client.get(f"{instance.DESK}/inbox").text)
        assert more
        for _ in range(ROUNDS):
            floors.append(cost(floor_tree, lambda: client.get(f"{FLOOR}/inbox"), COUNT))
            ours.append(cost(tree, lambda: inbox(client), COUNT))
            deep.append(cost(tree, lambda: inbox(client, more[1].replace("&amp;", "&")), COUNT))
        return {"floor": floors, "ours": ours, "next": deep, "bytes": size}


def main() -> None:
    """Measure and print. `--growth` goes on to 100,000 cases, which takes a while to fill."""
    counts = (1_000, 10_000, 100_000) if "--growth" in sys.argv else (1_000, 10_000)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        made = instance.make(home / "ours")
        seen, there = {}, 0
        for count in counts:
            instance.fill(made, count - there)
            there = count
            seen[count] = at(home, made, count)
    rows(("cases", "floor ms", "inbox ms", "next page ms", "bytes"), [
        (count, statistics.median(s["floor"]), statistics.median(s["ours"]), statistics.median(s["next"]), s["bytes"])
        for count, s in seen.items()
    ])  # fmt: skip
    ratio("inbox at 10,000 cases", seen[10_000]["ours"], seen[10_000]["floor"], GOAL)
    print(f"HTML: {seen[10_000]['bytes']} bytes (goal <= {MOST_BYTES})")
    grown = statistics.median(seen[counts[-1]]["ours"]) / statistics.median(seen[1_000]["ours"])
    print(f"growth {counts[-1]:,} / 1,000 cases: {grown:.2f} (goal <= {GROWTH})")


if __name__ == "__main__":
    main()
