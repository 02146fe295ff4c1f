# SPDX-License-Identifier: Apache-2.0
"""Past one database, simulated: `./bench ahead`. How long a change waits in the busiest hour of a year, on one database
or on several, how uneven their shares are, and what the loss of the fullest does.

A queue for each database, in event order, seeded. Changes arrive as a Poisson process, from each project as often as it
is large (Zipf: of 100,000 projects the largest has a twelfth of everything); a database has eight cores; a change holds
one of them for a while (exponential, in the mean what `./bench scale` measured for a whole change on a busy machine,
Python included, so that the figures err on the slow side) and waits for the disk besides. Then the fullest database is
away for thirty seconds: what comes meanwhile is refused, as the product does, and asked again some seconds later.

Nothing of it is a measurement of the product; docs/explanation/scale.md says what it is good for.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from benchmarks.measure import p99, rows

HELD, DISK, CORES = 0.004, 0.002, 8
"""Seconds that a change holds a core of its database, in the mean; that it waits for the disk; cores of a database."""
EVENTS: Final = 100
"""Changes in the life of one report."""
BUSIEST: Final = 8
"""The busiest hour against the mean of a year: office hours, and a day on which many publish."""
SECONDS, FROM, AWAY, PATIENCE = 180.0, 60.0, 30.0, 5.0
"""How long is played; when the fullest database goes, for how long; after what time the refused ask again."""


class Plan(NamedTuple):
    """Reports a day, of how many projects, on how many databases; placed by a hash of their names, or largest first,
    each where least stands."""

    reports: int
    projects: int
    databases: int
    placed: str = "hash"


PLANS: Final = (
    Plan(1_000, 300, 1),
    Plan(100_000, 100_000, 1),
    Plan(100_000, 100_000, 4),
    Plan(1_000_000, 100_000, 8),
    Plan(1_000_000, 100_000, 8, "size"),
    Plan(1_000_000, 100_000, 16),
    Plan(1_000_000, 100_000, 16, "size"),
)


@dataclass
class Database:
    """Its share of everything, when each of its cores is free, and how long changes took before one was away."""

    share: float
    free: list[float] = field(default_factory=lambda: [0.0] * CORES)
    took: list[float] = field(default_factory=list)
    busy: float = 0.0
    refused: int = 0
    late: float = 0.0

    def take(self, at: float, asked: float, held: float) -> None:
        """Do one change that came at an instant, and was asked for first at another."""
        end = max(at, self.free[0]) + held
        heapq.heapreplace(self.free, end)
        if at < FROM:
            self.busy += held
            self.took.append((end + DISK - at) * 1000)
        if asked < at:
            self.late = max(self.late, end)


def placed(plan: Plan, chance: random.Random) -> list[Database]:
    """The databases with their shares."""
    found = [(0.0, number) for number in range(plan.databases)]
    for rank in range(1, plan.projects + 1):
        if plan.placed == "size":
            heapq.heapreplace(found, (found[0][0] + 1 / rank, found[0][1]))
        else:
            number = chance.randrange(plan.databases)
            found[number] = (found[number][0] + 1 / rank, number)
    whole = sum(share for share, _ in found)
    return [Database(share / whole) for share, _ in found]


def arrivals(base: Database, rate: float, chance: random.Random) -> Iterator[float]:
    """The instants at which changes of one database come."""
    at = chance.expovariate(rate * base.share)
    while at < SECONDS:
        yield at
        at += chance.expovariate(rate * base.share)


def play(plan: Plan, seed: int = 1) -> list[Database]:
    """Play some of the busiest minutes; the databases afterwards, the fullest first."""
    chance = random.Random(seed)
    made = sorted(placed(plan, chance), key=lambda base: -base.share)
    rate = plan.reports * EVENTS * BUSIEST / 86_400
    for base in made:
        again: list[tuple[float, float]] = []
        for at in arrivals(base, rate, chance):
            while again and again[0][0] <= at:
                base.take(*heapq.heappop(again), chance.expovariate(1 / HELD))
            if base is made[0] and FROM <= at < FROM + AWAY:
                base.refused += 1
                later = at
                while later < FROM + AWAY:
                    later += PATIENCE * chance.uniform(0.8, 1.2)
                heapq.heappush(again, (later, at))
            else:
                base.take(at, at, chance.expovariate(1 / HELD))
        for later, asked in sorted(again):
            base.take(later, asked, chance.expovariate(1 / HELD))
    return made


def main() -> None:
    """Play and print."""
    lines = []
    for plan in PLANS:
        made = play(plan)
        first, took = made[0], [each for base in made for each in base.took]
        lines.append((
            f"{plan.reports:,}", f"{plan.projects:,}", plan.databases, plan.placed, len(took) / FROM,
            first.share * plan.databases, first.busy / (CORES * FROM), p99(took), p99(first.took),
            first.refused, max(0.0, first.late - FROM - AWAY),
        ))  # fmt: skip
    heads = ("reports a day", "projects", "databases", "placed by", "changes/s", "fullest / mean", "its cores in use",
             "p99 ms", "of the fullest", "refused in 30 s", "all taken after s")  # fmt: skip
    rows(heads, lines)


if __name__ == "__main__":
    main()
