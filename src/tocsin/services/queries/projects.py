# SPDX-License-Identifier: Apache-2.0
"""Every project at a glance, for somebody who looks after hundreds: how many cases wait, which is over, since when.

Read from the clear columns of the lists: no case is opened, and no project is named to somebody who is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.core import access
from tocsin.core.vocabulary import CaseRef, MoveName, ProjectId
from tocsin.services.app import Desk
from tocsin.services.archive_state import Archived, archived
from tocsin.services.ports.store import InboxQuery, InboxRow
from tocsin.services.queries import words

DEPTH: Final = 20
"""Cases of a project that are looked at; what is due first comes first, so nothing that is over is missed before."""

ACROSS: Final = 40
"""Cells in one row of the picture."""

_CELL: Final = 16


class Cell(msgspec.Struct, frozen=True):
    """One project: its cell in the picture, and its row in the table beside it."""

    project: ProjectId
    x: int
    y: int
    heat: int
    over: str
    soon: str
    team: str
    reporter: str
    first: CaseRef
    due: str
    mark: str
    seq: int = 0
    adopt: bool = False
    """Whether the project is silent: its first case is over, and somebody else's or nobody's. Whoever may assign there
    can take it."""
    archived: str = ""
    """Since which day nobody looks after it; only of a project without open cases."""


class Overview(msgspec.Struct, frozen=True):
    """All projects, the one that is over longest first."""

    cells: tuple[Cell, ...]
    width: int
    height: int
    at: str


def projects(desk: Desk, person: str) -> Overview:
    """Look at every project that a person belongs to."""
    now = desk.now()
    found = [
        (each, desk.inbox.page(InboxQuery(projects=(each,), limit=DEPTH))) for each in desk.people.projects(person)
    ]
    found.sort(key=lambda each: (not each[1], each[1][0].next_due if each[1] else now, each[0]))
    ended = {project: archived(desk.machine.facts, project) for project, rows in found if not rows}
    silent = {project for project, rows in found if rows and _silent(desk, person, rows[0], now)}
    cells = tuple(
        _cell(place, project, rows, now, project in silent, ended.get(project))
        for place, (project, rows) in enumerate(found)
    )
    down = -(-len(cells) // ACROSS)
    wide = min(len(cells), ACROSS) * _CELL
    return Overview(cells=cells, width=wide, height=down * _CELL, at=words.instant(now))


def _silent(desk: Desk, person: str, first: InboxRow, now: datetime) -> bool:
    """Whether a case is over in another's hands or in nobody's, and the person may take it."""
    if first.next_due > now or first.lead == person:
        return False
    actor = desk.people.actor(person, first.project)
    return actor is not None and access.may_move(actor, MoveName.ASSIGN)


def _cell(
    place: int, project: ProjectId, lines: Sequence[InboxRow], now: datetime, adopt: bool, ended: Archived | None
) -> Cell:
    over = sum(row.next_due <= now for row in lines)
    soon = sum(now < row.next_due <= now + timedelta(days=1) for row in lines)
    first = lines[0] if lines else None
    return Cell(
        project=project,
        x=place % ACROSS * _CELL,
        y=place // ACROSS * _CELL,
        heat=3 if over else 2 if soon else 1 if lines else 0,
        over=_count(over),
        soon=_count(soon),
        team=_count(sum(row.waits_for == "team" for row in lines)),
        reporter=_count(sum(row.waits_for == "reporter" for row in lines)),
        first=first.case if first else "",
        due=words.until(first.next_due, now) if first else "",
        mark=words.urgency(first.next_due, now) if first else "",
        seq=first.seq if first else 0,
        adopt=adopt,
        archived=f"{ended.at:%Y-%m-%d}" if ended else "",
    )


def _count(number: int) -> str:
    return f"{DEPTH}+" if number >= DEPTH else str(number or "")
