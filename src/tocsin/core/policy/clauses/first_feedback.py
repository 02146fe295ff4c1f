# SPDX-License-Identifier: Apache-2.0
"""First feedback: a person answers in time, with a plan to investigate and any workarounds (S20, S21, S22, S23).

An automatic acknowledgement does not stop the clock. A decision that ends the matter (rejection, duplicate) is an
answer by itself: nobody plans an investigation that is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Caution, Clause, Section, says, timed
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.voice import listed
from tocsin.core.vocabulary import ActorKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.clause import Promise
    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy

_PLAN: Final = "investigation-plan"
_WORKAROUNDS: Final = "workarounds"
_WORDS: Final = {
    _PLAN: "a detailed plan to investigate the issue",
    _WORKAROUNDS: "any potential workarounds to perform in the meantime",
}


class Terms(clause.Terms, kw_only=True):
    """What the first feedback must hold. There is no clock while the project has only words and no number (S21)."""

    must_contain: tuple[str, ...]


def read(policy: Policy) -> Terms | None:
    """Read `sla.first_feedback`."""
    feedback = policy.sla and policy.sla.first_feedback
    if not feedback:
        return None
    rule = "sla.first_feedback.within"
    number = f"within {feedback.within}" if feedback.within else ""
    including = f", including {listed(_WORDS[part] for part in feedback.must_contain)}" if feedback.must_contain else ""
    text = f"Feedback will be sent {', '.join(filter(None, (feedback.said, number)))}{including}."
    clocks = (
        (timed(policy, "first-feedback", "First feedback", rule, "the report arrived", feedback.within),)
        if feedback.within
        else ()
    )
    return Terms(
        sentences=(says(policy, rule, text, (Section.REPORTING, 40, 20)),),
        clocks=clocks,
        must_contain=feedback.must_contain,
    )


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """One promise, from receipt; kept when everything that was promised has been sent."""
    for clock in terms.clocks:
        sent = _sent(terms, facts)
        missing = tuple(_WORDS.get(name, "an answer by a person") for name, at in sent.items() if at is None)
        instants = [at for at in sent.values() if at is not None]
        kept_at = max(instants) if not missing else None
        yield clock.starts(facts.received_at, kept_at, missing if instants else ())


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Caution]:
    """Caution a person whose first answer leaves out what was promised; the clock would go on."""
    if move.name is not MoveName.REPLY or move.automatic or move.actor.kind is not ActorKind.PERSON:
        return
    given = {_PLAN: bool(move.plan), _WORKAROUNDS: bool(move.workarounds)}
    sent = _sent(terms, facts)
    missing = [_WORDS[part] for part in terms.must_contain if not given[part] and part in sent and sent[part] is None]
    if missing:
        because = f"The first feedback promises {listed(missing)}; without it the clock goes on."
        yield Caution(code="feedback-incomplete", because=because, rule=terms.rule, cite=terms.cite)


def _sent(terms: Terms, facts: Facts) -> dict[str, datetime | None]:
    """When each promised part went out."""
    if facts.decided_at and not facts.accepted_at:
        return {"answer": facts.first_feedback_at or facts.decided_at}
    parts = {_PLAN: facts.plan_sent_at, _WORKAROUNDS: facts.workarounds_sent_at}
    return {"answer": facts.first_feedback_at} | {name: parts[name] for name in terms.must_contain}


CLAUSE: Final = Clause(name="first_feedback", rows=("S20", "S21", "S22", "S23"), read=read, due=due, guard=guard)
