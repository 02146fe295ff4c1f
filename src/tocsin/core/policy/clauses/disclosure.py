# SPDX-License-Identifier: Apache-2.0
"""Disclosure: when the matter becomes public, who agrees to the date, and who has the last word (S49-S53).

What is possible in an embargo negotiation stands in the protocol's tables; this clause narrows it by the project's
minimum and maximum, its closed list of reasons to wait longer, and its rule for disagreement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.clock import Calendar, show
from tocsin.core.clock.instants import DAYS
from tocsin.core.policy.clause import Caution, Clause, Reaction, Section, Sentence, Timed, timed
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.groups import speaks_for
from tocsin.core.policy.model import Disclosure, Group
from tocsin.core.policy.source import Source
from tocsin.core.vocabulary import Refused, Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.clause import Promise, Verdict
    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy

_DATES: Final = frozenset({MoveName.PROPOSE_EMBARGO, MoveName.DECIDE_EMBARGO})
_OPENING: Final = _DATES | {MoveName.ACCEPT_EMBARGO}


class Terms(Value):
    """The section as it stands, with the sources of the values a refusal may have to cite."""

    stated: Disclosure
    calendar: Calendar
    limit: Timed | None
    team: str
    sources: dict[str, Source]

    def cite(self, key: str) -> str:
        """Return the cited line of one value."""
        return self.sources[key].cite


def read(policy: Policy) -> Terms | None:
    """Read `disclosure`."""
    stated = policy.disclosure
    if not stated or (stated.negotiated is None and stated.max is None and not stated.public_already):
        return None
    limit = None
    if stated.max:
        because = "the report arrived" if stated.max_from == "report" else "the fix was ready"
        limit = timed(policy, "disclosure", "Disclosure", "disclosure.max", because, stated.max)
    keys = ("negotiated", "prefer", "hold_reasons", "min", "max", "public_already", "final_say", "weekdays")
    return Terms(
        stated=stated,
        calendar=policy.calendar,
        limit=limit,
        team=policy.project.team,
        sources={key: policy.source(f"disclosure.{key}") for key in keys},
    )


def say(terms: Terms) -> Iterator[Sentence]:
    """The negotiation, the preference, the reasons to wait, the frame, and the last word."""
    stated = terms.stated
    team = terms.team[0].lower() + terms.team[1:]
    frame = f"from {stated.min or 'immediate'} (especially if it's already publicly known) to "
    lines = [
        ("negotiated", stated.negotiated, f"A public disclosure date is negotiated by {team}, and the bug submitter."),
        (
            "prefer",
            stated.prefer,
            "We prefer to fully disclose the bug as soon as possible once a user mitigation or patch is available.",
        ),
        (
            "hold_reasons",
            stated.hold_reasons,
            (
                "It is reasonable to delay disclosure when the bug or the fix is not yet fully understood, or the "
                "solution is not well-tested."
            ),
        ),
        ("max", stated.min and stated.max, f"The timeframe for disclosure is {frame}{stated.said or stated.max}."),
        ("max", not stated.min and stated.max, f"Vulnerabilities are disclosed within {stated.max} of the report."),
        ("final_say", stated.final_say, f"{terms.team} holds the final say when setting a public disclosure date."),
    ]
    for order, (key, stands, text) in enumerate(lines):
        if stands:
            yield Sentence(
                section=Section.RESPONSE,
                order=65 + order,
                text=text,
                shape="step",
                rule=f"disclosure.{key}",
                source=terms.sources[key],
            )


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """The maximum, for an accepted case; kept by publication."""
    start = facts.received_at if terms.stated.max_from == "report" else facts.fix_ready_at
    if terms.limit and facts.accepted_at and start and not facts.internal_only:
        yield terms.limit.starts(start, facts.published_at)


def guard(terms: Terms, facts: Facts, move: Move, now: datetime) -> Iterator[Verdict]:
    """Ask every rule about dates that concerns the move."""
    if move.name in _OPENING:
        yield from _already_public(terms, facts)
    if move.name in _DATES and move.ends_at:
        yield from _frame(terms, facts, move, move.ends_at, now)
        yield from _later(terms, facts, move, move.ends_at)
        yield from _day(terms, move.ends_at)
    if move.name is MoveName.DECIDE_EMBARGO:
        yield from _final_say(terms, facts, move)
    if move.name is MoveName.PUBLISH:
        yield from _running(terms, facts, now)


def react(terms: Terms, facts: Facts, move: Move) -> Iterator[Reaction]:
    """Propose an earlier date once a fix is ready and the date still lies ahead (S50)."""
    if move.name is MoveName.SET_FIX and terms.stated.prefer and facts.embargo_until:
        because = "the policy prefers disclosure as soon as a mitigation or patch is available"
        yield Reaction(name="propose-earlier-date", because=because, to=(Group.LEAD,), cite=terms.cite("prefer"))


def _already_public(terms: Terms, facts: Facts) -> Iterator[Refused]:
    if facts.public and terms.stated.public_already == "immediate":
        yield Refused(
            code="already-public",
            because="The matter is already public: the only date left is now.",
            rule="disclosure.public_already",
            cite=terms.cite("public_already"),
        )


def _frame(terms: Terms, facts: Facts, move: Move, ends_at: datetime, now: datetime) -> Iterator[Verdict]:
    """Minimum and maximum; above the maximum a second person approves, where the policy allows that."""
    stated = terms.stated
    if stated.min and ends_at < (earliest := terms.calendar.after(now, stated.min)):
        because = f"The policy gives at least {stated.min}: not before {show(earliest, terms.calendar.tz)}."
        yield Refused(code="embargo-under-minimum", because=because, rule="disclosure.min", cite=terms.cite("min"))
    start = facts.received_at if stated.max_from == "report" else (facts.fix_ready_at or now)
    if not stated.max or ends_at <= (latest := terms.calendar.after(start, stated.max)):
        return
    because = f"{show(ends_at, terms.calendar.tz)} lies after {show(latest, terms.calendar.tz)}, the policy's maximum."
    others = [name for name in move.approved_by if name != move.actor.id]
    if stated.above_max == "second-approval" and others:
        because = f"{because} Approved by {', '.join(others)}."
        yield Caution(code="embargo-over-maximum", because=because, rule="disclosure.max", cite=terms.cite("max"))
        return
    missing = ("approval by another person",) if stated.above_max == "second-approval" else ()
    yield Refused(
        code="embargo-over-maximum", because=because, rule="disclosure.max", cite=terms.cite("max"), missing=missing
    )


def _later(terms: Terms, facts: Facts, move: Move, ends_at: datetime) -> Iterator[Refused]:
    """A later date needs a reason from the closed list, and words (S51)."""
    reasons = terms.stated.hold_reasons
    if not reasons or not facts.embargo_until or ends_at <= facts.embargo_until:
        return
    missing = [] if move.reason_class in reasons else [f"one of the reasons {', '.join(reasons)}"]
    if not move.text.strip():
        missing.append("the reason in words")
    if missing:
        yield Refused(
            code="later-without-reason",
            because=f"A later date needs a reason: {' and '.join(missing)}.",
            rule="disclosure.hold_reasons",
            cite=terms.cite("hold_reasons"),
            missing=tuple(missing),
        )


def _day(terms: Terms, ends_at: datetime) -> Iterator[Caution]:
    day = DAYS[ends_at.weekday()].lower()
    if terms.stated.weekdays and day not in terms.stated.weekdays:
        because = f"{show(ends_at)} is not one of the policy's days ({', '.join(terms.stated.weekdays)})."
        cite = terms.cite("weekdays")
        yield Caution(code="embargo-weekday", because=because, rule="disclosure.weekdays", cite=cite)


def _final_say(terms: Terms, facts: Facts, move: Move) -> Iterator[Refused]:
    """The project decides alone only where the policy says so, after disagreement, with a reason (S53)."""
    stated, rule, cite = terms.stated, "disclosure.final_say", terms.cite("final_say")
    if not stated.negotiated:
        return
    if not stated.final_say:
        because = "This policy gives nobody the final say; the date has to be agreed."
        yield Refused(code="no-final-say", because=because, rule=rule, cite=terms.cite("negotiated"))
        return
    if not speaks_for(move.actor, stated.final_say):
        because = f"The final say lies with the {stated.final_say}."
        yield Refused(code="final-say-not-yours", because=because, rule=rule, cite=cite)
    if facts.embargo_rejections < stated.final_say_after:
        because = f"Negotiate first: {facts.embargo_rejections} of {stated.final_say_after} proposals were rejected."
        yield Refused(code="negotiate-first", because=because, rule="disclosure.final_say_after", cite=cite)
    if not move.text.strip():
        because = "Deciding without agreement needs a reason; the reporter is told."
        yield Refused(code="decision-without-reason", because=because, rule=rule, cite=cite, missing=("a reason",))


def _running(terms: Terms, facts: Facts, now: datetime) -> Iterator[Refused]:
    if facts.embargo_until and now < facts.embargo_until:
        because = f"The embargo runs until {show(facts.embargo_until)}. End it first, or wait."
        yield Refused(
            code="embargo-running", because=because, rule="disclosure.negotiated", cite=terms.cite("negotiated")
        )


CLAUSE: Final = Clause(
    name="disclosure",
    rows=("S49", "S50", "S51", "S52", "S53"),
    read=read,
    say=lambda terms: tuple(say(terms)),
    timed=lambda terms: (terms.limit,) if terms.limit else (),
    due=due,
    guard=guard,
    react=react,
)
