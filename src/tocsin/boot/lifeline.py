# SPDX-License-Identifier: Apache-2.0
"""Processes of `tocsin serve` end with the supervisor, also when it is killed where it stands: a listener that outlived
it would keep its address, and the next server could not start.

Linux tells a process that its parent has gone (prctl(2), PR_SET_PDEATHSIG); elsewhere a thread looks once a second. A
process that somebody started by hand is tied to nothing.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from typing import Final

SUPERVISED: Final = "TOCSIN_SUPERVISED"
"""Set by the supervisor for what it starts: its process id."""

PR_SET_PDEATHSIG: Final = 1
LOOK: Final = 1.0
"""Seconds between two looks where the system does not tell."""


def told(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that is to end with this one."""
    return {**environment, SUPERVISED: str(os.getpid())}


def tie() -> None:
    """End this process when its parent ends; nothing where no supervisor started it. To be called once, from the main
    thread.

    It is as if it was asked to; a listener's worker, which has a listener above it, is ended at once: a listener that
    ends in good order ends its workers first, and until a worker serves, its signals are still the listener's.
    """
    supervisor = os.environ.get(SUPERVISED)
    if not supervisor:
        return
    above = multiprocessing.parent_process()
    parent, word = (int(supervisor), signal.SIGTERM) if above is None else (above.pid or 0, signal.SIGKILL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, word)
    else:
        threading.Thread(target=_look, args=(parent, word), name="lifeline", daemon=True).start()
    if os.getppid() != parent:  # it went before anybody could tell
        os.kill(os.getpid(), word)


def _look(parent: int, word: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os.kill(os.getpid(), word)
