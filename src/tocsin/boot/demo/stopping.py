# SPDX-License-Identifier: Apache-2.0
"""How the demo is stopped: however one asks, every block is left on the way out, so that no trace of it stays.

Python drops an exception that is raised while something is taken down (`__del__`, a weak reference's callback, which
ends every import): whoever asked in such a moment was not heard, and would have to ask again. So it is raised again.
Source: Python, `sys.unraisablehook` and “Note on Signal Handlers and Exceptions” in `signal`.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

AGAIN: Final = 0.05
"""Seconds until what was dropped is raised once more."""


def heed() -> None:
    """Raise KeyboardInterrupt in the main thread at the first of these signals."""
    for number in STOPS:
        signal.signal(number, _stop)
    signal.signal(signal.SIGALRM, _stop)
    sys.unraisablehook = _dropped


def _stop(number: int, frame: FrameType | None) -> None:
    """Stop, and let nothing disturb that. The others are not ignored by the system: Python complains of one that came
    at the same time, and what is started meanwhile would ignore them as well."""
    for each in STOPS:
        signal.signal(each, _going)
    raise KeyboardInterrupt


def _going(number: int, frame: FrameType | None) -> None:
    """Nothing more: it is on its way."""


def _dropped(told: UnraisableHookArgs) -> None:
    """Raise what nobody heard once more, from a timer: what is raised in here would be dropped as well."""
    if issubclass(told.exc_type, KeyboardInterrupt):
        signal.setitimer(signal.ITIMER_REAL, AGAIN)
    else:
        sys.__unraisablehook__(told)
