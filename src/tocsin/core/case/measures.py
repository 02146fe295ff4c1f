# SPDX-License-Identifier: Apache-2.0
"""The few instants of one case that say how it went, so that measuring ten thousand cases opens no journal.

What is computed from many of them is in `core.case.keys`. Waiting is counted in the working time of the policy. Nothing
here knows a person: there is no ranking of people, and no measure from which one could be made.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tocsin.core.case import phase as phases
from tocsin.core.case.model import Case
from tocsin.core.case.phase import Phase
from tocsin.core.policy.clauses import Promise
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import CaseRef, Value

_REPLIES: Final = ("first-feedback", "conversation")
"""Promises of a word to the reporter."""


class Measures(Value):
    """What `core.case.keys` needs of one case. Hours are working hours of the policy the case is pinned to.

    `answer_target` is the time that was promised for the first answer; `waits_since` is when the reporter said
    something that nobody answered yet, `reply_due_at` by when an answer is promised. `came_back` says that the reporter
    did something after the first answer; `minutes` are those of `core.case.effort`, of everybody together.
    """

    case: CaseRef
    opened_at: datetime
    answered_at: datetime | None = None
    answer_hours: float | None = None
    answer_due_at: datetime | None = None
    remedied_at: datetime | None = None
    agreed_at: datetime | None = None
    published_at: datetime | None = None
    leaked: bool = False
    corrections: tuple[tuple[datetime, str], ...] = ()
    outcome: str = "open"
    ended_at: datetime | None = None
    waits_for: str = ""
    hardening: str = ""
    answer_target: float | None = None
    decided_at: datetime | None = None
    fixed_at: datetime | None = None
    waits_since: datetime | None = None
    reply_due_at: datetime | None = None
    held: bool = False
    came_back: bool = False
    minutes: float | None = None


def measure(policy: Policy, case: Case, promised: tuple[Promise, ...]) -> Measures:
    """Take the instants of one case; `promised` is all that the policy promises in it."""
    answered = case.first_feedback_at
    worked = policy.calendar.worked(case.received_at, answered) if answered else None
    first = next((each.due_at for each in promised if each.name == "first-feedback"), None)
    open_due = (each.due_at for each in promised if each.name in _REPLIES and not each.kept_at)
    leaked_at = min((each.at for each in case.recorded if each.name == "third-party-disclosed"), default=None)
    published = case.published_at
    return Measures(
        case=case.ref,
        opened_at=case.received_at,
        answered_at=answered,
        answer_hours=_hours(worked) if worked is not None else None,
        answer_due_at=first,
        answer_target=_hours(policy.calendar.worked(case.received_at, first)) if first else None,
        remedied_at=case.remedied_at,
        agreed_at=case.embargo.ends_at,
        published_at=published,
        leaked=case.embargo_why == "leaked" or bool(leaked_at and (published is None or leaked_at < published)),
        corrections=tuple((at, why) for number, at, why in case.revisions if number > 1),
        outcome=_outcome(case),
        ended_at=case.closed_at or published,
        waits_for=phases.next_move(case),
        hardening=case.hardening,
        decided_at=case.decided_at,
        fixed_at=case.fix_ready_at,
        waits_since=_since(case),
        reply_due_at=min(open_due, default=None),
        held=case.held,
        came_back=bool(answered and case.last_reporter_at and case.last_reporter_at > answered),
        minutes=round(case.worked / 60, 1) if case.worked else None,
    )


def _since(case: Case) -> datetime | None:
    """Since when the reporter waits for a word: from the report on until the first answer, or from their last word."""
    if phases.phase(case) not in phases.OPEN:
        return None
    return case.reporter_waits_since if case.first_feedback_at else case.received_at


def _hours(worked: timedelta) -> float:
    return round(worked / timedelta(hours=1), 2)


def _outcome(case: Case) -> str:
    stands = phases.phase(case)
    if case.duplicate_of:
        return "duplicate"
    if case.accepted_at:
        return "valid"
    if case.rejection or stands is Phase.REJECTED:
        return "rejected"
    return "open" if stands in phases.OPEN else "closed"
