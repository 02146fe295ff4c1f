# SPDX-License-Identifier: Apache-2.0
"""How long `tocsin incident` takes after an account was taken over, in a filled and served installation.

`./bench incident [CASES]`: that many cases (10,000), of which one person opened half over ninety days, twice each and
some to export them; in the key holder's ledger beside theirs 200,000 lines of thirty other people. Every case that was
opened is opened again, through the key holder, to tell what was shared. Goal: the whole list within 10 s.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.instance import Instance, _tocsin, fill, make, served
from benchmarks.measure import rows
from tocsin.adapters.vault.holder.ledger import Ledger
from tocsin.boot.holder import LEDGER
from tocsin.services.ports.keys import Release

GOAL_SECONDS, DAYS, LINES, OTHERS = 10.0, 90, 200_000, 30


def written(made: Instance, person: str, cases: list[str]) -> int:
    """Write ninety days of releases, in their order; returns how many cases the person opened."""
    ledger, start = Ledger(made.home / "keys" / LEDGER), datetime.now(UTC) - timedelta(days=DAYS - 1)
    mine = cases[::2]
    every = LINES // len(mine)
    for number in range(LINES):
        at = start + timedelta(days=DAYS - 2) * (number / LINES)
        case = cases[number % len(cases)]
        ledger.append(Release(at=at, case=case, actor=f"usr_{number % OTHERS}", purpose="case.read"))
        if number % every == 0 and number // every < len(mine):
            case = mine[number // every]
            ledger.append(Release(at=at, case=case, actor=person, purpose="case.read"))
            purpose = "case.history" if number % 5 else "log.timeline"
            ledger.append(Release(at=at, case=case, actor=person, purpose=purpose))
    ledger.close()
    return len(mine)


def known() -> tuple[str, list[str]]:
    """The first owner's id, and every case, asked of the installation itself."""
    from tocsin.boot.main import open_desk

    desk, cases, after = open_desk(), [], ""
    while page := desk.journal.cases(after):
        cases += [head.case for head in page]
        after = cases[-1]
    return next(each.id for each, _ in desk.people.everybody() if each.email == "dana@example.org"), cases


def main(count: int) -> None:
    """Fill, serve, ask, print."""
    with tempfile.TemporaryDirectory() as name:
        made = make(Path(name))
        fill(made, count)
        os.environ |= made.environment
        person, cases = known()
        opened = written(made, person, cases)
        with served(made) as tree:
            began, cpu, own = time.monotonic(), tree.cpu(), os.times()
            told = json.loads(_tocsin(made.environment, "incident", "dana@example.org", "--days", str(DAYS), "--json"))
            seconds, after = time.monotonic() - began, os.times()
            spent = after.children_user + after.children_system - own.children_user - own.children_system
            rows(
                ("cases", "opened", "listed", "wall s", "CPU s of the command", "of the server"),
                [(len(cases), opened, len(told), seconds, spent, tree.cpu() - cpu)],
            )
    good = seconds <= GOAL_SECONDS and len(told) == opened and all(each["opened"] == 2 for each in told)
    print(f"incident: {seconds:.1f} s (goal <= {GOAL_SECONDS:g}) {'ok' if good else 'MISSED'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
