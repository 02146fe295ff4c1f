# SPDX-License-Identifier: Apache-2.0
"""Who else looks at a case just now, and on which part of it they write (UX 3.8): so that two do not answer at once.

A courtesy and never truth. This is what one process remembers, for two minutes: a name and the part of the page, and no
word of a case. What several desk processes tell one another is `services.company`. That two who type at once lose
nothing is settled elsewhere, by the length of a journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

import msgspec

from tocsin.core.vocabulary import CaseRef, Value

STAYS: Final = timedelta(minutes=2)
"""How long somebody counts as there after their page last asked."""

WRITES: Final = timedelta(seconds=20)
"""How long somebody counts as writing after words of theirs were last kept; that is done every five seconds."""

TOLD: Final = timedelta(minutes=1)
"""How often at most one process tells the others of one person at one case."""

_MOST: Final = 2_000
"""Cases remembered at once."""


class Other(Value):
    """Somebody else at a case; `part` is where they write, "" for somebody who only has it open."""

    name: str
    part: str


class Seen(Value):
    """Somebody at a case: when last, and when words of theirs were last kept; `far` where another process said so."""

    name: str
    at: datetime
    part: str = ""
    wrote_at: datetime | None = None
    far: bool = False


class Presence:
    """Shared by the threads of one process. `shared` says that other processes serve the same people, and are told."""

    def __init__(self, *, shared: bool = False) -> None:
        self.shared = shared
        self._lock = Lock()
        self._cases: dict[CaseRef, dict[str, Seen]] = {}
        self._swept = datetime.min.replace(tzinfo=UTC)

    def note(self, case: CaseRef, person: str, name: str, now: datetime, part: str = "") -> None:
        """Remember that somebody has a case open, and with `part`, that they write there."""
        with self._lock:
            if case not in self._cases and not self._room(now):
                return
            here = self._cases.setdefault(case, {})
            before = here.get(person)
            wrote = now if part else before.wrote_at if before else None
            here[person] = Seen(name=name, at=now, part=part or (before.part if before else ""), wrote_at=wrote)

    def _room(self, now: datetime) -> bool:
        """Whether one more case can be remembered; who left makes room, which is looked for once a minute."""
        if len(self._cases) >= _MOST and now - self._swept >= TOLD:
            self._swept = now
            self._cases = {ref: here for ref, here in self._cases.items() if any(_here(here, now))}
        return len(self._cases) < _MOST

    def forget(self, case: CaseRef, person: str) -> None:
        """Forget somebody who does not want to be seen."""
        with self._lock:
            self._cases.get(case, {}).pop(person, None)

    def learn(self, case: CaseRef, told: Mapping[str, Seen]) -> None:
        """Take in what other processes say; whom none of them names any more is gone, unless they were served here."""
        with self._lock:
            here = self._cases.get(case)
            if here is None:
                return
            for person in [person for person, seen in here.items() if seen.far and person not in told]:
                del here[person]
            for person, seen in told.items():
                if person not in here or here[person].at < seen.at:
                    here[person] = msgspec.structs.replace(seen, far=True)

    def seen(self, case: CaseRef, person: str) -> Seen | None:
        """What is known of one person at a case."""
        with self._lock:
            return self._cases.get(case, {}).get(person)

    def others(self, case: CaseRef, person: str, now: datetime) -> tuple[Other, ...]:
        """Who else is there, those who write first, then by name."""
        with self._lock:
            found = list(_here({who: seen for who, seen in self._cases.get(case, {}).items() if who != person}, now))
        return tuple(sorted(found, key=lambda each: (not each.part, each.name)))


def _here(known: Mapping[str, Seen], now: datetime) -> Iterator[Other]:
    for each in known.values():
        if now - each.at < STAYS:
            lasts = WRITES + TOLD if each.far else WRITES  # what another process knows is told once a minute
            writes = each.wrote_at is not None and now - each.wrote_at < lasts
            yield Other(name=each.name, part=each.part if writes else "")
