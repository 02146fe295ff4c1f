# SPDX-License-Identifier: Apache-2.0
"""Disclosure: when the matter becomes public, who agrees to the date, and who has the last word (S49-S53).

What is possible in an embargo negotiation stands in the protocol's tables; this clause narrows it by the project's
minimum and maximum, its closed list of reasons to wait longer, and its rule for disagreement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.clock import Calendar, show
from tocsin.core.clock.instants import DAYS
from tocsin.core.policy import clause
from tocsin.core.policy.clause import Caution, Clause, Reaction, Section, Sentence, Shape, says, timed
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.groups import speaks_for
from tocsin.core.policy.model import Disclosure, Group
from tocsin.core.policy.source import Source
from tocsin.core.policy.voice import voice
from tocsin.core.vocabulary import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.clause import Promise, Verdict
    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy

_DATES: Final = frozenset({MoveName.PROPOSE_EMBARGO, MoveName.DECIDE_EMBARGO})
_OPENING: Final = _DATES | {MoveName.ACCEPT_EMBARGO}
_DAY_NAMES: Final = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_WAIT: Final = {
    ("not-fully-understood", "not-well-tested"): (
        "It is reasonable to delay disclosure when the bug or the fix is not yet fully understood, or the solution is "
        "not well-tested."
    ),
    ("not-fully-understood",): (
        "It is reasonable to delay disclosure when the bug or the fix is not yet fully understood."
    ),
    ("not-well-tested",): "It is reasonable to delay disclosure when the solution is not well-tested.",
}


class Terms(clause.Terms, kw_only=True):
    """The section as it stands, with the sources of the values a refusal may have to cite."""

    stated: Disclosure
    calendar: Calendar
    sources: dict[str, Source]

    def cited(self, key: str) -> str:
        """Return the cited line of one value."""
        return self.sources[key].cite


def read(policy: Policy) -> Terms | None:
    """Read `disclosure`."""
    stated = policy.disclosure
    if not stated or (stated.negotiated is None and not (stated.max or stated.min or stated.public_already)):
        return None
    because = "the report arrived" if stated.max_from == "report" else "the fix was ready"
    limits = (timed(policy, "disclosure", "Disclosure", "disclosure.max", because, stated.max),) if stated.max else ()
    keys = ("negotiated", "prefer", "hold_reasons", "min", "max", "public_already", "final_say", "weekdays")
    return Terms(
        sentences=tuple(_say(policy, stated)),
        clocks=limits,
        stated=stated,
        calendar=policy.calendar,
        sources={key: policy.source(f"disclosure.{key}") for key in keys},
    )


def _say(policy: Policy, stated: Disclosure) -> Iterator[Sentence]:
    """The negotiation, the preference, the reasons to wait, the frame, and the last word."""
    our = voice(policy)
    who = {Group.REPORTER: "the bug submitter", Group.DISTRIBUTORS: "the distributors"}
    others = ", ".join(who.get(group, group.value) for group in stated.with_)
    known = " (especially if it's already publicly known)" if stated.public_already else ""
    frame = f"The timeframe for disclosure is from {stated.min}{known} to {_most(stated)}."
    lines = (
        ("negotiated", stated.negotiated, f"A public disclosure date is negotiated by {our.inside}, and {others}."),
        (
            "prefer",
            stated.prefer,
            "We prefer to fully disclose the bug as soon as possible once a user mitigation or patch is available.",
        ),
        ("hold_reasons", stated.hold_reasons, _WAIT.get(stated.hold_reasons, "")),
        ("max", stated.min and (stated.max or stated.said), frame),
        ("max", not stated.min and stated.max, f"Vulnerabilities are disclosed within {stated.max} of the report."),
        (
            "final_say",
            stated.final_say,
            f"{our.team} {our.does('hold', 'holds')} the final say when setting a public disclosure date.",
        ),
    )
    for order, (key, stands, text) in enumerate(lines):
        if stands and text:
            yield says(policy, f"disclosure.{key}", text, (Section.RESPONSE, 70, order), Shape.STEP)
    if stated.weekdays:
        days = ", ".join(_DAY_NAMES[day] for day in stated.weekdays)
        hour = f" at {stated.hour_utc:02d}:00 UTC" if stated.hour_utc is not None else ""
        text = f"Advisories are published on {days}{hour}."
        yield says(policy, "disclosure.weekdays", text, (Section.DISCLOSURE, 0, 20))


def _most(stated: Disclosure) -> str:
    """The longest wait, in the project's words and as the number it chose."""
    if stated.said and stated.max:
        return f"{stated.said}, at most {stated.max}"
    return stated.said or str(stated.max)


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """The maximum, for an accepted case; kept by publication."""
    start = facts.received_at if terms.stated.max_from == "report" else facts.fix_ready_at
    for limit in terms.clocks:
        if facts.accepted_at and start and not facts.internal_only:
            yield limit.starts(start, facts.published_at)


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
        yield from _running(terms, facts, move.ends_at or now)


def react(terms: Terms, facts: Facts, move: Move) -> Iterator[Reaction]:
    """Propose an earlier date once a fix is ready and the date still lies ahead (S50)."""
    if move.name is MoveName.SET_FIX and terms.stated.prefer and facts.embargo_until:
        because = "the policy prefers disclosure as soon as a mitigation or patch is available"
        yield Reaction(name="propose-earlier-date", because=because, to=(Group.LEAD,), cite=terms.cited("prefer"))


def propose(terms: Terms, facts: Facts, now: datetime) -> Iterator[Reaction]:
    """Keep proposing an earlier date while a fix is ready and the agreed one lies ahead (S50)."""
    if terms.stated.prefer and facts.fix_ready_at and facts.embargo_until and now < facts.embargo_until:
        because = f"a fix has been ready since {show(facts.fix_ready_at)}; the date is {show(facts.embargo_until)}"
        yield Reaction(name="propose-earlier-date", because=because, to=(Group.LEAD,), cite=terms.cited("prefer"))


def _already_public(terms: Terms, facts: Facts) -> Iterator[Refused]:
    if facts.public and terms.stated.public_already == "immediate":
        yield Refused(
            code="already-public",
            because="The matter is already public: the only date left is now.",
            rule="disclosure.public_already",
            cite=terms.cited("public_already"),
        )


def _frame(terms: Terms, facts: Facts, move: Move, ends_at: datetime, now: datetime) -> Iterator[Verdict]:
    """Minimum and maximum; above the maximum a second person approves, where the policy allows that."""
    stated = terms.stated
    if stated.min and ends_at < (earliest := terms.calendar.after(now, stated.min)):
        because = f"The policy gives at least {stated.min}: not before {show(earliest, terms.calendar.tz)}."
        yield Refused(code="embargo-under-minimum", because=because, rule="disclosure.min", cite=terms.cited("min"))
    start = facts.received_at if stated.max_from == "report" else (facts.fix_ready_at or now)
    if not stated.max or ends_at <= (latest := terms.calendar.after(start, stated.max)):
        return
    because = f"{show(ends_at, terms.calendar.tz)} lies after {show(latest, terms.calendar.tz)}, the policy's maximum."
    others = [name for name in move.approved_by if name != move.actor.id]
    if stated.above_max == "second-approval" and others:
        because = f"{because} Approved by {', '.join(others)}."
        yield Caution(code="embargo-over-maximum", because=because, rule="disclosure.max", cite=terms.cited("max"))
        return
    missing = ("approval by another person",) if stated.above_max == "second-approval" else ()
    yield Refused(
        code="embargo-over-maximum", because=because, rule="disclosure.max", cite=terms.cited("max"), missing=missing
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
            cite=terms.cited("hold_reasons"),
            missing=tuple(missing),
        )


def _day(terms: Terms, ends_at: datetime) -> Iterator[Caution]:
    day = DAYS[ends_at.weekday()].lower()
    if terms.stated.weekdays and day not in terms.stated.weekdays:
        because = f"{show(ends_at)} is not one of the policy's days ({', '.join(terms.stated.weekdays)})."
        cite = terms.cited("weekdays")
        yield Caution(code="embargo-weekday", because=because, rule="disclosure.weekdays", cite=cite)


def _final_say(terms: Terms, facts: Facts, move: Move) -> Iterator[Refused]:
    """The project decides alone only where the policy says so, after disagreement, with a reason (S53)."""
    stated, rule, cite = terms.stated, "disclosure.final_say", terms.cited("final_say")
    if not stated.negotiated:
        return
    if not stated.final_say:
        because = "This policy gives nobody the final say; the date has to be agreed."
        yield Refused(code="no-final-say", because=because, rule=rule, cite=terms.cited("negotiated"))
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
            code="embargo-running", because=because, rule="disclosure.negotiated", cite=terms.cited("negotiated")
        )


CLAUSE: Final = Clause(
    name="disclosure",
    rows=("S49", "S50", "S51", "S52", "S53"),
    read=read,
    due=due,
    guard=guard,
    react=react,
    propose=propose,
)
