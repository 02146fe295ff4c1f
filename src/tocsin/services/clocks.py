# SPDX-License-Identifier: Apache-2.0
"""Whether this machine's clock may be trusted. Leases, embargoes and promises are judged by the clock of whoever works,
so a worker whose clock is an hour ahead would publish an hour early, and do what another is still doing.

Machines that share a database compare theirs with its clock. Where they are apart, nobody here can tell which is right:
the worker does nothing, says so, and leaves the work to others. On one file there is one clock.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from tocsin.services.app import Desk
from tocsin.services.ports.machine import Alarm

NEAR: Final = timedelta(seconds=30)
"""How far two clocks may be apart: NTP keeps them within a second, and a lease has minutes left when it is used."""

CLOCK: Final = "clock"
"""The kind of alarm."""

_log = logging.getLogger("tocsin.worker")


def apart(desk: Desk) -> bool:
    """Say whether this machine's clock is too far from the one that all share; then there is an alarm, and a line in
    the log every minute. Raises `Unavailable`."""
    before, there, after = desk.now(), desk.shared_clock(), desk.now()
    if there is None or before - NEAR <= there <= after + NEAR:
        return False
    if desk.measures.round(CLOCK, there):
        _log.error(
            "this machine's clock is %s off the database's: nothing is done here until they agree", before - there
        )
        desk.machine.alarms.sound(Alarm(at=there, kind=CLOCK, place="worker"))
    return True
