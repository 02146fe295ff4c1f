# SPDX-License-Identifier: Apache-2.0
"""When may this case be disclosed? Everything that has a say, as constraints for the solver (S49-S52).

The protocol says *at once* for what is public, exploited or attacked. The policy gives a frame, days and an hour; its
calendar gives holidays and closures. Limits of others count from their own moments (`core.limits`). Parties want what
they proposed. Other embargoes of the project ask for a day of their own. Each becomes one `Constraint` whose words a
person can read and whose name the solver gives back; what merely is preferred is a wish.

What the answer means for the bargain is `core.case.negotiation`'s affair: a window binds nobody.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from tocsin.core.clock import at, show
from tocsin.core.clock.instants import zone
from tocsin.core.clock.window import (
    Constraint,
    Span,
    Window,
    at_hours,
    not_after,
    not_before,
    not_during,
    not_on,
    on_days,
    solve,
)
from tocsin.core.limits import Kind
from tocsin.core.policy.clauses.limits import started
from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tocsin.core.case.model import Case
    from tocsin.core.policy.model import Disclosure, Policy

_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON: Final = timedelta(days=200)
"""How far ahead days are looked at; what stands later is not judged by patterns of days."""
_USUAL_HOUR: Final = 15


class Answer(Value):
    """The window of a case with the constraints it came from, in the order of their names."""

    window: Window
    constraints: tuple[Constraint, ...]

    def words(self, name: str) -> str:
        """Say a constraint as people read it."""
        return next((each.words for each in self.constraints if each.name == name), name)


def answer(
    policy: Policy, case: Case, now: datetime, others: Iterable[datetime] = (), extra: Iterable[Constraint] = ()
) -> Answer:
    """Return when the case may be disclosed, from `now` on.

    `others` are instants at which other embargoes of the project end; `extra` are wishes or rules typed by a person.
    """
    last = now + HORIZON
    found = sorted(
        (*_protocol(case, now), *_policy(policy, case, now, last), *_limits(policy, case, now, last), *_parties(case),
         *_neighbours(policy, others, now, last), *extra),
        key=lambda each: each.name,
    )  # fmt: skip
    return Answer(window=solve(found, now, last), constraints=tuple(found))


def _protocol(case: Case, now: datetime) -> Iterator[Constraint]:
    """No embargo may hold on what is public, exploited or attacked: the only date left is now (em.3, em.4)."""
    why = "public" if case.public else "exploited" if case.exploited else "attacked" if case.attacked else ""
    if why:
        words = f"the matter is {why}: at once"
        yield Constraint(name=why, words=words, allows=not_after(now + timedelta(minutes=1)), cite="em.4")


def _policy(policy: Policy, case: Case, now: datetime, last: datetime) -> Iterator[Constraint]:
    """The project's frame, its closures, and its wishes about day and hour."""
    stated, calendar = policy.disclosure, policy.calendar
    if stated:
        yield from _frame(policy, stated, case, now)
    closed = [(each.first, each.last, each.why) for each in calendar.closures]
    for number, (first, end, why) in enumerate(closed):
        span = Span(first=_midnight(first, calendar.tz), last=_midnight(end + timedelta(days=1), calendar.tz, -1))
        yield Constraint(name=f"closure-{number + 1}", words=f"{why}: {first} to {end}", allows=not_during([span]))
    days = tuple(_WEEK.index(day) for day in stated.weekdays) if stated and stated.weekdays else calendar.days
    cite = policy.source("disclosure.weekdays").cite
    names = ", ".join(_WEEK[day] for day in days)
    yield Constraint(
        name="weekdays", words=f"on {names.title()}", allows=on_days(days, calendar.tz, now, last), cite=cite, wish=True
    )
    hour = stated.hour_utc if stated and stated.hour_utc is not None else _USUAL_HOUR
    allows = at_hours(time(hour), time(hour), "UTC", now, last)
    yield Constraint(name="hour", words=f"at {hour:02d}:00 UTC", allows=allows, wish=True)
    off = tuple(_holidays(policy, now, last))
    if off:
        allows = not_on(off, calendar.tz, now, last)
        yield Constraint(name="holidays", words="not on a holiday", allows=allows, wish=True)


def _frame(policy: Policy, stated: Disclosure, case: Case, now: datetime) -> Iterator[Constraint]:
    calendar = policy.calendar
    if stated.min and stated.min.amount:
        edge, cite = calendar.after(now, stated.min), policy.source("disclosure.min").cite
        words = f"the policy gives at least {stated.min}: not before {show(edge, calendar.tz)}"
        yield Constraint(name="policy-minimum", words=words, allows=not_before(edge), cite=cite)
    start = case.received_at if stated.max_from == "report" else case.fix_ready_at or now
    if stated.max:
        edge, cite = calendar.after(start, stated.max), policy.source("disclosure.max").cite
        words = f"the policy gives at most {stated.max}: not after {show(edge, calendar.tz)}"
        yield Constraint(name="policy-maximum", words=words, allows=not_after(edge), cite=cite)


def _limits(policy: Policy, case: Case, now: datetime, last: datetime) -> Iterator[Constraint]:
    """Clocks of others that run in this case; what they only recommend is a wish."""
    titles = {}
    for running, zero in started(policy, case):
        titles[running.limit.name] = running.limit
        clock = running.clock
        if clock.kind is Kind.ACT_BY:
            continue
        edge, late = running.timed.calendar.after(zero, clock.within), clock.kind is Kind.DISCLOSE_BY
        side, allows = ("not after", not_after(edge)) if late else ("not before", not_before(edge))
        words = f"{running.timed.title}: {side} {show(edge)}"
        cite = running.timed.source.cite
        yield Constraint(name=running.timed.name, words=words, allows=allows, cite=cite, wish=not clock.must)
    for limit in titles.values():
        if limit.weekdays:
            days = ", ".join(_WEEK[day] for day in limit.weekdays)
            allows = on_days(limit.weekdays, "UTC", now, last)
            yield Constraint(name=f"{limit.name}-days", words=f"{limit.title}: {days}", allows=allows, wish=True)
        if limit.hour:
            allows = at_hours(limit.hour, limit.hour, "UTC", now, last)
            words = f"{limit.title}: {limit.hour:%H:%M} UTC"
            yield Constraint(name=f"{limit.name}-hour", words=words, allows=allows, wish=True)


_CALLED: Final = {"vendor": "the project", "reporter": "the reporter"}


def _parties(case: Case) -> Iterator[Constraint]:
    """What parties have on the table: nobody asked for later than the date they proposed."""
    for proposal in case.embargo.open_proposals:
        words = f"{_CALLED.get(proposal.by, proposal.by)} proposed {show(proposal.ends_at)}"
        allows = not_after(proposal.ends_at)
        yield Constraint(name=f"proposal-{proposal.id}", words=words, allows=allows, wish=True)
    if case.embargo_until and not case.fix_ready_at:
        words = f"agreed until {show(case.embargo_until)}"
        yield Constraint(name="agreed", words=words, allows=not_before(case.embargo_until), wish=True)


def _neighbours(policy: Policy, others: Iterable[datetime], now: datetime, last: datetime) -> Iterator[Constraint]:
    """A day on which another matter of the project comes out is taken: two advisories a day drown each other."""
    where = policy.calendar.tz
    days = sorted({each.astimezone(zone(where)).date() for each in others if now <= each <= last})
    if days:
        words = f"not on {', '.join(day.isoformat() for day in days)}: other embargoes of the project end then"
        yield Constraint(name="other-embargoes", words=words, allows=not_on(days, where, now, last), wish=True)


def _holidays(policy: Policy, now: datetime, last: datetime) -> Iterator[date]:
    """Days off that are not days off every week."""
    calendar = policy.calendar
    day = now.astimezone(zone(calendar.tz)).date()
    while day <= last.astimezone(zone(calendar.tz)).date():
        if day.weekday() in calendar.days and calendar.why_off(day):
            yield day
        day += timedelta(days=1)


def _midnight(day: date, tz: str, minutes: int = 0) -> datetime:
    return datetime.combine(day, time(), zone(tz)) + timedelta(minutes=minutes)


def typed(texts: Sequence[str]) -> tuple[Constraint, ...]:
    """Read constraints that a person types: `not before 2026-12-08T15:00Z`, `not after ...`; ValueError else."""
    found = []
    for number, text in enumerate(texts):
        side, _, instant = text.strip().rpartition(" ")
        if side not in ("not before", "not after"):
            raise ValueError(f"{text!r}: write 'not before INSTANT' or 'not after INSTANT'")
        allows = not_before(at(instant)) if side == "not before" else not_after(at(instant))
        found.append(Constraint(name=f"typed-{number + 1}", words=text.strip(), allows=allows))
    return tuple(found)
