# SPDX-License-Identifier: Apache-2.0
"""The priority of one case with its reasons, for the case page and the terminal; `queries.inbox` sorts lists by it."""

from __future__ import annotations

import msgspec

from tocsin.core.case.priority import Reason, priority
from tocsin.services.app import Desk
from tocsin.services.cases import Opened


class PointView(msgspec.Struct, frozen=True):
    """A decision point of SSVC that is settled: by facts, or by somebody's word."""

    name: str
    value: str
    why: str


class PriorityView(msgspec.Struct, frozen=True):
    """The class, why, and what SSVC's supplier table says; `possible` has several while points are `open`."""

    word: str
    reasons: tuple[Reason, ...]
    possible: tuple[str, ...]
    points: tuple[PointView, ...]
    open: tuple[str, ...]


def of(desk: Desk, opened: Opened) -> PriorityView:
    """Say how soon an opened case wants somebody, with what the lists of this installation know of its CVE id."""
    case = opened.case
    found = priority(opened.policy, case, desk.signals.of(case.cve_id) if case.cve_id else None)
    return PriorityView(
        word=found.word,
        reasons=found.reasons,
        possible=found.outcome.possible,
        points=tuple(PointView(name=each.name, value=each.value, why=each.why) for each in found.outcome.points),
        open=found.outcome.open,
    )
