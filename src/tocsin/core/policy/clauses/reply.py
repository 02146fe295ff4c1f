# SPDX-License-Identifier: Apache-2.0
"""Reply: while a case is open, no message of the reporter waits longer than promised (S37)."""

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
    """Read `sla.reply`."""
    place = (Section.REPORTING, 40, 30)
    return span_terms(policy, "reply", "Messages of the reporter are answered {when}.", place, "the reporter wrote")


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """One promise, from the oldest message that waits; answering it ends the promise."""
    for clock in terms.clocks:
        if facts.reporter_waits_since and not facts.closed_at:
            yield clock.starts(facts.reporter_waits_since)


CLAUSE: Final = Clause(name="reply", rows=("S37",), read=read, due=due)
