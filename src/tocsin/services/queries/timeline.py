# SPDX-License-Identifier: Apache-2.0
"""The timeline picture: one case from receipt to publication, as points on a line. Drawing it is the templates' part.

Solid is done, dashed is promised, a diamond is the embargo's end, a tick is a deadline. Positions are per mille of the
width; the same marks, as rows, are the table beside the picture.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tocsin.core.case.deadlines import due
from tocsin.core.case.model import Case
from tocsin.core.policy.model import Policy
from tocsin.services.queries import words

WIDTH = 1000


class Mark(msgspec.Struct, frozen=True):
    """One point. `kind` is `done`, `due`, `over`, `embargo` or `now`; `x` is per mille; `row` keeps labels apart."""

    kind: str
    label: str
    at: str
    x: int
    row: int = 0


class Picture(msgspec.Struct, frozen=True):
    """The marks in order of time, where the solid part of the line ends, and how long the line is in words."""

    marks: tuple[Mark, ...]
    done_x: int
    now_x: int
    length: str


def picture(policy: Policy, case: Case, now: datetime) -> Picture:
    """Lay out the timeline of a case as it stands at `now`."""
    points = sorted([*_done(case), *_ahead(policy, case, now), (now, "now", "now")], key=lambda point: point[0])
    start, end = points[0][0], max(points[-1][0], points[0][0] + timedelta(hours=1))
    length = end - start
    rows = [0, 0]
    marks: list[Mark] = []
    for at, kind, label in points:
        x = round((at - start) / length * WIDTH)
        row = 0 if not marks or x - rows[0] >= LABEL else 1
        rows[row] = x
        marks.append(Mark(kind=kind, label=label, at=words.instant(at), x=x, row=row))
    done = [mark.x for mark in marks if mark.kind == "done"]
    here = next(mark.x for mark in marks if mark.kind == "now")
    return Picture(marks=tuple(marks), done_x=max(done, default=0), now_x=here, length=words.span(length))


LABEL = 90
"""Per mille of the width that a label needs before the next one may stand on the same row."""


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
