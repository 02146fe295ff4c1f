# SPDX-License-Identifier: Apache-2.0
"""Takes up what strangers left at the front, one kind after another; to add a kind: one line in `TAKERS`.

Each taker is safe to repeat: an arrival is marked as taken only after it, and one that meets others who write to the
same record waits for the next turn. What cannot be taken up is kept, holds nobody up, and is tried again
(`services.stuck`); the desk is told of what has waited for long (`services.health`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final

from tocsin.services import alarms
from tocsin.services.app import Desk
from tocsin.services.distribution import door as packages
from tocsin.services.distribution import leaving, members, telling
from tocsin.services.forge import door, inbound
from tocsin.services.mail import arriving, taking
from tocsin.services.ports.records import Arrival
from tocsin.services.ports.store import Conflict, Unavailable
from tocsin.services.rollout import door as subscribing
from tocsin.services.rollout import subscribers
from tocsin.services.stuck import put_off

BATCH: Final = 50

TAKERS: Final[Mapping[str, Callable[[Desk, Arrival], None]]] = {
    door.KIND: inbound.arrived,
    members.APPLIED: members.applied,
    members.AGREED: members.agreed,
    members.LEFT: leaving.left,
    packages.OPENED: telling.seen,
    subscribing.ASKED: subscribers.asked,
    subscribing.CONFIRMED: subscribers.confirmed,
    subscribing.LEFT: subscribers.left,
    subscribing.SAID: subscribers.said,
    arriving.KIND: taking.arrived,
    alarms.TAMPERED: alarms.found,
}
"""Who takes up which kind."""

_log = logging.getLogger("tocsin.worker")


def take_up(desk: Desk, stuck: set[str]) -> int:
    """Take up what waits, oldest first; returns how many. `stuck` collects what cannot be."""
    waiting = [each for each in desk.outside.arrivals.waiting(BATCH + len(stuck)) if each.id not in stuck]
    done = [each.id for each in waiting if _taken(desk, each, stuck)]
    if done:
        desk.outside.arrivals.done(done)
    return len(done)


def _taken(desk: Desk, arrival: Arrival, stuck: set[str]) -> bool:
    """Take one up; False where it is stuck, or where others wrote to the same record: that waits for the next turn."""
    try:
        TAKERS[arrival.kind](desk, arrival)
    except Unavailable:
        raise
    except Conflict:
        return False
    except Exception as error:
        put_off(stuck, arrival.id, error)
        _log.error("what was left at the front (%s) cannot be taken up: %s", arrival.kind, type(error).__name__)
        return False
    return True
