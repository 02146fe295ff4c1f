# SPDX-License-Identifier: Apache-2.0
"""Assessment: the project decides in time whether a report is a vulnerability (S35)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Section, Terms
from tocsin.core.policy.spans import span_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.clause import Promise
    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy


def read(policy: Policy) -> Terms | None:
    """Read `sla.assessment`."""
    place = (Section.REPORTING, 40, 50)
    return span_terms(policy, "assessment", "Reports are assessed {when}.", place, "the report arrived")


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """One promise, from receipt; kept by the decision."""
    for clock in terms.clocks:
        yield clock.starts(facts.received_at, facts.decided_at)


CLAUSE: Final = Clause(name="assessment", rows=("S35",), read=read, due=due)
