# SPDX-License-Identifier: Apache-2.0
"""How well cases go, in five keys: first answer, remedy, dates kept, corrections, backlog; and who waits in silence
(UX 3.13, finding F1: silence is what reporters complain of most), who came back, and what a case takes of people.

Computed from what `core.case.measures` takes of each case. No person is in it, and reports are not linked to one
another: whether a reporter reported before is not known here, so “came back” is said of one case.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Final

import msgspec

from tocsin.core.case.flow import Point, Sample, flow, trend
from tocsin.core.case.measures import Measures
from tocsin.core.vocabulary import CaseRef, Value

ON_TIME: Final = timedelta(hours=1)
"""How far from the agreed instant a publication still counts as on time."""

SETTLED: Final = timedelta(days=30)
"""Until when after publication a revision counts as a correction."""

AGES: Final[tuple[tuple[str, int], ...]] = (("0-3", 3), ("4-14", 14), ("15-30", 30), ("31-90", 90), ("over 90", 10**6))
"""Age buckets of the backlog: name, and the last whole day in it."""

_LAST_DAYS: Final = [last for _, last in AGES]

MEANWHILE: Final = timedelta(days=14)
"""How long after the first answer a reporter who said nothing counts as one who did not come back."""

FEWEST: Final = 5
"""Below so many cases a percentile says nothing; show the cases instead."""

WINDOW: Final = timedelta(days=365)


class Key(Value):
    """One key: how many cases stand behind it, its median and ninth decile where it has them, and which cases miss.

    `target` is what was promised, where one promise held for all; `trend` its median by month of arrival. What is
    `private` is for the people of the projects alone: no badge, no report of the year, no monitoring has it.
    """

    name: str
    title: str
    definition: str
    unit: str
    cases: int
    median: float | None = None
    p90: float | None = None
    share: float | None = None
    missed: tuple[CaseRef, ...] = ()
    parts: dict[str, int] = msgspec.field(default_factory=dict)
    values: tuple[tuple[CaseRef, float], ...] = ()
    target: float | None = None
    trend: tuple[Point, ...] = ()
    private: bool = False


class Month(Value):
    """What became of the reports of one month, and how many of them were held for a second look at first."""

    month: str
    outcomes: dict[str, int]
    held: int = 0


class Keys(Value):
    """The five keys and the three beside them, the outcomes by month of arrival, and how cases flowed."""

    since: datetime
    until: datetime
    cases: int
    keys: tuple[Key, ...]
    months: tuple[Month, ...]
    flow: tuple[Sample, ...] = ()

    def key(self, name: str) -> Key:
        """Return one key; raises KeyError for a name that is none."""
        found = next((each for each in self.keys if each.name == name), None)
        if found is None:
            raise KeyError(name)
        return found


def keys(found: Iterable[Measures], now: datetime, since: datetime | None = None) -> Keys:
    """Compute the keys over the cases that were open or ended since `since`, a year by default."""
    start = since or now - WINDOW
    known = [each for each in found if each.opened_at <= now and (each.ended_at is None or each.ended_at >= start)]
    return Keys(
        since=start,
        until=now,
        cases=len(known),
        keys=(
            _answer(known, now),
            _remedy(known),
            _dates(known),
            _corrections(known),
            _backlog(known, now),
            _silence(known, now),
            _came_back(known, now),
            _effort(known),
        ),
        months=_months(known),
        flow=flow(known, max(start, min((each.opened_at for each in known), default=start)), now),
    )


def _answer(known: Sequence[Measures], now: datetime) -> Key:
    values = tuple((each.case, each.answer_hours) for each in known if each.answer_hours is not None)
    late = tuple(each.case for each in known if each.answer_due_at and (each.answered_at or now) > each.answer_due_at)
    due = [each for each in known if each.answer_due_at and (each.answered_at or now >= each.answer_due_at)]
    return Key(
        name="first-answer",
        title="Time to first human answer",
        definition="From receipt to the first message by a person, in working hours of the policy.",
        unit="working hours",
        cases=len(values),
        median=_percentile(values, 50),
        p90=_percentile(values, 90),
        share=_share(len(due) - len(late), len(due)),
        missed=late,
        values=values,
        target=_one({each.answer_target for each in known}),
        trend=trend(values, known),
    )


def _remedy(known: Sequence[Measures]) -> Key:
    values = tuple((each.case, _days(each.opened_at, each.remedied_at)) for each in known if each.remedied_at)
    out = [(each, each.published_at) for each in known if each.published_at]
    return Key(
        name="remedy",
        title="Time to remedy",
        definition="From receipt to a fixed release on every supported line that needs one. The parts are median days "
        "of those that are out.",
        unit="days",
        cases=len(values),
        median=_percentile(values, 50),
        p90=_percentile(values, 90),
        share=_share(sum(bool(each.remedied_at and each.remedied_at <= at) for each, at in out), len(out)),
        parts=_stretches([each for each, _ in out]),
        values=values,
        trend=trend(values, known),
    )


def _stretches(out: Sequence[Measures]) -> dict[str, int]:
    """Median days that published cases spent on each stretch of their way; a stretch that none recorded is left out."""
    ways: dict[str, list[tuple[datetime | None, datetime | None]]] = {
        "first answer": [(each.opened_at, each.answered_at) for each in out],
        "decision": [(each.answered_at, each.decided_at) for each in out],
        "fix": [(each.decided_at, each.fixed_at) for each in out],
        "embargo and release": [(each.fixed_at, each.published_at) for each in out],
    }
    spent = {name: [max(0.0, _days(start, end)) for start, end in way if start and end] for name, way in ways.items()}
    return {name: round(median(found)) for name, found in spent.items() if found}


def _one(found: set[float | None]) -> float | None:
    """The one value that all share; None where they differ."""
    known = found - {None}
    return known.pop() if len(known) == 1 else None


def _dates(known: Sequence[Measures]) -> Key:
    agreed = [each for each in known if each.agreed_at and (each.published_at or each.leaked)]
    slipped = [
        each for each in agreed
        if each.agreed_at and each.published_at and abs(each.published_at - each.agreed_at) > ON_TIME
    ]  # fmt: skip
    leaked = [each for each in agreed if each.leaked]
    missed = {each.case for each in (*slipped, *leaked)}
    return Key(
        name="dates",
        title="Date reliability",
        definition="Publications within an hour of the agreed instant, and without a leak before it.",
        unit="share",
        cases=len(agreed),
        share=_share(len(agreed) - len(missed), len(agreed)),
        missed=tuple(sorted(missed)),
        parts={"kept": len(agreed) - len(missed), "slipped": len(slipped), "leaked": len(leaked)},
    )


def _corrections(known: Sequence[Measures]) -> Key:
    published = [each for each in known if each.published_at]
    early = [
        (each, [why for at, why in each.corrections if each.published_at and at - each.published_at <= SETTLED])
        for each in published
    ]
    changed = [each for each, reasons in early if reasons]
    reasons = Counter(why.strip()[:80] or "no reason given" for _, found in early for why in found)
    return Key(
        name="corrections",
        title="Advisory correction rate",
        definition="Advisories that were revised within 30 days of publication.",
        unit="share",
        cases=len(published),
        share=_share(len(changed), len(published)),
        missed=tuple(each.case for each in changed),
        parts=dict(reasons.most_common(8)),
    )


def _backlog(known: Sequence[Measures], now: datetime) -> Key:
    waiting = [each for each in known if each.waits_for in ("team", "reporter")]
    parts = dict.fromkeys((name for name, _ in AGES), 0)
    for at, count in Counter(bisect_left(_LAST_DAYS, (now - each.opened_at).days) for each in waiting).items():
        parts[AGES[at][0]] += count
    values = tuple((each.case, _days(each.opened_at, now)) for each in waiting)
    old = tuple(each.case for each in waiting if (now - each.opened_at).days > AGES[-2][1])
    return Key(
        name="backlog",
        title="Backlog health",
        definition="Open cases by age in days.",
        unit="days",
        cases=len(waiting),
        median=_percentile(values, 50),
        p90=_percentile(values, 90),
        missed=old,
        parts=parts,
        values=values,
    )


def _silence(known: Sequence[Measures], now: datetime) -> Key:
    """What finding F1 asks of a project: whom it leaves without a word, and for how long."""
    values = tuple((each.case, _days(each.waits_since, now)) for each in known if each.waits_since)
    late = tuple(each.case for each in known if each.waits_since and each.reply_due_at and each.reply_due_at < now)
    return Key(
        name="silence",
        title="Reporters who wait for a word",
        definition="Open cases whose reporter said something that nobody has answered, and for how long; missed are "
        "those to whom an answer was promised by now.",
        unit="days",
        cases=len(values),
        median=_percentile(values, 50),
        p90=_percentile(values, 90),
        share=_share(len(values) - len(late), len(values)),
        missed=late,
        values=values,
    )


def _came_back(known: Sequence[Measures], now: datetime) -> Key:
    """Whether what the project says reaches anybody: a reporter who never comes back may never have heard (F1)."""
    settled = [each for each in known if each.answered_at and now - each.answered_at >= MEANWHILE]
    back = sum(each.came_back for each in settled)
    return Key(
        name="came-back",
        title="Reporters who came back",
        definition="Of cases answered two weeks ago or earlier, those whose reporter did anything after the first "
        "answer: wrote, agreed to a date, tried a fix. Reports are not linked to one another.",
        unit="share",
        cases=len(settled),
        share=_share(back, len(settled)),
        parts={"came back": back, "did not": len(settled) - back} if settled else {},
    )


def _effort(known: Sequence[Measures]) -> Key:
    ended = [each for each in known if each.ended_at]
    values = tuple((each.case, each.minutes) for each in ended if each.minutes is not None)
    return Key(
        name="effort",
        title="Minutes spent on a case",
        definition="Estimated from when people of the project did something in a case that is over, all of them "
        "together: what lies within twenty minutes is one sitting, with three minutes to read before it. Work on the "
        "fix itself is not in it. For you alone: no badge, no report of the year and no monitoring has this number.",
        unit="minutes",
        cases=len(values),
        median=_percentile(values, 50),
        p90=_percentile(values, 90),
        values=values,
        trend=trend(values, known),
        private=True,
    )


def _months(known: Sequence[Measures]) -> tuple[Month, ...]:
    counted = Counter((f"{each.opened_at:%Y-%m}", each.outcome) for each in known)
    held = Counter(f"{each.opened_at:%Y-%m}" for each in known if each.held)
    months: dict[str, dict[str, int]] = {}
    for (month, outcome), count in sorted(counted.items()):
        months.setdefault(month, {})[outcome] = count
    return tuple(Month(month=month, outcomes=found, held=held[month]) for month, found in months.items())


def _percentile(values: Sequence[tuple[CaseRef, float]], percent: int) -> float | None:
    """Return the nearest-rank percentile, None for too few values to say one."""
    if len(values) < FEWEST:
        return None
    ordered = sorted(value for _, value in values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _days(start: datetime, end: datetime | None) -> float:
    return round((end - start) / timedelta(days=1), 2) if end else 0.0
