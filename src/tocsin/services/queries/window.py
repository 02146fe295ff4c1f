# SPDX-License-Identifier: Apache-2.0
"""When a case may be disclosed, in words for desk, command line and API: the window, what binds it, dates to choose."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.case import packs, window
from tocsin.core.case.phase import Phase
from tocsin.core.clock.window import Constraint, Span
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.ports.store import InboxQuery
from tocsin.services.queries import inbox, words

NEIGHBOURS: Final = 100
"""Other embargoes that are looked at."""


class RuleView(msgspec.Struct, frozen=True):
    """One constraint: `binds` is `opens`, `shuts` or empty; a wish may be broken."""

    name: str
    words: str
    cite: str
    wish: bool
    binds: str


class DateView(msgspec.Struct, frozen=True):
    """A date to choose, with what speaks for it and the wishes it breaks, in words."""

    at: str
    instant: datetime
    why: str
    breaks: tuple[str, ...]


class WindowView(msgspec.Struct, frozen=True):
    """Everything there is to say. `conflicts` are the smallest sets of rules that cannot hold together, in words."""

    feasible: bool
    spans: tuple[str, ...]
    dates: tuple[DateView, ...]
    rules: tuple[RuleView, ...]
    conflicts: tuple[tuple[str, ...], ...]
    give_up: tuple[str, ...]
    instead: str


def view(desk: Desk, opened: Opened, extra: Iterable[Constraint] = ()) -> WindowView:
    """Answer for one case. `extra` are rules that a person typed."""
    return worded(answered(desk, opened, extra))


def answered(desk: Desk, opened: Opened, extra: Iterable[Constraint] = ()) -> window.Answer:
    """Everything that has a say about one case, and what is left of the days."""
    return window.answer(opened.policy, opened.case, desk.now(), others(desk, opened), extra)


def worded(answer: window.Answer) -> WindowView:
    """Say an answer in words."""
    found = answer.window
    binds = dict.fromkeys(found.opens, "opens") | dict.fromkeys(found.shuts, "shuts")
    return WindowView(
        feasible=found.feasible,
        spans=tuple(_span(each) for each in found.spans),
        dates=tuple(
            DateView(
                at=words.instant(each.at),
                instant=each.at,
                why=each.why,
                breaks=tuple(answer.words(name) for name in each.breaks),
            )
            for each in found.candidates
        ),
        rules=tuple(
            RuleView(name=each.name, words=each.words, cite=each.cite, wish=each.wish, binds=binds.get(each.name, ""))
            for each in answer.constraints
        ),
        conflicts=tuple(tuple(answer.words(name) for name in names) for names in found.conflicts),
        give_up=tuple(answer.words(name) for name in found.give_up),
        instead=words.instant(found.instead) if found.instead else "",
    )


def earliest(answer: window.Answer, opened: Opened, now: datetime) -> datetime | None:
    """The first instant that breaks the fewest wishes and comes before the date agreed; None where there is none."""
    agreed = opened.case.embargo_until
    ahead = [each for each in answer.window.candidates if now < each.at and (agreed is None or each.at < agreed)]
    return min(ahead, key=lambda each: (len(each.breaks), each.at)).at if ahead else None


class ClockView(msgspec.Struct, frozen=True):
    """A clock of others that runs in a case."""

    title: str
    since: str
    due: str
    state: str


def clocks(desk: Desk, opened: Opened) -> tuple[ClockView, ...]:
    """List the clocks of others in a case, soonest due first."""
    found = packs.evidence(opened.policy, opened.case, desk.now())
    return tuple(
        ClockView(title=each.title, since=words.instant(each.since), due=words.instant(each.due_at), state=each.state)
        for each in found
    )


def others(desk: Desk, opened: Opened) -> tuple[datetime, ...]:
    """Ends of the project's other embargoes, from the sealed rows of at most a page of cases; nothing else of them."""
    query = InboxQuery(projects=(opened.case.project,), phase=Phase.EMBARGO.value, limit=NEIGHBOURS)
    found = (inbox.open_summary(desk, row).measures for row in desk.inbox.page(query) if row.case != opened.case.ref)
    return tuple(each.agreed_at for each in found if each and each.agreed_at)


def _span(span: Span) -> str:
    first = words.instant(span.first) if span.first else "any time"
    return f"{first} to {words.instant(span.last)}" if span.last else f"from {first}"
