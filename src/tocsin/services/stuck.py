# SPDX-License-Identifier: Apache-2.0
"""What a worker could not take up: passed over, so that it holds nobody up, and tried again later and later.

A full disk, too many open files or a child that was ended are over after a while, and what came in meanwhile must not
wait for somebody to start the worker anew. What was altered does not mend itself: it is left alone until a restart,
so that its alarm sounds once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tocsin.services.ports.store import NEVER
from tocsin.services.ports.vault import Tampered
from tocsin.services.ports.world import Clock

FIRST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(hours=1)


class Stuck(set[str]):
    """Ids of what is passed over just now."""

    def __init__(self, now: Clock) -> None:
        super().__init__()
        self._now = now
        self._until: dict[str, tuple[datetime, int]] = {}

    def put_off(self, name: str, error: Exception) -> None:
        """Pass something over from now on; twice as long as the last time, an hour at most."""
        self.add(name)
        _, tries = self._until.get(name, (NEVER, 0))
        wait = min(FIRST * 2 ** min(tries, 12), LONGEST)
        until = NEVER if isinstance(error, Tampered) else self._now() + wait
        self._until[name] = (until, tries + 1)

    def let_go(self) -> None:
        """Let what waited long enough be tried again, and forget what was not stuck again for a day."""
        now = self._now()
        self.difference_update([name for name in self if self._until.get(name, (NEVER, 0))[0] <= now])
        for name, (until, _) in list(self._until.items()):
            if name not in self and now - until > timedelta(days=1):
                del self._until[name]


def put_off(stuck: set[str], name: str, error: Exception) -> None:
    """Pass something over: for a while where `stuck` tells the time, else for good."""
    if isinstance(stuck, Stuck):
        stuck.put_off(name, error)
    else:
        stuck.add(name)
