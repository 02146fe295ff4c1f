# SPDX-License-Identifier: Apache-2.0
"""Where a case stands, in one word, and who owes the next move: pure functions of the case, never stored as truth."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tocsin.core.case.model import Case
from tocsin.core.case.tables import RM


class Phase(StrEnum):
    """The words of the inbox, in the order a report walks through them."""

    NEW = "new"
    NEED_INFO = "need-info"
    ACCEPTED = "accepted"
    EMBARGO = "embargo"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    DEFERRED = "deferred"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    CLOSED = "closed"


OPEN: Final = frozenset({Phase.NEW, Phase.NEED_INFO, Phase.ACCEPTED, Phase.EMBARGO, Phase.PUBLISHING, Phase.DEFERRED})
"""Phases in which somebody may still owe something."""


def phase(case: Case) -> Phase:
    """Return the phase of a case."""
    if case.rm is RM.CLOSED:
        return Phase.CLOSED
    if case.published_at:
        return Phase.PUBLISHED
    if case.ordered_digest:
        return Phase.PUBLISHING
    if case.duplicate_of:
        return Phase.DUPLICATE
    if case.rm is RM.INVALID:
        return Phase.REJECTED
    if case.rm is RM.DEFERRED:
        return Phase.DEFERRED
    if case.rm is RM.ACCEPTED:
        return Phase.EMBARGO if case.embargo.in_force else Phase.ACCEPTED
    return Phase.NEED_INFO if case.reporter_owes_since else Phase.NEW


def next_move(case: Case) -> str:
    """Say who owes the next move: `team`, `reporter` or `nobody` (S37)."""
    heard = any(each.waits_since and each.here for each in case.parties)
    if phase(case) not in OPEN and not case.reporter_waits_since and not heard:
        return "nobody"
    if case.reporter_waits_since or heard or not case.reporter_owes_since:
        return "team"
    return "reporter"


HELD: Final = "held"
"""The queue of what came in beyond a quota or in a pause."""


def queue(case: Case) -> str:
    """Say in which queue of the inbox a case stands: `HELD` until anything happens in it, a promise that comes near
    included; from then on that of `next_move`."""
    return HELD if case.held and case.seq == 1 else next_move(case)


STEPS: Final = ("Received", "First answer", "Decision", "Fix", "Agreed date", "Publication")
"""The reporter's status steps (UX 3.2)."""


def steps_done(case: Case) -> tuple[bool, ...]:
    """Tell for each of `STEPS` whether it is behind us."""
    return (
        True,
        case.first_feedback_at is not None,
        case.decided_at is not None,
        case.fix_ready_at is not None,
        case.embargo_until is not None or case.published_at is not None,
        case.published_at is not None,
    )
