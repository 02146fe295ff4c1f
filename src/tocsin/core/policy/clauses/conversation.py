# SPDX-License-Identifier: Apache-2.0
"""Conversation: once the project has decided, a person talks with the reporter in time (S20, S37; step 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Section, Shape, Terms
from tocsin.core.policy.spans import span_terms
from tocsin.core.policy.voice import voice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.clause import Promise
    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy


def read(policy: Policy) -> Terms | None:
    """Read `sla.conversation`."""
    text = f"{voice(policy).team} will initiate a conversation with the reporter {{when}}."
    place = (Section.RESPONSE, 30, 0)
    return span_terms(policy, "conversation", text, place, "the report was decided", Shape.STEP)


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """One promise, from the decision; kept by the first message of a person at or after it."""
    for clock in terms.clocks:
        if facts.decided_at:
            yield clock.starts(facts.decided_at, facts.conversation_at)


CLAUSE: Final = Clause(name="conversation", rows=("S20", "S37"), read=read, due=due)
