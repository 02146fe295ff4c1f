# SPDX-License-Identifier: Apache-2.0
"""What one process remembers to find look-alikes by: the terms of reports and published advisories, in memory only.

One shelf a project and one for what is published, so that a search looks only at what its reader may see. Nothing here
reads or writes anything; `services.lookalikes` fills it and asks it.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable
from heapq import nsmallest
from math import ceil
from threading import Lock
from typing import Final

import msgspec

from tocsin.core.intake import Report
from tocsin.core.similar.index import Shelf
from tocsin.core.similar.search import Hit, View
from tocsin.core.similar.words import MAX_CHARS, pack, terms
from tocsin.core.vocabulary import CaseRef, ProjectId

PUBLISHED: Final = ""
"""Name of the shelf of published advisories; no project has it."""

SHOWN: Final = 0.3
"""Hits below are not shown. Of real texts about something new, five in a hundred reach it (`./bench duplicates`)."""

MARKED: Final = 10
"""Hits that count for the inbox's mark; beyond it there are simply many."""

RANKED: Final = 200
"""Of what holds all words of a search, so many are put in order: of each project its share, those that came last."""

MOST_VIEWS: Final = 32
"""Sets of projects that are kept ready to be searched, the one asked for last kept longest."""


def text(report: Report) -> str:
    """What of a report is compared: its title and everything that says what the matter is, never who wrote it."""
    parts = (report.title, report.reproduce, report.version, report.effects, report.attack_surface, report.dependencies)
    return "\n".join(part for part in parts if part)[:MAX_CHARS]


def tail(case: CaseRef) -> str:
    """The part of a reference that people say: what stands behind the year."""
    return case.rpartition("-")[2].casefold()


def packed(report: Report) -> bytes:
    """The terms of a report, as they lie in the sealed half of its inbox row."""
    return pack(terms(text(report)))


class Mark(msgspec.Struct, frozen=True):
    """What the inbox says of a case: the best score, and how many texts reach what is shown."""

    score: float
    count: int


class Likes:
    """Terms by project, safe for the threads of one process; a search holds the others up for a millisecond."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._shelves: dict[ProjectId, Shelf] = {PUBLISHED: Shelf()}
        self._seen: dict[CaseRef, int] = {}
        self._views: OrderedDict[frozenset[ProjectId], View] = OrderedDict()
        self._alike: dict[CaseRef, dict[str, float]] = {}
        self._called: dict[tuple[ProjectId, str], CaseRef] = {}
        self._stands: dict[CaseRef, ProjectId] = {}
        self.serial = 0
        """The newest publication that was taken in."""
        self.whole = False
        """Whether everything there was at the start has been taken in."""

    def __len__(self) -> int:
        """How many texts are known."""
        with self._lock:
            return sum(map(len, self._shelves.values()))

    def knows(self, case: CaseRef, seq: int) -> bool:
        """Whether a case was taken in at this journal length."""
        return self._seen.get(case) == seq

    def learn(self, case: CaseRef, project: ProjectId, seq: int, told: array[int], cve: str = "") -> None:
        """Take in a report's terms and what its case is called, or note that it has moved on."""
        with self._lock:
            if (before := self._stands.get(case, project)) != project:
                self._shelves[before].remove(case)
                self._forget(case)
            self._stands[case] = project
            shelf = self._shelves.setdefault(project, Shelf())
            self._seen[case] = seq
            self._called[project, tail(case)] = case
            if cve:
                self._called[project, cve.casefold()] = case
            if shelf.terms(case) != told:
                shelf.add(case, told)

    def publish(self, advisory: str, told: array[int]) -> None:
        """Take in a published advisory's terms."""
        with self._lock:
            self._shelves[PUBLISHED].add(advisory, told)

    def search(self, projects: Iterable[ProjectId], text: str, top: int, without: CaseRef = "") -> list[Hit]:
        """Search what is published and the reports of these projects."""
        allowed = frozenset({PUBLISHED, *projects})
        with self._lock:
            return self._view(allowed).search(text, top, without)

    def find(self, projects: Iterable[ProjectId], text: str, most: int) -> list[CaseRef]:
        """The cases of these projects whose reports hold every word of `text`, those first that say them first."""
        wanted = frozenset(terms(text))
        with self._lock:
            found = [(each, each.saying(wanted)) for name in projects if (each := self._shelves.get(name))]
            share = min(1.0, RANKED / max(1, sum(len(numbers) for _, numbers in found)))
            hits = (
                (shelf.depth(number, wanted), shelf.ids[number])
                for shelf, numbers in found
                for number in sorted(numbers)[-ceil(share * len(numbers)) :]
            )
            return [case for _, case in nsmallest(most, hits)]

    def called(self, projects: Iterable[ProjectId], name: str) -> list[CaseRef]:
        """The cases of these projects that a CVE id or the end of a reference was last seen of; whoever asks looks
        whether they still are. What another project calls so changes nothing of the answer."""
        names = (name.casefold(), tail(name))
        with self._lock:
            found = (self._called.get((project, each)) for project in projects for each in names)
            return list(dict.fromkeys(each for each in found if each))

    def compare(self, project: ProjectId, case: CaseRef) -> None:
        """Look for what a case is like among what everybody in its project may see; the outcome is its mark."""
        with self._lock:
            told = self._shelves[project].terms(case)
            if told is not None:
                self._note(case, self._view(frozenset({PUBLISHED, project})).like(told, MARKED, case))

    def mark(self, case: CaseRef) -> Mark | None:
        """What was found for a case when it came in, or since."""
        with self._lock:
            found = self._alike.get(case)
            return Mark(score=max(found.values()), count=len(found)) if found else None

    def _forget(self, case: CaseRef) -> None:
        """Forget what was found for a case that went to another project: there it is compared with what is there."""
        for other in self._alike.pop(case, {}):
            known = self._alike.get(other, {})
            known.pop(case, None)
            if not known:
                self._alike.pop(other, None)

    def _note(self, case: CaseRef, hits: Iterable[Hit]) -> None:
        """Keep what was found for a case; whatever it is like is like it, and is counted once."""
        for hit in hits:
            if hit.score >= SHOWN:
                for one, other in ((case, hit.id), (hit.id, case)):
                    known = self._alike.setdefault(one, {})
                    known[other] = max(known.get(other, 0.0), hit.score)

    def _view(self, allowed: frozenset[ProjectId]) -> View:
        known = frozenset(allowed & self._shelves.keys())
        view = self._views.pop(known, None) or View(self._shelves[name] for name in sorted(known))
        self._views[known] = view
        if len(self._views) > MOST_VIEWS:
            self._views.popitem(last=False)
        return view
