# SPDX-License-Identifier: Apache-2.0
"""Acknowledgement: receipt is confirmed in time. A machine may do this; feedback is another promise (S20, S22)."""

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
    """Read `sla.acknowledgement`."""
    return span_terms(
        policy, "acknowledgement", "Reports are acknowledged {when}.", (Section.REPORTING, 40, 10), "the report arrived"
    )


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """One promise, from receipt; kept by the acknowledgement or by the first answer of a person."""
    for clock in terms.clocks:
        answers = [at for at in (met(facts, "acknowledgement"), facts.first_feedback_at) if at]
        yield clock.starts(facts.received_at, min(answers, default=None))


CLAUSE: Final = Clause(name="acknowledgement", rows=("S20", "S22"), read=read, due=due)
