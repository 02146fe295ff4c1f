# SPDX-License-Identifier: Apache-2.0
"""The metrics page over 10,000 cases: wall time of one request, the first and those after it."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import httpx2

from benchmarks import instance
from benchmarks.inbox import sign_in
from benchmarks.measure import rows

CASES, ROUNDS, GOAL = 10_000, 20, 200.0


def main() -> None:
    """Measure and print."""
    with ExitStack() as stack:
        made = instance.make(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        instance.fill(made, CASES)
        stack.enter_context(instance.served(made))
        client = stack.enter_context(httpx2.Client(timeout=60))
        sign_in(client, instance.link(made))
        spent = []
        for _ in range(1 + ROUNDS):
            began = time.perf_counter()
            answer = client.get(f"{made.desk}/metrics")
            spent.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.status_code
    first, *after = spent
    rows(("", "median ms", "min", "max"), [("metrics page, 10,000 cases", median(after), min(after), max(after))])
    print(f"first page after start: {first:.0f} ms")
    print(f"goal: median <= {GOAL:.0f} ms: {'ok' if median(after) <= GOAL else 'MISSED'}")


if __name__ == "__main__":
    main()
