# SPDX-License-Identifier: Apache-2.0
"""Communication plan: once the time line of a fix is known, somebody plans whom to tell, how and when (S38, S39)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Caution, Clause, Reaction, Section, Shape, Terms, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.model import Group
from tocsin.core.policy.spans import met
from tocsin.core.policy.voice import voice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy


def read(policy: Policy) -> Terms | None:
    """Read `disclosure.plan_after`."""
    stated = policy.disclosure
    if not stated or not stated.plan_after:
        return None
    steps = (
        ", including identifying mitigating steps that affected users can take to protect themselves until the fix is "
        "rolled out"
    )
    text = (
        f"If a vulnerability is acknowledged and the timeline for a fix is determined, {voice(policy).inside} will "
        f"work on a plan to communicate with the appropriate community{steps if stated.mitigations else ''}."
    )
    return Terms(sentences=(says(policy, "disclosure.plan_after", text, (Section.RESPONSE, 40, 0), Shape.STEP),))


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Caution]:
    """Remind whoever publishes that nobody has planned whom to tell."""
    if move.name is MoveName.PUBLISH and not met(facts, "communication-plan"):
        because = "No plan says whom to tell, through which channel and by whom."
        yield Caution(code="no-communication-plan", because=because, rule=terms.rule, cite=terms.cite)


def react(terms: Terms, facts: Facts, move: Move) -> Iterator[Reaction]:
    """Propose the plan as soon as a date or a fix is known."""
    known = move.name in (MoveName.ACCEPT_EMBARGO, MoveName.DECIDE_EMBARGO, MoveName.SET_FIX)
    if known and facts.accepted_at and not met(facts, "communication-plan"):
        because = "the time line is known; plan whom to tell"
        yield Reaction(name="propose-communication-plan", because=because, to=(Group.LEAD,), cite=terms.cite)


CLAUSE: Final = Clause(name="plan", rows=("S38", "S39"), read=read, guard=guard, react=react)
