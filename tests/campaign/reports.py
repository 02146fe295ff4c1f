# SPDX-License-Identifier: Apache-2.0
"""Takes reports in, one after the other, and says on standard output when each is acknowledged: what the durability
campaign records the system calls of. `python -m tests.campaign.reports COUNT [SYNCHRONOUS]`."""

from __future__ import annotations

import os
import sys


def main(count: int, synchronous: str) -> None:
    """Take `count` reports, with a database that syncs as `synchronous` says; FULL is what the product does."""
    from tocsin.adapters.db import configure

    commands = configure._SQLITE_COMMANDS
    changed = tuple(f"PRAGMA synchronous={synchronous}" if "synchronous" in each else each for each in commands)
    configure._SQLITE_COMMANDS = changed  # type: ignore[misc]
    from tocsin.boot.main import open_desk
    from tocsin.core.intake import Report
    from tocsin.services import intake

    front = open_desk.front()
    for number in range(count):
        report = Report(title=f"Report {number}", reproduce="Call it and look. " * (number % 7 * 40 + 1), version="7.3")
        receipt = intake.receive(front, "warehousepg", report, front.mint.nonce())
        os.write(1, f"{'START' if not number else 'ACK'} {receipt.case}\n".encode())  # type: ignore[union-attr]


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "FULL")
