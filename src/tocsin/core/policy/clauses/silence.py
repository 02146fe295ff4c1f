# SPDX-License-Identifier: Apache-2.0
"""Silence: when a reporter does not answer, the machine proposes and a person closes. Never the clock (S33, S67)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.clock import Calendar, Duration, show
from tocsin.core.policy import clause
from tocsin.core.policy.clause import Clause, Reaction, Section, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.model import Group
from tocsin.core.vocabulary import ActorKind, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy

_ENDING: Final = frozenset({MoveName.REJECT, MoveName.CLOSE, MoveName.DUPLICATE})


class Terms(clause.Terms, kw_only=True):
    """How long a question may stay unanswered before a proposal."""

    propose_after: Duration
    calendar: Calendar


def read(policy: Policy) -> Terms | None:
    """Read `assess.silence`."""
    stated = policy.assess and policy.assess.silence
    if not stated:
        return None
    text = (
        f"If a question of ours stays unanswered for {stated.propose_after}, closing the report is proposed; a person "
        "decides."
    )
    sentence = says(policy, "assess.silence.propose_after", text, (Section.RESPONSE, 20, 10), clause.Shape.STEP)
    return Terms(sentences=(sentence,), propose_after=stated.propose_after, calendar=policy.calendar)


def propose(terms: Terms, facts: Facts, now: datetime) -> Iterator[Reaction]:
    """Propose to call the report invalid once the silence has lasted long enough."""
    asked = facts.reporter_owes_since
    if (
        asked
        and not facts.decided_at
        and not facts.closed_at
        and now >= terms.calendar.after(asked, terms.propose_after)
    ):
        because = f"no answer since {show(asked, terms.calendar.tz)}, longer than {terms.propose_after}"
        yield Reaction(name="propose-invalid", because=because, to=(Group.LEAD,), cite=terms.cite)


def guard(terms: Terms, _facts: Facts, move: Move, _now: datetime) -> Iterator[Refused]:
    """Refuse to let the clock end a case."""
    if move.name in _ENDING and move.actor.kind is ActorKind.CLOCK:
        because = "Time alone ends no case; a person decides."
        yield Refused(code="clock-cannot-close", because=because, rule=terms.rule, cite=terms.cite)


CLAUSE: Final = Clause(name="silence", rows=("S33", "S67"), read=read, guard=guard, propose=propose)
