# SPDX-License-Identifier: Apache-2.0
"""Connections to the database are lent to requests, the one used last first, instead of kept by threads.

A server has many threads, because one that is slow to send holds one, and which of them takes the next request is
chance. Kept by threads, there are as many connections as threads that ever served, and SQLite throws away what each
remembers of the file whenever another one writes. Lent, requests that come one after another use one and the same, and
there are as many as requests at once. A request has its connection to itself until its answer is made.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

RESTING: Final = 30.0
"""Seconds after which a connection that nobody needed is closed, one at every answer."""


class _Here(threading.local):
    """What a thread was lent."""

    lent: BaseDatabaseWrapper | None = None


class Lending:
    """The connections of one process that no request uses just now. Safe to share between threads."""

    def __init__(self, alias: str = DEFAULT_DB_ALIAS, resting: float = RESTING) -> None:
        self._alias = alias
        self._resting = resting
        self._idle: deque[tuple[float, BaseDatabaseWrapper]] = deque()
        self._here = _Here()

    def __len__(self) -> int:
        """How many connections rest."""
        return len(self._idle)

    def lend(self) -> None:
        """Give this thread a connection, unless it has one: an answer that streams leaves it there."""
        if self._here.lent is not None or any(each.alias == self._alias for each in connections.all(True)):
            return
        try:
            _, connection = self._idle.pop()
        except IndexError:
            connection = connections[self._alias]  # made now
            connection.inc_thread_sharing()  # Django else lets no other thread use it
        else:
            connections[self._alias] = connection
        self._here.lent = connection

    def take_back(self) -> None:
        """Take back what was lent to this thread, unless something is still going on in it."""
        connection = self._here.lent
        if connection is None or connection.in_atomic_block:
            return
        now = time.monotonic()
        self._here.lent = None
        del connections[self._alias]
        self._idle.append((now, connection))
        self._close_one(now - self._resting)

    def _close_one(self, before: float) -> None:
        """Close the one that was used longest ago, if that was before an instant."""
        try:
            rested = self._idle.popleft()
        except IndexError:  # somebody took it meanwhile
            return
        if rested[0] < before:
            rested[1].close()
        else:
            self._idle.appendleft(rested)
