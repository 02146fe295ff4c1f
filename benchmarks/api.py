# SPDX-License-Identifier: Apache-2.0
"""The API's list: the time of one page of 50 cases at 10,000 cases, as a program with a token waits for it, first page
and one in the middle; beside it the bare Django view that shows as many joined rows, and one case read whole."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import httpx2

from benchmarks import instance
from benchmarks.measure import bare, rows

CASES, REQUESTS, TURNED = 10_000, 300, 100
GOAL: Final = 100.0
"""Milliseconds for the list's p95."""


def waited(fetch: Callable[[], httpx2.Response], count: int) -> list[float]:
    """Milliseconds of each request, one after the other, after some that are not counted."""
    found = []
    for number in range(count + 20):
        began = time.perf_counter()
        answer = fetch()
        spent = (time.perf_counter() - began) * 1000
        assert answer.status_code == 200, answer.status_code
        if number >= 20:
            found.append(spent)
    return found


def main() -> None:
    """Measure and print."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        made = instance.make(home / "api")
        instance.fill(made, CASES)
        secret = instance.token(made)
        address, floor = bare(home, CASES)
        stack.enter_context(floor)
        stack.enter_context(instance.served(made))
        client = stack.enter_context(httpx2.Client(timeout=30, headers={"Authorization": f"Bearer {secret}"}))
        first = f"{made.desk}/api/v1/cases"
        page, middle = json.loads(client.get(first).content), first
        assert len(page["items"]) == 50
        for _ in range(TURNED):
            middle = f"{first}?after={json.loads(client.get(middle).content)['next']}"
        one = f"{first}/{page['items'][0]['ref']}"
        asked = {
            f"floor: {CASES:,} rows": f"{address}/inbox",
            f"list of 50 at {CASES:,} cases": first,
            f"page {TURNED}": middle,
            "one case": one,
        }
        measured = {label: waited(lambda at=each: client.get(at), REQUESTS) for label, each in asked.items()}
    told = [(label, median(each), quantiles(each, n=20)[-1], max(each)) for label, each in measured.items()]
    rows(("", "median ms", "p95", "max"), told)
    worst = max(told[1][2], told[2][2])
    print(f"list of 50, p95: {worst:.1f} ms (goal <= {GOAL:.0f}) {'ok' if worst <= GOAL else 'MISSED'}")


if __name__ == "__main__":
    main()
