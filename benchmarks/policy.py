# SPDX-License-Identifier: Apache-2.0
"""The policy engine on one core: reading a SECURITY.md (import and lint), and every deadline of ten thousand open cases
with its ladder of warnings. CPU time of this process, the best of several rounds."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from benchmarks.measure import ROOT, rows
from tocsin.core.clock import at
from tocsin.core.policy.clauses import promises
from tocsin.core.policy.facts import Known
from tocsin.core.policy.importer import import_security_md
from tocsin.core.policy.lint import lint_security_md
from tocsin.core.policy.load import load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.prose import reading
from tocsin.core.policy.seeds import NAMES, seed

ROUNDS = 5
CASES = 10_000
READ, DEADLINES = 0.050, 1.0
"""Seconds that reading one document, and all deadlines of all cases, may take."""


def best(work: Callable[[], object]) -> float:
    """Least CPU seconds of several rounds."""
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def cases() -> list[Known]:
    """Open cases that arrived one after another through a year, each with four clocks running."""
    arrived = (at("2026-01-05T09:00Z") + timedelta(minutes=37 * number) for number in range(CASES))
    return [
        Known(
            received_at=received,
            decided_at=received + timedelta(days=2),
            accepted_at=received + timedelta(days=2),
            embargo_until=received + timedelta(days=21),
        )
        for received in arrived
    ]


def policy(name: str) -> Policy:
    """One of the policies that come with the product."""
    loaded = load(seed(name) or "")
    if not isinstance(loaded, Policy):
        raise TypeError(name)
    return loaded


def main() -> None:
    """Measure and print."""
    listed, table = cases(), []
    for name in NAMES:
        data = (ROOT / "tests" / "data" / "policies" / f"{name}-SECURITY.md").read_bytes()
        read = best(lambda data=data: _read(data))
        engine = policy(name)
        due = best(lambda engine=engine: [promises(engine, facts) for facts in listed])
        ladder = best(
            lambda engine=engine: [promise.warnings for facts in listed for promise in promises(engine, facts)]
        )
        table.append(
            (f"{name}: import and lint", f"{read * 1000:.1f} ms", f"<= {READ * 1000:.0f} ms", _held(read, READ))
        )
        table.append(
            (f"{name}: deadlines of {CASES:,} cases", f"{due:.2f} s", f"<= {DEADLINES} s", _held(due, DEADLINES))
        )
        table.append((f"{name}: and their warnings", f"{ladder:.2f} s", "", ""))
    rows(("what", "measured", "goal", "held"), table)


def _read(data: bytes) -> None:
    """Import and check one document as if it had never been seen."""
    reading.read.cache_clear()
    import_security_md(data)
    lint_security_md(data)


def _held(measured: float, goal: float) -> str:
    return "yes" if measured <= goal else "NO"


if __name__ == "__main__":
    main()
