# SPDX-License-Identifier: Apache-2.0
"""Fix time: an accepted vulnerability is fixed in time (S9, S38)."""

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
    """Read `sla.fix`."""
    place = (Section.REPORTING, 40, 60)
    return span_terms(policy, "fix", "Confirmed vulnerabilities are fixed {when}.", place, "the report was accepted")


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """One promise, from acceptance; kept when a fix is ready."""
    for clock in terms.clocks:
        if facts.accepted_at:
            yield clock.starts(facts.accepted_at, facts.fix_ready_at)


CLAUSE: Final = Clause(name="fix_time", rows=("S9", "S38"), read=read, due=due)
