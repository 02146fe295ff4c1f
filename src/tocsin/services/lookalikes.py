# SPDX-License-Identifier: Apache-2.0
"""Look-alikes for the people of the desk: which reports and published advisories may be about the same matter.

Sealed inbox rows carry the terms of their reports, so the memory of a process (`services.likes`) is filled without
opening a case: at start in the background, by the worker as reports come in, and by comparing journal lengths for what
other processes wrote. Who searches is asked about first; only their shelves are ranked. A reporter never comes here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from tocsin.core.case.phase import Phase
from tocsin.core.intake import Report
from tocsin.core.similar.query import Evidence
from tocsin.core.similar.search import Hit
from tocsin.core.similar.words import terms, unpack
from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services import sealing
from tocsin.services.app import Desk
from tocsin.services.likes import SHOWN, text
from tocsin.services.ports.store import InboxQuery, InboxRow
from tocsin.services.queries import inbox

PAGE: Final = 500
BREATH: Final = 50
"""Reports that are compared in one go, about a tenth of a second of work."""

TOP: Final = 5


class Alike(msgspec.Struct, frozen=True):
    """Something that may be the same matter. `case` and `phase` are empty for a published advisory."""

    id: str
    title: str
    project: ProjectId
    score: float
    evidence: tuple[Evidence, ...]
    phase: str = ""
    same_project: bool = False

    @property
    def percent(self) -> str:
        """The score as people read it."""
        return f"{self.score:.2f}"


def learn(desk: Desk, row: InboxRow, summary: sealing.Summary) -> None:
    """Take one case in from its inbox row, whose sealed half was opened already; one that nobody has looked at yet is
    compared at once with what everybody in its project may see, so that the inbox can say how many it is like."""
    _take(desk, row, summary)
    _mark(desk, [row])


def _take(desk: Desk, row: InboxRow, summary: sealing.Summary) -> None:
    desk.likes.learn(row.case, row.project, row.seq, unpack(summary.terms), summary.cve)


def _mark(desk: Desk, rows: Iterable[InboxRow], rest: Callable[[], None] = lambda: None) -> None:
    for number, row in enumerate(rows, 1):
        if row.phase == Phase.NEW and desk.likes.mark(row.case) is None:
            desk.likes.compare(row.project, row.case)
        if number % BREATH == 0:
            rest()


def catch_up(desk: Desk, rest: Callable[[], None] = lambda: None) -> int:
    """Take in every publication and every case that moved on since the last time; returns how many.

    `rest` is called after every page, and every few comparisons, because whoever waits for an answer comes first.
    Raises `Unavailable`.
    """
    taken, fresh = take_in(desk, rest)
    _mark(desk, fresh, rest)
    return taken


def take_in(desk: Desk, rest: Callable[[], None] = lambda: None) -> tuple[int, list[InboxRow]]:
    """The same without comparing: how many, and those of them that nobody has looked at yet."""
    taken, fresh = _publications(desk), list[InboxRow]()
    projects = tuple(project.id for project in desk.projects.all())
    query = InboxQuery(projects=projects, open=None, limit=PAGE)
    while projects and (page := desk.inbox.page(query)):
        moved = [row for row in page if not desk.likes.knows(row.case, row.seq)]
        for row in moved:
            _take(desk, row, inbox.open_summary(desk, row))
        taken += len(moved)
        fresh += [row for row in moved if row.phase == Phase.NEW]
        query = msgspec.structs.replace(query, after=(page[-1].next_due, page[-1].case))
        rest()
    desk.likes.whole = True
    return taken, fresh


def _publications(desk: Desk) -> int:
    taken = 0
    while page := desk.shelf.publications(desk.likes.serial, PAGE):
        for published in page:
            card = published.card
            said = "\n".join((card.title, card.summary, card.cve_id, card.affected, card.fixed))
            desk.likes.publish(card.id, terms(said))
            desk.likes.serial = published.serial
        taken += len(page)
    return taken


def alike(desk: Desk, person: str, case: CaseRef, project: ProjectId, report: Report) -> tuple[Alike, ...]:
    """List what may be the same matter as a case that `person` has open, the likest first, with what both say."""
    allowed = desk.people.projects(person)
    hits = desk.likes.search(allowed, text(report), TOP, without=case)
    found = (_shown(desk, hit, project, allowed) for hit in hits if hit.score >= SHOWN)
    return tuple(each for each in found if each is not None)


def _shown(desk: Desk, hit: Hit, project: ProjectId, allowed: tuple[ProjectId, ...]) -> Alike | None:
    """Put a hit in words, from where it stands now: what was taken away meanwhile is not shown."""
    if (card := desk.shelf.card(hit.id)) is not None:
        return Alike(id=card.id, title=card.title, project=card.project, score=hit.score, evidence=hit.evidence)
    row = desk.inbox.row(hit.id)
    if row is None or row.project not in allowed:
        return None
    return Alike(
        id=row.case,
        title=inbox.open_summary(desk, row).title,
        project=row.project,
        score=hit.score,
        evidence=hit.evidence,
        phase=row.phase,
        same_project=row.project == project,
    )
