# SPDX-License-Identifier: Apache-2.0
"""One writer at a time, first come first served, and nobody waits for ever.

SQLite lets one transaction write at a time. Left to itself it makes the others poll with growing pauses, so under load
somebody unlucky waits until the time is up. Threads of one process queue here instead, and only the one whose turn it
is asks SQLite, where it competes with other processes alone.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """A fair lock with a bounded wait. Not reentrant: a write transaction inside another would be a bug."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._busy = False
        self._queue: deque[threading.Lock] = deque()

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Hold the gate; raises TimeoutError after waiting `seconds`."""
        if not self._enter(seconds):
            raise TimeoutError(f"no turn to write within {seconds:g} s")
        try:
            yield
        finally:
            self._leave()

    def _enter(self, seconds: float) -> bool:
        with self._mutex:
            if not self._busy:
                self._busy = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._queue.append(mine)
        if mine.acquire(timeout=seconds):
            return True
        with self._mutex:
            if mine in self._queue:
                self._queue.remove(mine)
                return False
        return True  # the turn came at the very last moment

    def _leave(self) -> None:
        with self._mutex:
            if self._queue:
                self._queue.popleft().release()  # stays busy: the turn is handed over, nobody can slip in
            else:
                self._busy = False
