# SPDX-License-Identifier: Apache-2.0
"""Marks on unsent files in a dictionary. `tests/store` runs one contract on this, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from tocsin.services.ports.store import Conflict
from tocsin.services.ports.unsent import Claimed


@dataclass(frozen=True)
class Mark:
    """When it was made, what its blob weighs, and whether the worker has it."""

    at: datetime
    size: int
    condemned: bool = False


class MemoryMarks:
    """`unsent.Marks` in memory."""

    def __init__(self) -> None:
        self.marks: dict[str, Mark] = {}
        self._lock = Lock()

    def put(self, files: Sequence[tuple[str, int]], at: datetime) -> None:
        """Mark; see the port."""
        with self._lock:
            if any(blob in self.marks for blob, _ in files):
                raise Conflict("marked already")
            self.marks.update({blob: Mark(at, size) for blob, size in files})

    def claim(self, blobs: Sequence[str]) -> Claimed:
        """Take marks away; see the port."""
        with self._lock:
            mine = {blob: self.marks[blob] for blob in blobs if blob in self.marks}
            if condemned := frozenset(blob for blob, mark in mine.items() if mark.condemned):
                return Claimed(frozenset(), condemned)
            for blob in mine:
                del self.marks[blob]
            return Claimed(frozenset(mine), frozenset())

    def condemn(self, before: datetime, limit: int) -> Sequence[str]:
        """Condemn; see the port."""
        with self._lock:
            found = [blob for blob, mark in self.marks.items() if mark.condemned or mark.at < before][:limit]
            self.marks.update({blob: replace(self.marks[blob], condemned=True) for blob in found})
            return found

    def forget(self, blobs: Sequence[str]) -> None:
        """Remove what is condemned; see the port."""
        with self._lock:
            for blob in blobs:
                if blob in self.marks and self.marks[blob].condemned:
                    del self.marks[blob]

    def weight(self) -> int:
        """Add up; see the port."""
        return sum(mark.size for mark in self.marks.values())
