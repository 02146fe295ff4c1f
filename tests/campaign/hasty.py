# SPDX-License-Identifier: Apache-2.0
"""The worker as `python -m tocsin.boot.worker` runs it, with leases that are over after seconds: a campaign that kills
workers cannot wait as long as an installation can. `python -m tests.campaign.hasty`."""

from __future__ import annotations

import sys
from datetime import timedelta
from importlib import import_module

from tests.campaign.fleet import TURNED
from tocsin.boot import worker as process
from tocsin.delivery.worker import loop
from tocsin.services import worker
from tocsin.services.app import Desk

worker.LEASE = timedelta(seconds=12)  # type: ignore[misc]
carry = import_module("tocsin.services.publishing.carry")  # the package's `carry` is the function of this name
for name, seconds in (("PATIENCE", 3), ("FIRST_TRY", 1)):
    assert hasattr(carry, name), name
    setattr(carry, name, timedelta(seconds=seconds))
_take = loop.turn


def _turn(desk: Desk, stuck: set[str]) -> bool:
    """Say at the end of the first turn that there was one."""
    idle = _take(desk, stuck)
    loop.turn = _take
    sys.stderr.write(f"{TURNED}\n")
    return idle


loop.turn = _turn

if __name__ == "__main__":
    raise SystemExit(process.main())
