# SPDX-License-Identifier: Apache-2.0
"""How the demo is stopped: however one asks, every block is left on the way out, so that no trace of it stays."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Final

STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def heed() -> None:
    """Raise KeyboardInterrupt in the main thread at the first of these signals."""
    for number in STOPS:
        signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    """Stop, and let nothing disturb that."""
    for each in STOPS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt
