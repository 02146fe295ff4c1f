# SPDX-License-Identifier: Apache-2.0
"""The time box of a score: how long a person gives it, as the policy says, and how much of that is left.

Both source policies say that it is better to move quickly than to find the perfect vector (S43, S44). The box begins
when somebody first opens the editor of a case that the project has not scored, for each person anew. Its end closes
nothing: the page says so, and a score can be set again until publication.
"""

from __future__ import annotations

from tocsin.core.vocabulary import Value
from tocsin.services import own
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.queries import words


class TimeBox(Value):
    """The box in words; `left` and `length` are whole minutes."""

    span: str
    cite: str
    begun: str
    until: str
    left: int
    length: int

    @property
    def over(self) -> bool:
        """Whether its time has passed."""
        return self.left <= 0


def timebox(desk: Desk, opened: Opened, person: str) -> TimeBox | None:
    """Return the box of a case for a person who opens the editor; None where there is none, or a score stands."""
    policy, case = opened.policy, opened.case
    span = policy.severity.timebox if policy.severity else None
    if span is None or not span.amount or case.published_at or any(each.authoritative for each in case.scores):
        return None
    now, begun = desk.now(), own.begun(desk, opened, person, "score")
    ends = policy.calendar.after(begun, span)
    minute = 60
    return TimeBox(
        span=str(span),
        cite=policy.source("severity.timebox").cite,
        begun=words.instant(begun),
        until=words.until(ends, now),
        left=max(0, int((ends - now).total_seconds()) // minute),
        length=max(1, int((ends - begun).total_seconds()) // minute),
    )
