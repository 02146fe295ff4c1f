# SPDX-License-Identifier: Apache-2.0
"""Conversation: once the project has decided, a person talks with the reporter in time (S20, S37; step 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Section, Sentence, Timed, timed
from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.clause import Promise
    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy


class Terms(Value):
    """`timed` is None while the project has only words and no number."""

    timed: Timed | None
    sentence: Sentence


def read(policy: Policy) -> Terms | None:
    """Read `sla.conversation`."""
    span = policy.sla and policy.sla.conversation
    if not span:
        return None
    rule = "sla.conversation.within"
    clock = None
    if span.within:
        clock = timed(policy, "conversation", "Conversation", rule, "the report was decided", span.within)
    when = span.said or f"within {span.within}"
    text = f"{policy.project.team} will initiate a conversation with the reporter {when}."
    sentence = Sentence(
        section=Section.RESPONSE, order=30, text=text, shape="step", rule=rule, source=policy.source(rule)
    )
    return Terms(timed=clock, sentence=sentence)


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """One promise, from the decision; kept by the first message of a person at or after it."""
    if terms.timed and facts.decided_at:
        yield terms.timed.starts(facts.decided_at, facts.conversation_at)


CLAUSE: Final = Clause(
    name="conversation",
    rows=("S20", "S37"),
    read=read,
    say=lambda terms: (terms.sentence,),
    timed=lambda terms: (terms.timed,) if terms.timed else (),
    due=due,
)
