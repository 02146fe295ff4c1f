# SPDX-License-Identifier: Apache-2.0
"""What takes two people, and what stands in a journal about it: the wish of one, the yes of another.

A wish is asked for and approved as a whole: the command itself and a digest over every word that matters in it, so that
nobody approves something else than what they read. Which commands need it and who may approve is `decide.approve`.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from tocsin.core.vocabulary import CaseRef, Role, Value

EXPIRES: Final = timedelta(days=7)
"""How long a wish waits for its second person; what was approved in spring is not what is meant in autumn."""

ALONE: Final = timedelta(hours=24)
"""How long somebody who has no second person waits instead: a stolen account is noticed within a day, or never."""


class Act(StrEnum):
    """What one person alone cannot do."""

    PUBLISH = "publish"
    EARLY_DISCLOSURE = "early-disclosure"
    SHORTER_EMBARGO = "shorter-embargo"
    ABOVE_MAXIMUM = "above-maximum"
    SHRED = "shred"
    BREAK_GLASS = "break-glass"


class ApprovalAsked(Value, tag="approval.asked"):
    """Somebody wants what takes two. `wish` is the command as JSON, `terms` what it says, in words people compare."""

    act: Act
    digest: str
    terms: tuple[tuple[str, str], ...]
    wish: str
    until: datetime


class ApprovalGiven(Value, tag="approval.given"):
    """A second person approved exactly that, and it was done; `alone` where nobody else could and a day had passed."""

    act: Act
    digest: str
    alone: bool = False


class GlassBroken(Value, tag="glass.broken"):
    """Two people agreed that `person`, who sees no case, reads this one until an instant; the line's author is the
    second of them."""

    person: str
    name: str
    reason: str
    until: datetime


class CaseShredded(Value, tag="case.shredded"):
    """Two people agreed that nobody reads this case any more. It is the last line; its key is destroyed after it."""

    digest: str
    reason: str


class Member(Value):
    """Somebody of a project with the roles they hold there."""

    id: str
    name: str = ""
    roles: frozenset[Role] = frozenset()


class Glass(Value):
    """Somebody who sees no case reads this one until an instant, because a second person agreed."""

    person: str
    name: str
    second: str
    second_name: str
    reason: str
    at: datetime
    until: datetime


class Ask(Value):
    """A wish that waits."""

    by: str
    by_name: str
    at: datetime
    asked: ApprovalAsked


def digest(case: CaseRef, act: Act, terms: tuple[tuple[str, str], ...]) -> str:
    """SHA-256 over case, act and terms, in hex: what an approval is bound to."""
    return hashlib.sha256(msgspec.json.encode((case, act, terms))).hexdigest()
