# SPDX-License-Identifier: Apache-2.0
"""Cumulative flow and trends, on numbers a person can check with a pencil, and on random lives of cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.case.flow import Sample, flow, trend
from tocsin.core.case.keys import keys
from tocsin.core.case.measures import Measures
from tocsin.core.clock import at

SINCE, UNTIL = at("2026-01-01 00:00 UTC"), at("2026-01-11 00:00 UTC")


def case(number: int, opened: str, **known: datetime) -> Measures:
    return Measures(case=f"WHPG-2026-{number:05d}", opened_at=at(opened), **known)  # type: ignore[arg-type]


def test_each_line_counts_what_had_happened_by_then() -> None:
    known = [
        case(1, "2025-12-20 00:00 UTC", answered_at=at("2025-12-21 00:00 UTC"), ended_at=at("2026-01-06 00:00 UTC")),
        case(2, "2026-01-04 00:00 UTC", answered_at=at("2026-01-05 00:00 UTC"), remedied_at=at("2026-01-08 00:00 UTC")),
        case(3, "2026-01-09 00:00 UTC"),
        case(4, "2025-01-01 00:00 UTC", ended_at=at("2025-02-01 00:00 UTC")),
    ]
    found = flow(known, SINCE, UNTIL, steps=10)
    assert [(s.arrived, s.answered, s.remedied, s.ended) for s in found] == [
        (1, 1, 0, 0), (1, 1, 0, 0), (1, 1, 0, 0), (2, 1, 0, 0), (2, 2, 0, 0), (2, 2, 1, 1), (2, 2, 1, 1),
        (2, 2, 2, 1), (3, 2, 2, 1), (3, 2, 2, 1), (3, 2, 2, 1),
    ]  # fmt: skip
    assert found[-1].stages == (1, 0, 1, 1)


MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
INSTANTS = st.none() | MOMENTS
LIVES = st.builds(
    Measures,
    case=st.integers(0, 99_999).map(lambda number: f"X-2026-{number:05d}"),
    opened_at=MOMENTS,
    answered_at=INSTANTS,
    remedied_at=INSTANTS,
    ended_at=INSTANTS,
)


@given(st.lists(LIVES, max_size=30))
def test_no_line_ever_falls_and_none_crosses_another(known: list[Measures]) -> None:
    found = flow(known, SINCE, UNTIL)
    assert len(found) == 53
    for sample in found:
        assert min(sample.stages) >= 0, "whatever order a case's instants are in"
        assert sum(sample.stages) == sample.arrived
    for before, after in pairwise(found):
        for name in Sample.__struct_fields__:
            assert getattr(before, name) <= getattr(after, name)


@given(st.lists(LIVES, max_size=30))
def test_what_ended_before_the_window_changes_nothing(known: list[Measures]) -> None:
    old = [each for each in known if each.ended_at and each.ended_at < SINCE]
    recent = [each for each in known if each not in old]
    assert flow(known, SINCE, UNTIL) == flow(recent, SINCE, UNTIL)


def test_a_trend_is_the_median_of_the_cases_that_came_in_that_month() -> None:
    known = [case(1, "2026-01-02 00:00 UTC"), case(2, "2026-01-20 00:00 UTC"), case(3, "2026-03-01 00:00 UTC")]
    values = ((known[0].case, 4.0), (known[1].case, 8.0), (known[2].case, 1.5))
    assert [(p.month, p.value, p.cases) for p in trend(values, known)] == [("2026-01", 6.0, 2), ("2026-03", 1.5, 1)]


def test_silence_counts_who_waits_and_misses_those_who_were_promised_a_word_by_now() -> None:
    came, said, past, ahead = (at(f"2026-01-{day:02d} 00:00 UTC") for day in (1, 9, 4, 14))
    known = [
        case(1, "2026-01-01 00:00 UTC", waits_since=came, reply_due_at=past),
        case(2, "2026-01-01 00:00 UTC", waits_since=said, reply_due_at=ahead),
        case(3, "2026-01-01 00:00 UTC"),
    ]
    found = keys(known, UNTIL).key("silence")
    assert (found.cases, found.share, found.missed) == (2, 0.5, ("WHPG-2026-00001",))
    assert dict(found.values) == {"WHPG-2026-00001": 10.0, "WHPG-2026-00002": 2.0}


def test_a_remedy_is_parted_into_its_stretches_and_says_how_many_came_out_whole() -> None:
    day = timedelta(days=1)
    start = at("2026-01-01 00:00 UTC")
    known = [
        case(n, "2026-01-01 00:00 UTC", answered_at=start + day, decided_at=start + 3 * day, fixed_at=start + 8 * day,
             published_at=start + 15 * day, remedied_at=start + (14 if n else 20) * day)
        for n in range(2)
    ]  # fmt: skip
    found = keys(known, start + 30 * day).key("remedy")
    assert found.parts == {"first answer": 1, "decision": 2, "fix": 5, "embargo and release": 7}
    assert found.share == 0.5


def test_a_target_is_said_only_where_one_holds_for_all() -> None:
    one = [Measures(case=f"X-2026-{n:05d}", opened_at=SINCE, answer_target=72.0) for n in range(2)]
    other = Measures(case="Y-2026-00001", opened_at=SINCE, answer_target=48.0)
    assert keys(one, UNTIL).key("first-answer").target == 72.0
    assert keys([*one, other], UNTIL).key("first-answer").target is None
