# SPDX-License-Identifier: Apache-2.0
"""Escalation: who is told while nobody keeps a promise, at which share of its time (S20).

The ladder hangs on every clock of the policy (`clause.timed`). What is left for this clause is the last rung: when even
that has been told and the promise is still open, it proposes help from outside the team.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Clause, Reaction
from tocsin.core.policy.model import Group, Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy


class Terms(clause.Terms, kw_only=True):
    """The rungs, and the clock of the first answer that they are measured on."""

    steps: tuple[Step, ...]


def read(policy: Policy) -> Terms | None:
    """Read `sla.escalation`."""
    steps = policy.sla.escalation.steps if policy.sla and policy.sla.escalation else ()
    feedback = policy.sla and policy.sla.first_feedback
    if not steps:
        return None
    rule = "sla.first_feedback.within"
    clocks = (
        (clause.timed(policy, "first-feedback", "First feedback", rule, "the report arrived", feedback.within),)
        if feedback and feedback.within
        else ()
    )
    return Terms(clocks=clocks, steps=steps)


def propose(terms: Terms, facts: Facts, now: datetime) -> Iterator[Reaction]:
    """Propose a coordinator when the whole ladder has been climbed and no person has answered."""
    last = terms.steps[-1]
    for clock in terms.clocks:
        ended = clock.calendar.after(facts.received_at, clock.within, max(last.at, 100))
        if not facts.first_feedback_at and not facts.closed_at and now > ended:
            because = f"nobody has answered, and {last.to.value} was told at {last.at}% of the time"
            yield Reaction(
                name="propose-coordinator", because=because, to=(Group.ALL_MAINTAINERS, Group.BACKUP_CONTACT)
            )


CLAUSE: Final = Clause(name="escalation", rows=("S20",), read=read, propose=propose)
