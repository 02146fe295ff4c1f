# SPDX-License-Identifier: Apache-2.0
"""Takes reports in, one after the other, and says on standard output when each is acknowledged: what the durability
campaign records the system calls of. `python -m tests.campaign.reports COUNT [SYNCHRONOUS] [careless]`. A report that
cannot be written is not acknowledged; the careless build, which is broken on purpose, writes it afterwards."""

from __future__ import annotations

import os
import sys
from typing import Any


def careless() -> None:
    """Acknowledge a report before it is written, which happens with the next one."""
    from tocsin.adapters.db.journal import DbJournal

    commit, waiting = DbJournal.commit, []

    def later(self: Any, *changes: Any, **more: Any) -> None:
        if waiting:
            commit(self, *waiting.pop()[0])
        waiting.append((changes, more))

    DbJournal.commit = later  # type: ignore[method-assign,assignment]


def main(count: int, synchronous: str, *more: str) -> None:
    """Take `count` reports, with a database that syncs as `synchronous` says; FULL is what the product does."""
    from tocsin.adapters.db import configure

    commands = configure._SQLITE_COMMANDS
    changed = tuple(f"PRAGMA synchronous={synchronous}" if "synchronous" in each else each for each in commands)
    configure._SQLITE_COMMANDS = changed  # type: ignore[misc]
    from tocsin.boot.main import open_desk
    from tocsin.core.intake import Report
    from tocsin.services import intake
    from tocsin.services.ports.store import Unavailable

    front = open_desk.front()
    if "careless" in more:
        careless()
    for number in range(count):
        report = Report(title=f"Report {number}", reproduce="Call it and look. " * (number % 7 * 40 + 1), version="7.3")
        try:
            receipt = intake.receive(front, "warehousepg", report, front.mint.nonce())
        except (Unavailable, OSError):
            continue  # not acknowledged: whoever sent it is told so
        os.write(1, f"{'START' if not number else 'ACK'} {receipt.case}\n".encode())  # type: ignore[union-attr]


if __name__ == "__main__":
    main(int(sys.argv[1]), *(sys.argv[2:] or ["FULL"]))
