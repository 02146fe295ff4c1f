# SPDX-License-Identifier: Apache-2.0
"""A pool for each parser that is asked for, made at its first input: for callers that need several."""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import msgspec

from tocsin.adapters.child.pool import Pool
from tocsin.services.ports.child import Failed

T = TypeVar("T", bound=msgspec.Struct)


class Pools:
    """Takes inputs apart by the name of their parser; safe between threads."""

    def __init__(self) -> None:
        self._pools: dict[str, Pool[Any]] = {}
        self._lock = threading.Lock()

    def __call__(self, name: str, content: bytes, kind: type[T], *, largest: int) -> T | Failed:
        """The parser's value, or why there is none; `largest` bounds it, as it was first asked for."""
        with self._lock:
            if name not in self._pools:
                self._pools[name] = Pool(name, kind, largest)
            pool: Pool[T] = self._pools[name]
        return pool(content)

    def close(self) -> None:
        """End all children."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()
