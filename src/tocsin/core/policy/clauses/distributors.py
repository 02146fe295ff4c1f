# SPDX-License-Identifier: Apache-2.0
"""Distributors: those who pass the product on are told ahead of time, and publish advisories of their own (S63)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.clock import Calendar, Duration, show
from tocsin.core.policy import clause
from tocsin.core.policy.clause import Caution, Clause, Section, Sentence, says, timed
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.spans import met
from tocsin.core.policy.voice import voice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.clause import Promise
    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Distributors, Policy

_DATES: Final = frozenset({MoveName.PROPOSE_EMBARGO, MoveName.DECIDE_EMBARGO})


class Terms(clause.Terms, kw_only=True):
    """How long before publication distributors are told, and the most they are."""

    notice: Duration | None
    most: Duration | None
    calendar: Calendar


def read(policy: Policy) -> Terms | None:
    """Read `distributors`."""
    stated = policy.distributors
    if not stated:
        return None
    because = "the day the distributors are told"
    rule = "distributors.notice"
    clocks = (
        (timed(policy, "distributor-notice", "Distributors", rule, because, stated.notice),) if stated.notice else ()
    )
    return Terms(
        sentences=tuple(_say(policy, stated)),
        clocks=clocks,
        notice=stated.notice,
        most=stated.max,
        calendar=policy.calendar,
    )


def _say(policy: Policy, stated: Distributors) -> Iterator[Sentence]:
    our = voice(policy)
    whose = our.called[0].upper() + our.called[1:]
    if stated.own_advisories:
        text = f"{whose}'s distributors will handle creating and publishing their own security advisories."
        yield says(policy, "distributors.own_advisories", text, (Section.DISCLOSURE, 10, 10))
    if stated.notice:
        most = f", and never more than {stated.max}" if stated.max else ""
        text = f"Distributors who accept our terms are told {stated.notice} before publication{most}."
        yield says(policy, "distributors.notice", text, (Section.DISCLOSURE, 10, 20))


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """One promise, once a date is agreed: they are told early enough before it."""
    for clock in terms.clocks:
        until = facts.embargo_until
        if until and facts.accepted_at and terms.notice:
            latest = until - (terms.calendar.after(until, terms.notice) - until)
            yield clock.starts(facts.accepted_at, met(facts, "distributors-told"), due_at=latest)


def guard(terms: Terms, _facts: Facts, move: Move, now: datetime) -> Iterator[Caution]:
    """Warn when a date leaves distributors less time than promised."""
    if move.name in _DATES and move.ends_at and terms.notice:
        needed = terms.calendar.after(now, terms.notice)
        if move.ends_at < needed:
            because = (
                f"Distributors are promised {terms.notice}: that allows {show(needed, terms.calendar.tz)} or later."
            )
            rule, cite = "distributors.notice", terms.cite
            yield Caution(code="distributors-too-late", because=because, rule=rule, cite=cite)


CLAUSE: Final = Clause(name="distributors", rows=("S63",), read=read, due=due, guard=guard)
