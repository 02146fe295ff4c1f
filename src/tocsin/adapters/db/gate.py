# SPDX-License-Identifier: Apache-2.0
"""One writer at a time, first come first served, and nobody waits for ever.

SQLite lets one transaction write at a time. Left to itself it makes the others poll with growing pauses, so under load
somebody unlucky waits until the time is up. Threads of one process queue here instead, and only the one whose turn it
is asks SQLite, where it competes with other processes alone.
"""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class Gate:
    """A fair lock with a bounded wait. Not reentrant: a write transaction inside another would be a bug."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._busy = False
        self._queue: deque[threading.Lock] = deque()

    def turn(self, seconds: float) -> Turn:
        """Hold the gate; raises TimeoutError after waiting `seconds`."""
        return Turn(self, seconds)

    def enter(self, seconds: float) -> bool:
        """Wait for a turn; False when it did not come within `seconds`."""
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

    def leave(self) -> None:
        """Hand the turn on."""
        with self._mutex:
            if self._queue:
                self._queue.popleft().release()  # stays busy: the turn is handed over, nobody can slip in
            else:
                self._busy = False


class Turn:
    """One turn at a gate, held for the length of a block."""

    __slots__ = ("_gate", "_seconds")

    def __init__(self, gate: Gate, seconds: float) -> None:
        self._gate, self._seconds = gate, seconds

    def __enter__(self) -> None:
        if not self._gate.enter(self._seconds):
            raise TimeoutError(f"no turn to write within {self._seconds:g} s")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._gate.leave()
