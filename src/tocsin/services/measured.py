# SPDX-License-Identifier: Apache-2.0
"""What one process remembers of measures: each case's by journal length, and the keys last computed, for a minute.

In memory only, and never truth: whatever is forgotten is read again from the sealed rows.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from threading import Lock
from typing import Final

from tocsin.core.case.keys import Keys
from tocsin.core.case.measures import Measures
from tocsin.core.vocabulary import CaseRef, ProjectId

FRESH: Final = timedelta(minutes=1)
_MOST_CASES: Final = 200_000
_MOST_PAGES: Final = 64


class Measured:
    """Shared by the threads of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._cases: dict[CaseRef, tuple[int, Measures]] = {}
        self._pages: dict[tuple[tuple[ProjectId, ...], date | None], Keys] = {}
        self._rounds: dict[str, datetime] = {}

    def round(self, name: str, now: datetime) -> bool:
        """Say whether a minute has passed since this was last asked for `name`: chores that no report waits for."""
        with self._lock:
            last = self._rounds.get(name)
            if last is not None and last <= now < last + FRESH:
                return False
            self._rounds[name] = now
            return True

    def get(self, case: CaseRef, seq: int) -> Measures | None:
        """Return what is known of a case at this length of its journal."""
        found = self._cases.get(case)
        return found[1] if found and found[0] == seq else None

    def put(self, case: CaseRef, seq: int, measures: Measures) -> None:
        """Remember; forgets everything rather than grow without end."""
        with self._lock:
            if len(self._cases) >= _MOST_CASES:
                self._cases.clear()
            self._cases[case] = (seq, measures)

    def page(self, projects: tuple[ProjectId, ...], since: date | None, now: datetime) -> Keys | None:
        """Return keys that were computed within the last minute."""
        found = self._pages.get((projects, since))
        return found if found and now - found.until < FRESH else None

    def keep(self, projects: tuple[ProjectId, ...], since: date | None, keys: Keys) -> None:
        """Remember keys."""
        with self._lock:
            if len(self._pages) >= _MOST_PAGES:
                self._pages.clear()
            self._pages[projects, since] = keys
