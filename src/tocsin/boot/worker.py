# SPDX-License-Identifier: Apache-2.0
"""`python -m tocsin.boot.worker`: the worker as a process of its own, beside desks that then run none.

Any number of them, on any machine that reaches the database and a key holder: what each takes is leased or decided on
the length of a journal, so none does what another has done. Asked to stop, it ends the turn at hand first.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType

from tocsin.adapters.vault import KeyFileRefused
from tocsin.boot import lifeline, setup
from tocsin.boot.config import ConfigError, Role


def main() -> int:
    """Work until told to stop; returns the exit code."""
    lifeline.tie()
    try:
        config = setup.start(Role.WORKER)
        from tocsin.boot import (  # the tables' modules may only be imported once Django is set up
            monitor,
            tracing,
            upkeep,
            wiring,
        )
        from tocsin.delivery.worker import loop

        tracing.start(config, Role.WORKER)
        desk = wiring.desk(config)
    except (ConfigError, KeyFileRefused) as error:
        sys.stderr.write(f"tocsin: {error}\n")
        return 1
    monitor.listen(config, desk)
    stop = loop.keep(desk, tracing.traced(config, upkeep.chores(config)))

    def asked(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
    loop.run(desk, config.worker_seconds, stop)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
