# SPDX-License-Identifier: Apache-2.0
"""The leak radar: 1,000 public commits against 100 embargoed patches."""

from __future__ import annotations

import random
import time
from statistics import median

from benchmarks.measure import rows
from tocsin.core.radar import Radar, Watched

COMMITS, PATCHES, LINES, ROUNDS, GOAL = 1_000, 100, 60, 5, 5.0


def diff(chance: random.Random) -> str:
    """A patch of ordinary size."""
    lines = (
        f"{chance.choice('+- ')}    value_{chance.randrange(10**6)} = compute(input, {chance.random()});"
        for _ in range(LINES)
    )
    return "diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -1,60 +1,60 @@\n" + "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print."""
    chance = random.Random(1)
    patches = [diff(chance) for _ in range(PATCHES)]
    log = "".join(f"commit {number:040x}\n\n    Change\n\n{diff(chance)}" for number in range(COMMITS - PATCHES))
    log += "".join(f"commit {number:040x}\n\n    Tidy\n\n{each}" for number, each in enumerate(patches))
    spent = []
    hits = 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        radar = Radar(Watched(case=f"WHPG-2026-{number:05d}", diff=each) for number, each in enumerate(patches))
        hits = len(radar.look(log))
        spent.append(time.perf_counter() - began)
    label = f"{COMMITS:,} commits, {PATCHES} patches"
    rows(("", "median s", "min", "max"), [(label, median(spent), min(spent), max(spent))])
    verdict = "ok" if median(spent) <= GOAL and hits == PATCHES else "MISSED"
    print(f"seen: {hits} of {PATCHES}; goal <= {GOAL:.0f} s: {verdict}")


if __name__ == "__main__":
    main()
