# SPDX-License-Identifier: Apache-2.0
"""Runs the worker's turns in a thread or in the foreground, forever, and stops between two turns."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from tocsin.delivery.worker.lane import Lane
from tocsin.services import clocks, worker
from tocsin.services.app import Desk
from tocsin.services.ports.store import Unavailable
from tocsin.services.stuck import Stuck

PACE: Final = 0.5
"""Seconds at least from a turn that did something to the next. A turn costs the same for one report and for fifty, so
that what arrives together is taken up together; where a batch was full, the next one follows at once."""

_log = logging.getLogger("tocsin.worker")


class Chore(NamedTuple):
    """Something to do every so many seconds, however busy the worker is. One that may hang on somebody else says `on`
    whom: such chores have a thread for each of these, so that a server that hangs holds up nothing but itself."""

    name: str
    every: float
    do: Callable[[Desk], object]
    at_once: bool = False
    on: str = ""


def run(desk: Desk, seconds: float, stop: threading.Event) -> None:
    """Take turns until told to stop; waits `seconds` after a turn that had nothing to do, a moment after others."""
    stuck = Stuck(desk.now)
    while not stop.is_set():
        stuck.let_go()
        done = turn(desk, stuck)
        if done is None or done.idle:
            stop.wait(seconds)
        elif not done.full:
            stop.wait(min(PACE, seconds))


def keep_up(desk: Desk, stop: threading.Event, chores: Sequence[Chore]) -> None:
    """Do each chore every so often until told to stop, the first time after as long, or at once. A long one delays no
    turn."""
    due = {chore: time.monotonic() + (0.0 if chore.at_once else chore.every) for chore in chores}
    while due and not stop.wait(max(0.0, min(due.values()) - time.monotonic())):
        for chore, at in due.items():
            if time.monotonic() >= at:
                _do(chore, desk)
                due[chore] = time.monotonic() + chore.every


def _do(chore: Chore, desk: Desk) -> None:
    """Do one chore; like a turn, whatever happens in it ends nothing else, and nothing is done by a wrong clock."""
    try:
        if not clocks.apart(desk):
            chore.do(desk)
    except Exception as error:
        _log.error("%s failed: %s", chore.name, type(error).__name__)


def turn(desk: Desk, stuck: set[str]) -> worker.Turn | None:
    """Take one turn; None where it failed, or where this machine's clock is wrong. Nothing that happens in it ends the
    worker."""
    try:
        return None if clocks.apart(desk) else worker.run_once(desk, stuck)
    except Unavailable as error:
        _log.warning("the store is unavailable, trying again: %s", error)
    except Exception as error:
        _log.error("a turn failed: %s", type(error).__name__)
    return None


def start(desk: Desk, seconds: float, chores: Sequence[Chore] = ()) -> threading.Event:
    """Run turns and chores in threads of this process; setting the returned event stops them after the one at hand."""
    stop = keep(desk, chores)
    args = (replace(desk, aside=Lane()), seconds, stop)
    threading.Thread(target=run, args=args, name="worker", daemon=True).start()
    return stop


def keep(desk: Desk, chores: Sequence[Chore]) -> threading.Event:
    """Run chores alone in threads of this process; setting the returned event ends them."""
    stop = threading.Event()
    for on in sorted({each.on for each in chores}):
        args = (desk, stop, [each for each in chores if each.on == on])
        threading.Thread(target=keep_up, args=args, name=f"upkeep {on}".strip(), daemon=True).start()
    atexit.register(stop.set)
    return stop
