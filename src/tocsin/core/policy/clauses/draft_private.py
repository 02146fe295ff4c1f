# SPDX-License-Identifier: Apache-2.0
"""Private draft: an accepted report gets exactly one draft advisory, and the draft has no public state (S41, S46)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Reaction, Section, Shape, Terms, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.vocabulary import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy


def read(policy: Policy) -> Terms | None:
    """Read `disclosure.draft_visibility`."""
    if not policy.disclosure or policy.disclosure.draft_visibility != "private":
        return None
    text = "The draft advisory will initially be set to private."
    place = (Section.RESPONSE, 50, 30)
    return Terms(sentences=(says(policy, "disclosure.draft_visibility", text, place, Shape.STEP),))


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Refused]:
    """Refuse a draft for a report that nobody has accepted: until then there is nothing to announce."""
    if move.name is MoveName.DRAFT_ADVISORY and not facts.accepted_at:
        because = "Accept the report first; a draft is made then."
        yield Refused(code="draft-before-acceptance", because=because, rule=terms.rule, cite=terms.cite)


def react(terms: Terms, facts: Facts, move: Move) -> Iterator[Reaction]:
    """Ask for the one private draft when a report is accepted."""
    if move.name is MoveName.ACCEPT and not facts.advisory_id:
        because = "an accepted report gets one private draft"
        yield Reaction(name="draft-advisory", because=because, cite=terms.cite)


CLAUSE: Final = Clause(name="draft_private", rows=("S41", "S46"), read=read, guard=guard, react=react)
