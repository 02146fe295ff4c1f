# SPDX-License-Identifier: Apache-2.0
"""A lane beside the worker's turns: a few threads that do what may hang on others. A target that hangs for twenty
seconds then holds up neither reports nor clocks."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Final

WIDTH: Final = 4
"""Threads: so many others can hang at once before the next one waits."""

_log = logging.getLogger("tocsin.worker")


class Lane:
    """Does what it is given, a few at a time, in the order it came. What is left when the process ends is leased, and
    comes again."""

    def __init__(self, width: int = WIDTH) -> None:
        self._waiting: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        for number in range(width):
            threading.Thread(target=self._work, name=f"outside-{number}", daemon=True).start()

    def __call__(self, do: Callable[[], None]) -> None:
        """Take something off the turn."""
        self._waiting.put(do)

    def _work(self) -> None:
        while True:
            do = self._waiting.get()
            try:
                do()
            except Exception as error:
                _log.error("what was done aside failed: %s", type(error).__name__)
