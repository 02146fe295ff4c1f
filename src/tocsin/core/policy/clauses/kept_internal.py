# SPDX-License-Identifier: Apache-2.0
"""Kept internal: a case may end without publication, with a reason and a second person, and no CVE id behind (S10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Clause, Section, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.vocabulary import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy

INTERNAL: Final = "fix-only-internal"


class Terms(clause.Terms, kw_only=True):
    """Whether the policy leaves this way open."""

    allowed: bool


def read(policy: Policy) -> Terms | None:
    """Read `assess.outcomes`."""
    outcomes = policy.assess.outcomes if policy.assess else ()
    if not outcomes:
        return None
    allowed = INTERNAL in outcomes
    text = "This information could be kept entirely internal to the project."
    sentence = says(policy, "assess.outcomes", text, (Section.REPORTING, 0, 20))
    return Terms(sentences=(sentence,) if allowed else (), allowed=allowed)


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Refused]:
    """Refuse to end a case unpublished without reason, alone, with an open CVE id, or where the policy forbids it."""
    if move.name is not MoveName.CLOSE or move.reason_class != INTERNAL:
        return
    rule, cite = "assess.outcomes", terms.cite
    if not terms.allowed:
        because = "Under this policy every accepted case is published."
        yield Refused(code="internal-not-allowed", because=because, rule=rule)
        return
    missing = []
    if not move.text.strip():
        missing.append("the reason")
    if not [name for name in move.approved_by if name != move.actor.id]:
        missing.append("approval by another person")
    if facts.cve_state == "reserved":
        missing.append("rejection of the CVE id (CNA 4.2.4, 4.5.3.5)")
    if missing:
        because = "A case that ends unpublished needs a reason, a second person, and no CVE id left open."
        yield Refused(code="internal-incomplete", because=because, rule=rule, cite=cite, missing=tuple(missing))


CLAUSE: Final = Clause(name="kept_internal", rows=("S10",), read=read, guard=guard)
