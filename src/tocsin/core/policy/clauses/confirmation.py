# SPDX-License-Identifier: Apache-2.0
"""Confirmation: that a fix works is confirmed by somebody who did not write it (S54)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Gate, Section, Shape, Terms, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.vocabulary import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy


def read(policy: Policy) -> Terms | None:
    """Read `fix.confirmed_by`."""
    if not policy.fix or policy.fix.confirmed_by != "other-than-author":
        return None
    text = "A fix is confirmed by somebody other than its author."
    return Terms(sentences=(says(policy, "fix.confirmed_by", text, (Section.RESPONSE, 60, 10), Shape.STEP),))


def gates(terms: Terms, facts: Facts) -> Iterator[Gate]:
    """One gate before publication, as soon as there is a fix to confirm."""
    if not facts.fix_ready_at:
        return
    others = [name for name in facts.fix_confirmed_by if name != facts.fix_author]
    reason = (
        f"confirmed by {', '.join(others)}" if others else "have the fix confirmed by somebody other than its author"
    )
    if not others and facts.public:
        reason = "already public, so publication does not wait for the confirmation of the fix"
    yield Gate(
        name="confirmation",
        move=MoveName.PUBLISH,
        satisfied=bool(others) or facts.public,
        reason=reason,
        rule=terms.rule,
        cite=terms.cite,
    )


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Refused]:
    """Refuse an author's confirmation of their own fix."""
    if move.name is MoveName.CONFIRM_FIX and move.actor.id == facts.fix_author:
        because = "You wrote this fix; somebody else confirms it."
        yield Refused(code="own-fix", because=because, rule=terms.rule, cite=terms.cite)


CLAUSE: Final = Clause(name="confirmation", rows=("S54",), read=read, gates=gates, guard=guard)
