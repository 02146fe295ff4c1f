# SPDX-License-Identifier: Apache-2.0
"""The date rail of the embargo panel: the days from today to the last date that is spoken of, to scale, and how each of
these dates stands to what has a say (UX 3.7). Drawing it is the template's part; the same points, as rows, are the
table beside it.

On the rail stand the dates agreed and proposed, by when an answer is wanted, the edges that policy and clocks of others
set, the stretch in which distributors know, and the days on which the project does not work. What an edge is comes from
`core.case.window`; nothing is computed here a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final

import msgspec

from tocsin.core.case.window import HORIZON, Answer
from tocsin.core.clock.instants import DAYS, show_day, zone
from tocsin.core.clock.window import Constraint
from tocsin.core.policy.model import Policy
from tocsin.services.cases import Opened
from tocsin.services.queries import people, words

WIDTH: Final = 860
"""Units of the picture, which are about the pixels that the panel gives it, so that its words keep their size."""

LABEL: Final = 190
"""Units that a label needs before the next one may stand on the same row."""

ROWS: Final = (-24, 34, -42, 52)
"""Where labels stand: near above, near below, far above, far below the line."""

MOST: Final = timedelta(days=400)
"""The longest stretch that is drawn: beyond it a day is no longer seen."""

USUAL: Final = timedelta(days=14)
"""How far ahead the rail goes where nothing is agreed, proposed or limited."""

STATES: Final = {
    "now": "", "embargo": "agreed", "due": "proposed", "answer": "wanted by", "edge": "not later", "from": "not before",
    "told": "told",
}  # fmt: skip


class Point(msgspec.Struct, frozen=True):
    """One instant. `kind` is a key of `STATES`; `x` is its place, `y` where its label stands."""

    kind: str
    label: str
    at: str
    day: str
    state: str
    x: int
    y: int


class Band(msgspec.Struct, frozen=True):
    """A stretch: `off` for days without work, `told` while distributors know."""

    kind: str
    words: str
    x: int
    wide: int


class Judged(msgspec.Struct, frozen=True):
    """How a date stands to one rule or wish."""

    fits: bool
    wish: bool
    words: str
    cite: str


class Standing(msgspec.Struct, frozen=True):
    """A date agreed or proposed, with everything that has a say about it."""

    what: str
    at: str
    rules: tuple[Judged, ...]

    @property
    def broken(self) -> int:
        """How many rules, wishes aside, speak against it."""
        return sum(not each.fits and not each.wish for each in self.rules)


class Rail(msgspec.Struct, frozen=True):
    """The picture from `first` to `last`; `top` and `tall` are its box, `off` the days without work in words."""

    first: str
    last: str
    points: tuple[Point, ...]
    bands: tuple[Band, ...]
    weeks: tuple[int, ...]
    off: tuple[str, ...]
    dates: tuple[Standing, ...]
    top: int
    tall: int


class _Scale(msgspec.Struct, frozen=True):
    first: datetime
    last: datetime

    def x(self, at: datetime) -> int:
        """The place of an instant from the left; what lies outside stands at the edge."""
        share = (at - self.first) / (self.last - self.first)
        return round(WIDTH * min(1.0, max(0.0, share)))


def rail(opened: Opened, answer: Answer, now: datetime) -> Rail:
    """Lay out what is agreed and spoken of in a case as it stands at `now`."""
    found = sorted((each for each in _points(opened, answer, now) if each[0] >= now), key=lambda each: each[0])
    far = max((at for at, _, _ in found), default=now)
    last = min(max(far, now + USUAL) + (far - now) / 16, now + MOST)
    scale = _Scale(first=now, last=last)
    points = tuple(_placed(found, scale))
    tz = opened.policy.calendar.tz
    rows = {each.y for each in points}
    top = -60 if ROWS[2] in rows else -42
    return Rail(
        first=words.instant(now),
        last=words.instant(last),
        points=points,
        bands=(*_off(opened.policy, scale), *_told(opened, scale)),
        weeks=tuple(scale.x(at) for at in _mondays(now, last, tz)),
        off=tuple(_named(opened.policy, now, last)),
        dates=tuple(_dates(opened, answer, now)),
        top=top,
        tall=(62 if ROWS[3] in rows else 44) - top,
    )


def _points(opened: Opened, answer: Answer, now: datetime) -> Iterator[tuple[datetime, str, str]]:
    case = opened.case
    yield now, "now", "now"
    if case.embargo_until:
        yield case.embargo_until, "embargo", "agreed"
    for each in case.embargo.open_proposals:
        yield each.ends_at, "due", f"{people.called(case, each.by)} proposed"
        if each.respond_by:
            yield each.respond_by, "answer", "answer wanted"
    for rule in answer.constraints:
        yield from _edges(rule)
    if start := _telling(opened):
        yield start[0], "told", "distributors told"


def _edges(rule: Constraint) -> Iterator[tuple[datetime, str, str]]:
    """The one instant before or after which a rule allows nothing; wishes and whole patterns of days have none."""
    if rule.wish or len(rule.allows) != 1:
        return
    (span,) = rule.allows
    label = {"policy-maximum": "longest", "policy-minimum": "earliest"}.get(rule.name, rule.words.partition(":")[0])
    if span.last and not span.first:
        yield span.last, "edge", label
    elif span.first and not span.last:
        yield span.first, "from", label


def _telling(opened: Opened) -> tuple[datetime, datetime] | None:
    """From when to when distributors know before everybody does, by the policy's notice; None without a date for it."""
    stated, calendar = opened.policy.distributors, opened.policy.calendar
    ends = opened.case.embargo_until or min((e.ends_at for e in opened.case.embargo.open_proposals), default=None)
    if not (stated and stated.notice and ends):
        return None
    return ends - (calendar.after(ends, stated.notice) - ends), ends


def _placed(found: list[tuple[datetime, str, str]], scale: _Scale) -> Iterator[Point]:
    last = [-LABEL] * len(ROWS)
    for at, kind, label in found:
        x = scale.x(at)
        free = next((row for row, before in enumerate(last) if x - before >= LABEL), None)
        row = free if free is not None else min(range(len(ROWS)), key=lambda each: last[each])
        last[row] = x
        yield Point(
            kind=kind, label=label, at=words.instant(at), day=f"{at.day} {at:%b}", state=STATES[kind], x=x, y=ROWS[row]
        )


def _days(first: datetime, last: datetime, tz: str) -> Iterator[date]:
    day, end = first.astimezone(zone(tz)).date(), last.astimezone(zone(tz)).date()
    while day <= end:
        yield day
        day += timedelta(days=1)


def _off(policy: Policy, scale: _Scale) -> Iterator[Band]:
    """Days without work, those side by side as one."""
    calendar = policy.calendar
    days = [(day, calendar.why_off(day)) for day in _days(scale.first, scale.last, calendar.tz)]
    for off, run in groupby(days, key=lambda each: bool(each[1])):
        if not off:
            continue
        together = list(run)
        start, end = together[0][0], together[-1][0] + timedelta(days=1)
        left, right = (scale.x(datetime.combine(day, time(), zone(calendar.tz))) for day in (start, end))
        why = ", ".join(dict.fromkeys(why for _, why in together))
        yield Band(kind="off", words=why, x=left, wide=max(1, right - left))


def _told(opened: Opened, scale: _Scale) -> Iterator[Band]:
    if window := _telling(opened):
        left, right = map(scale.x, window)
        yield Band(kind="told", words="distributors know", x=left, wide=max(1, right - left))


def _mondays(first: datetime, last: datetime, tz: str) -> Iterator[datetime]:
    for day in _days(first, last, tz):
        at = datetime.combine(day, time(), zone(tz))
        if day.weekday() == 0 and first < at < last:
            yield at


def _named(policy: Policy, first: datetime, last: datetime) -> Iterator[str]:
    """The days off in words: those of every week once, the others by name."""
    calendar = policy.calendar
    weekly = [name for number, name in enumerate(DAYS) if number not in calendar.days]
    if weekly:
        yield f"every {' and '.join(weekly)}"
    days = [(day, calendar.why_off(day)) for day in _days(first, last, calendar.tz) if day.weekday() in calendar.days]
    for why, run in groupby(days, key=lambda each: each[1]):
        together = [day for day, _ in run]
        if why:
            until = f" to {show_day(together[-1])}" if len(together) > 1 else ""
            yield f"{show_day(together[0])}{until}: {why}"


def _dates(opened: Opened, answer: Answer, now: datetime) -> Iterator[Standing]:
    case = opened.case
    if case.embargo_until and case.embargo_until > now:
        rules = _judged(opened, answer, case.embargo_until, now, agreed=True)
        yield Standing(what="agreed", at=words.instant(case.embargo_until), rules=tuple(rules))
    for each in case.embargo.open_proposals:
        rules = _judged(opened, answer, each.ends_at, now, agreed=False)
        what = f"{people.called(case, each.by)} proposed"
        yield Standing(what=what, at=words.instant(each.ends_at), rules=tuple(rules))


def _judged(opened: Opened, answer: Answer, at: datetime, now: datetime, *, agreed: bool) -> Iterator[Judged]:
    """What has a say about one date. What others proposed is not judged by it; the shortest time that the policy gives
    counts from when a date is put forward, so that it says nothing against one that was agreed on before."""
    for rule in answer.constraints:
        passed = rule.name == "agreed" or rule.name.startswith("proposal-")
        beyond = len(rule.allows) > 1 and at > now + HORIZON
        if passed or beyond or (agreed and rule.name == "policy-minimum"):
            continue
        fits = any((s.first is None or s.first <= at) and (s.last is None or at <= s.last) for s in rule.allows)
        yield Judged(fits=fits, wish=rule.wish, words=rule.words, cite=rule.cite)
    stated, window = opened.policy.distributors, _telling(opened)
    if stated and stated.notice and window and (agreed or not opened.case.embargo_until):
        length = opened.policy.calendar.after(at, stated.notice) - at
        told = any(each.name == "distributors-told" for each in opened.case.recorded)
        cite = opened.policy.source("distributors.notice").cite
        text = f"distributors have {stated.notice}: told by {words.instant(at - length)}"
        yield Judged(fits=told or now <= at - length, wish=False, words=text, cite=cite)
