# SPDX-License-Identifier: Apache-2.0
"""The timeline picture: one case from receipt to publication, as points on a line. Drawing it is the templates' part.

Solid is done, dashed is promised, a diamond is the embargo's end, a tick is a deadline. Positions are per mille of the
width; the same marks, as rows, are the table beside the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Final

import msgspec

from tocsin.core.case.deadlines import due
from tocsin.core.case.model import Case
from tocsin.core.policy.model import Policy
from tocsin.services.queries import words

WIDTH = 1000


ROWS = 4
"""Rows for labels: 0 and 2 above the line, 1 and 3 below, the lower number nearer to it."""

STATES: Final[Mapping[str, str]] = {
    "done": "done",
    "due": "due",
    "over": "overdue",
    "embargo": "agreed",
    "now": "",
}


class Mark(msgspec.Struct, frozen=True):
    """One point. `kind` is a key of `STATES`, `state` its word; `x` is per mille; `row` keeps labels apart."""

    kind: str
    label: str
    at: str
    x: int
    row: int = 0
    day: str = ""
    state: str = ""


class Picture(msgspec.Struct, frozen=True):
    """The marks in order of time, where the solid part of the line ends, how long the line is in words, and how many
    rows of labels stand above and below it."""

    marks: tuple[Mark, ...]
    done_x: int
    now_x: int
    length: str
    above: int
    below: int


def picture(policy: Policy, case: Case, now: datetime) -> Picture:
    """Lay out the timeline of a case as it stands at `now`."""
    points = sorted([*_done(case), *_ahead(policy, case, now), (now, "now", "now")], key=lambda point: point[0])
    length = points[-1][0] - points[0][0]
    last = [-LABEL] * ROWS
    marks: list[Mark] = []
    for x, (at, kind, label) in zip(_places([at for at, _, _ in points]), points, strict=True):
        row = _row(last, x)
        last[row] = x
        marks.append(
            Mark(
                kind=kind, label=label, at=words.instant(at), x=x, row=row, day=f"{at.day} {at:%b}", state=STATES[kind]
            )
        )
    done = [mark.x for mark in marks if mark.kind == "done"]
    here = next(mark.x for mark in marks if mark.kind == "now")
    used = {mark.row for mark in marks}
    return Picture(
        marks=tuple(marks),
        done_x=max(done, default=0),
        now_x=here,
        length=words.span(length),
        above=2 if 2 in used else 1,
        below=2 if 3 in used else 1 if 1 in used else 0,
    )


GAP = 40
"""Per mille of the width that lies between two points however close they are; the rest is shared out by time."""

LABEL = 150
"""Per mille of the width that a label needs before the next one may stand on the same row."""


def _places(instants: list[datetime]) -> list[int]:
    """Place instants, already in order, from 0 to the full width: each gap has its least part and its share of time."""
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(instants)]
    whole, free = sum(gaps) or 1.0, WIDTH - GAP * len(gaps)
    return [round(x) for x in accumulate((GAP + free * gap / whole for gap in gaps), initial=0.0)]


def _row(last: list[int], x: int) -> int:
    """Choose the first row with room at `x`, else the one whose last label is farthest away."""
    free = next((row for row, before in enumerate(last) if x - before >= LABEL), None)
    return free if free is not None else min(range(ROWS), key=lambda row: last[row])


def _done(case: Case) -> list[tuple[datetime, str, str]]:
    happened = (
        (case.received_at, "report"),
        (case.first_feedback_at, "first answer"),
        (case.accepted_at or case.decided_at, "accepted" if case.accepted_at else "decided"),
        (case.fix_ready_at, "fix ready"),
        (case.published_at, "published"),
        (case.closed_at, "closed"),
    )
    return [(at, "done", label) for at, label in happened if at]


def _ahead(policy: Policy, case: Case, now: datetime) -> list[tuple[datetime, str, str]]:
    points = [
        (promise.due_at, "over" if promise.due_at <= now else "due", promise.title.lower())
        for promise in due(policy, case)
    ]
    if case.embargo_until:
        points.append((case.embargo_until, "embargo", "embargo ends"))
    return points
