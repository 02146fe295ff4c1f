# SPDX-License-Identifier: Apache-2.0
"""Updates: while a case is open, the reporter hears from the project again and again (S37, S38)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Section, Terms
from tocsin.core.policy.spans import met, span_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.clause import Promise
    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy


def read(policy: Policy) -> Terms | None:
    """Read `sla.updates`."""
    place = (Section.REPORTING, 40, 40)
    return span_terms(policy, "updates", "Reporters get an update {when}.", place, "the reporter last heard from us")


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """One promise, from the last message of a person until the next; it ends with publication or closing."""
    if facts.published_at or facts.closed_at or (facts.decided_at and not facts.accepted_at):
        return
    heard = [facts.received_at, facts.first_feedback_at, facts.conversation_at, met(facts, "update")]
    for clock in terms.clocks:
        yield clock.starts(max(at for at in heard if at))


CLAUSE: Final = Clause(name="updates", rows=("S37", "S38"), read=read, due=due)
