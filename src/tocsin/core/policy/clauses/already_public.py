# SPDX-License-Identifier: Apache-2.0
"""Already public: what everybody knows takes the fast lane. Somebody is called at once, and no embargo starts (S11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.clock import Duration
from tocsin.core.policy import clause
from tocsin.core.policy.clause import Clause, Reaction, Section, says, timed
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.model import Group
from tocsin.core.policy.spans import met
from tocsin.core.policy.voice import voice
from tocsin.core.vocabulary import Refused, ReportKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.clause import Promise
    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy

_TOLD: Final = {
    "all": (Group.ALL_MAINTAINERS,),
    "on-call": (Group.ON_CALL,),
    "lead": (Group.LEAD,),
}
_OPENING: Final = frozenset({MoveName.PROPOSE_EMBARGO, MoveName.ACCEPT_EMBARGO, MoveName.DECIDE_EMBARGO})


class Terms(clause.Terms, kw_only=True):
    """Who is called."""

    to: tuple[Group, ...]


def read(policy: Policy) -> Terms | None:
    """Read `intake.already_public`; the call is due at once unless the policy gives it a time."""
    fast = policy.intake and policy.intake.already_public
    if not fast or fast.route != "urgent":
        return None
    our, rule = voice(policy), "intake.already_public.route"
    address = (
        next((channel.address for channel in policy.intake.channel if channel.address), "") if policy.intake else ""
    )
    at = f" ({address})" if address and our.team.startswith("The ") and our.of_it else ""
    text = (
        f"If you know of a publicly disclosed security vulnerability for {our.called}, please **IMMEDIATELY** contact "
        f"{our.its_team}{at} privately."
    )
    because = "the report of something public arrived"
    timed_by = "intake.already_public.within" if fast.within else rule
    clock = timed(policy, "urgent-call", "Urgent call", timed_by, because, fast.within or _AT_ONCE)
    return Terms(
        sentences=(says(policy, rule, text, (Section.REPORTING, 10, 0)),), clocks=(clock,), to=_TOLD[fast.notify]
    )


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """One promise, from receipt of something public; kept by the call, or by a person's answer."""
    if facts.kind is ReportKind.ALREADY_PUBLIC:
        reached = [at for at in (met(facts, "urgent-call"), facts.first_feedback_at) if at]
        yield terms.clocks[0].starts(facts.received_at, min(reached, default=None))


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Refused]:
    """Refuse to open an embargo on what is public."""
    if move.name in _OPENING and (facts.public or facts.kind is ReportKind.ALREADY_PUBLIC):
        because = "The matter is already public: there is nothing left to keep, only now to publish."
        yield Refused(code="already-public", because=because, rule=terms.rule, cite=terms.cite)


def react(terms: Terms, facts: Facts, move: Move) -> Iterator[Reaction]:
    """Call somebody as soon as such a report arrives."""
    if move.name is MoveName.REPORT and facts.kind is ReportKind.ALREADY_PUBLIC:
        yield Reaction(name="urgent-call", because="the report says it is already public", to=terms.to, cite=terms.cite)


_AT_ONCE: Final = Duration.parse("immediate")

CLAUSE: Final = Clause(name="already_public", rows=("S11",), read=read, due=due, guard=guard, react=react)
