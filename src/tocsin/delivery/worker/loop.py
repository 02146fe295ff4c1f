# SPDX-License-Identifier: Apache-2.0
"""Runs the worker's turns in a thread or in the foreground, forever, and stops between two turns."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tocsin.services import worker
from tocsin.services.app import Desk
from tocsin.services.ports.store import Unavailable

_log = logging.getLogger("tocsin.worker")


class Chore(NamedTuple):
    """Something to do now and then, however busy the worker is."""

    name: str
    every: float
    do: Callable[[Desk], object]


def run(desk: Desk, seconds: float, stop: threading.Event, chores: Sequence[Chore] = ()) -> None:
    """Take turns until told to stop; waits `seconds` after a turn that had nothing to do."""
    stuck: set[str] = set()
    due = dict.fromkeys(chores, 0.0)
    while not stop.is_set():
        for chore, at in due.items():
            if time.monotonic() >= at:
                due[chore] = time.monotonic() + chore.every
                _do(chore, desk)
        if turn(desk, stuck):
            stop.wait(seconds)


def _do(chore: Chore, desk: Desk) -> None:
    """Do one chore; like a turn, whatever happens in it ends nothing else."""
    try:
        chore.do(desk)
    except Exception as error:
        _log.error("%s failed: %s", chore.name, type(error).__name__)


def turn(desk: Desk, stuck: set[str]) -> bool:
    """Take one turn; returns whether to wait before the next. Nothing that happens in it ends the worker."""
    try:
        return worker.run_once(desk, stuck).idle
    except Unavailable as error:
        _log.warning("the store is unavailable, trying again: %s", error)
    except Exception as error:
        _log.error("a turn failed: %s", type(error).__name__)
    return True


def start(desk: Desk, seconds: float, chores: Sequence[Chore] = ()) -> threading.Event:
    """Run turns in a thread of this process; setting the returned event stops it after the turn at hand."""
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(desk, seconds, stop, chores), name="worker", daemon=True)
    thread.start()
    atexit.register(stop.set)
    return stop
