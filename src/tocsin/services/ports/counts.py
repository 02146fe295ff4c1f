# SPDX-License-Identifier: Apache-2.0
"""Counts that all processes of an installation keep together, for an hour each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class Counts(Protocol):
    """How often each name was counted within an hour. Names say nothing that may not stand in clear."""

    def add(self, names: Sequence[str], hour: datetime, by: int = 1) -> Sequence[int]:
        """Add to each name's count of the hour that begins at `hour`; returns the counts, as they are then.

        No two calls are given the same count. Raises `ports.store.Unavailable` when nothing can be written.
        """

    def forget(self, before: datetime) -> int:
        """Remove the counts of hours that began before an instant; returns how many."""
