# SPDX-License-Identifier: Apache-2.0
"""Bodies on their way in, at once: no crowd of slow senders takes every thread of a listener.

A body that is slow to arrive holds the thread that reads it, for as long as its sender likes. So a part of the threads
is kept for pages, and of one address only so many bodies are read at once. Whoever is one too many is told “not now”
before a byte of theirs is read. An address of this machine or of a private network is a proxy's, and says nothing of
who sends: those count together only.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from tocsin.boot.middleware import not_now
from tocsin.boot.serve import THREADS
from tocsin.services.quotas import source

SHARE: Final = 0.75
"""Of the threads, that may be reading bodies."""

OF_ONE: Final = 16
"""Bodies of one address at once; a browser opens six connections."""

NO_BODY: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Bodies:
    """Counts who is being read. Safe to share between threads."""

    def __init__(self, most: int, of_one: int = OF_ONE) -> None:
        self._most, self._of_one = most, of_one
        self._lock = threading.Lock()
        self._by: Counter[str] = Counter()
        self._all = 0

    @contextmanager
    def reading(self, address: str) -> Iterator[bool]:
        """Whether a body of this address may be read now; where it may, it is counted until the end of the block."""
        sender = source(address)
        with self._lock:
            let_in = self._all < self._most and (not sender or self._by[sender] < self._of_one)
            if let_in:
                self._all += 1
                self._by[sender] += 1
        try:
            yield let_in
        finally:
            if let_in:
                self._leave(sender)

    def _leave(self, sender: str) -> None:
        with self._lock:
            self._all -= 1
            self._by[sender] -= 1
            if not self._by[sender]:
                del self._by[sender]


class Crowd:
    """The middleware; it stands before everything that reads a body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = get_response
        self._bodies = Bodies(int(THREADS.get(settings.ROLE, 0) * SHARE))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in NO_BODY:
            return self._answer(request)
        with self._bodies.reading(request.META.get("REMOTE_ADDR", "")) as let_in:
            if let_in:
                return self._answer(request)
        return not_now(request, "too many bodies are on their way in")
