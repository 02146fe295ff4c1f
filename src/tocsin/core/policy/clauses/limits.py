# SPDX-License-Identifier: Apache-2.0
"""Limits of others: clocks of lists, coordinators, CVE rules and law beside the project's own (S52, S78).

Each limit says itself from which moment it counts; the case knows some moments, a person records the rest. What a
list promises binds whoever posted to it, so a limit may start in a case whose policy never heard of it. The clause
warns of a date outside a limit and never refuses it: whether to break another's rule is for a person to decide.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from tocsin.core import limits
from tocsin.core.clock import Calendar, show
from tocsin.core.limits import Kind, Limit
from tocsin.core.policy import clause
from tocsin.core.policy.clause import Caution, Clause, Section, Sentence, Timed, says, timed
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.source import Source
from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.clause import Promise
    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy

_DATES: Final = frozenset({MoveName.PROPOSE_EMBARGO, MoveName.DECIDE_EMBARGO, MoveName.ACCEPT_EMBARGO})


class Running(Value):
    """One clock of a limit as this policy counts it; `foreign` where only a recorded moment makes it run."""

    limit: Limit
    clock: limits.Clock
    timed: Timed
    foreign: bool


class Terms(clause.Terms, kw_only=True):
    """Every clock that could run in a case of this project."""

    running: tuple[Running, ...]


def read(policy: Policy) -> Terms:
    """Read `limits`; never None, because a list's clock runs for whoever posts there."""
    named = policy.limits.apply if policy.limits else ()
    running = tuple(
        Running(limit=limit, clock=clock, timed=_timed(policy, limit, clock), foreign=limit.name not in named)
        for limit in (_since(policy, each) for each in limits.all_limits())
        if limit.name in named or limit.applies is limits.Applies.MOMENT
        for clock in limit.clock
    )
    own = tuple(each.timed for each in running if not each.foreign and each.clock.kind is Kind.ACT_BY)
    return Terms(sentences=tuple(_say(policy, named)), clocks=own, running=running)


def _since(policy: Policy, limit: Limit) -> Limit:
    """The limit with the day from which the project counts it, where it says another."""
    day = policy.limits.steward_since if policy.limits and limit.name == "cra-steward" else None
    return msgspec.structs.replace(limit, since=day) if day else limit


def _say(policy: Policy, named: tuple[str, ...]) -> Iterator[Sentence]:
    titles = [f"[{found.title}]({found.source})" for name in named if (found := limits.limit(name))]
    if titles:
        text = f"Besides our own promises we follow: {', '.join(titles)}."
        yield says(policy, "limits.apply", text, (Section.DISCLOSURE, 0, 40))


def _timed(policy: Policy, limit: Limit, clock: limits.Clock) -> Timed:
    """The clock in the words of a promise: its zero point, its source, its calendar."""
    name, title = f"{limit.name}-{clock.name}", f"{clock.title} ({limit.title})"
    found = timed(policy, name, title, f"limits.{limit.name}", clock.zero.replace("-", " "), clock.within)
    file = f"{limit.title} {limit.version}".strip()
    calendar = policy.calendar if limit.days_in == "project" or clock.within.unit == "business day" else Calendar()
    return msgspec.structs.replace(found, source=Source(file=file, lines=clock.cite), calendar=calendar)


@lru_cache(maxsize=128)
def _read(policy: Policy) -> Terms:
    return read(policy)


def moments(facts: Facts) -> dict[str, datetime]:
    """Return when each moment was: what was recorded, the last time it was, and what the case knows by itself."""
    known = {
        "received": facts.received_at,
        "decided": facts.decided_at,
        "accepted": facts.accepted_at,
        "fix-ready": facts.fix_ready_at,
        "first-feedback": facts.first_feedback_at,
        "disclosed": facts.published_at,
    }
    recorded = {each.name: each.at for each in sorted(facts.promises_met, key=lambda each: each.at)}
    return recorded | {name: at for name, at in known.items() if at}


def started(policy: Policy, facts: Facts) -> Iterator[tuple[Running, datetime]]:
    """Yield every clock that runs in a case, with the instant it started."""
    known = moments(facts)
    for each in _read(policy).running:
        if zero := _zero(each, known):
            yield each, zero


def _zero(each: Running, known: dict[str, datetime]) -> datetime | None:
    zero = known.get(each.clock.zero)
    if zero is None or (each.clock.needs and each.clock.needs not in known):
        return None
    return zero if each.limit.since is None or zero.date() >= each.limit.since else None


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """What has to be done, and by when the matter has to be public where that is a rule."""
    known = moments(facts)
    for each in terms.running:
        clock, zero = each.clock, _zero(each, known)
        if zero is None:
            continue
        if clock.kind is Kind.ACT_BY:
            yield each.timed.starts(zero, known.get(clock.kept_by))
        elif clock.kind is Kind.DISCLOSE_BY and clock.must and _to_be_disclosed(facts):
            yield each.timed.starts(zero, facts.published_at)


def _to_be_disclosed(facts: Facts) -> bool:
    """Whether the matter may still have to be public: what was decided not to be a vulnerability here has no date."""
    return not facts.internal_only and (facts.decided_at is None or facts.accepted_at is not None)


def guard(terms: Terms, facts: Facts, move: Move, now: datetime) -> Iterator[Caution]:
    """Warn of a date, or of a publication, outside a limit."""
    publishing = move.name is MoveName.PUBLISH
    wanted = move.ends_at if move.name in _DATES else (move.ends_at or now) if publishing else None
    known = moments(facts) if wanted else {}
    for each in terms.running if wanted else ():
        zero = _zero(each, known)
        if zero is None or wanted is None or each.clock.kind is Kind.ACT_BY:
            continue
        edge = each.timed.calendar.after(zero, each.clock.within)
        late = each.clock.kind is Kind.DISCLOSE_BY
        if wanted > edge if late else wanted < edge:
            side = "after" if late else "before"
            because = f"{show(wanted)} lies {side} {show(edge)}: {each.timed.title}, {each.timed.source}."
            yield Caution(code="outside-limit", because=because, rule=each.timed.rule, cite=each.timed.source.cite)


CLAUSE: Final = Clause(name="limits", rows=("S52", "S78"), read=read, due=due, guard=guard)
