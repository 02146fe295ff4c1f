# SPDX-License-Identifier: Apache-2.0
"""Business days, summer time, year ends, holidays and closures, on dates a person can check with a wall calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.core.clock import Calendar, Closure, Duration, at, show

THREE = Duration.parse("3 business days")
UTC_WEEK = Calendar()
BERLIN = Calendar(tz="Europe/Berlin", countries=("DE-BE",))
NEW_YORK = Calendar(tz="America/New_York", countries=("US",))


@pytest.mark.parametrize(
    ("calendar", "start", "duration", "due"),
    [
        (UTC_WEEK, "2026-11-27 16:00 UTC", "3 business days", "2026-12-02 16:00 UTC"),
        (Calendar(dates=(date(2026, 11, 30),)), "2026-11-27 16:00 UTC", "3 business days", "2026-12-03 16:00 UTC"),
        (UTC_WEEK, "2026-11-24 09:12 UTC", "3 business days", "2026-11-27 09:12 UTC"),
        (UTC_WEEK, "2026-11-28 10:00 UTC", "3 business days", "2026-12-03 00:00 UTC"),
        (UTC_WEEK, "2026-12-30 16:00 UTC", "3 business days", "2027-01-04 16:00 UTC"),
        (BERLIN, "2026-12-23 16:00 Europe/Berlin", "3 business days", "2026-12-29 16:00 Europe/Berlin"),
        (BERLIN, "2026-03-27 16:00 Europe/Berlin", "1 business day", "2026-03-30 16:00 Europe/Berlin"),
        (BERLIN, "2026-10-23 16:00 Europe/Berlin", "1 business day", "2026-10-26 16:00 Europe/Berlin"),
        (NEW_YORK, "2026-05-22 16:00 America/New_York", "3 business days", "2026-05-28 16:00 America/New_York"),
        (NEW_YORK, "2026-11-25 16:00 America/New_York", "1 business day", "2026-11-27 16:00 America/New_York"),
        (
            Calendar(closures=(Closure(first=date(2026, 12, 24), last=date(2027, 1, 3), why="winter break"),)),
            "2026-12-23 12:00 UTC",
            "2 business days",
            "2027-01-05 12:00 UTC",
        ),
        (Calendar(days=(6, 0, 1, 2, 3)), "2026-11-26 16:00 UTC", "1 business day", "2026-11-29 16:00 UTC"),
        (BERLIN, "2026-10-20 16:00 Europe/Berlin", "28 days", "2026-11-17 16:00 Europe/Berlin"),
        (BERLIN, "2026-03-28 02:30 Europe/Berlin", "1 day", "2026-03-29T01:30:00Z"),
        (BERLIN, "2026-10-24 16:00 Europe/Berlin", "24 hours", "2026-10-25 15:00 Europe/Berlin"),
        (UTC_WEEK, "2026-11-27 16:00 UTC", "72 hours", "2026-11-30 16:00 UTC"),
        (UTC_WEEK, "2028-01-31 00:00 UTC", "1 month", "2028-02-29 00:00 UTC"),
        (UTC_WEEK, "2026-11-30 08:00 UTC", "3 months", "2027-02-28 08:00 UTC"),
        (UTC_WEEK, "2026-11-28 10:00 UTC", "immediate", "2026-11-28 10:00 UTC"),
        (UTC_WEEK, "2026-11-27 16:00 UTC", "2 weeks", "2026-12-11 16:00 UTC"),
    ],
)
def test_a_duration_ends_where_a_person_counting_days_ends(calendar, start, duration, due):
    assert calendar.after(at(start), Duration.parse(duration)) == at(due)


def test_half_of_three_business_days_is_one_and_a_half():
    start = at("2026-11-23 16:00 UTC")
    assert UTC_WEEK.after(start, THREE, 50) == at("2026-11-25 04:00 UTC")
    assert UTC_WEEK.after(start, THREE, 80) == at("2026-11-26 01:36 UTC")
    assert UTC_WEEK.after(at("2026-11-27 16:00 UTC"), THREE, 50) == at("2026-12-01 04:00 UTC")


def test_an_explanation_names_start_rule_days_off_and_end():
    due = NEW_YORK.due("first-feedback", at("2026-05-22T20:00Z"), THREE)
    assert due.due_at == at("2026-05-28T20:00Z")
    assert due.explain == (
        "started Fri 22 May 2026 16:00 EDT",
        "3 business days (Mon-Fri, America/New_York, holidays US)",
        "not counted: Sat 23 May 2026, Sun 24 May 2026, Mon 25 May 2026 (Memorial Day)",
        "due Thu 28 May 2026 16:00 EDT",
    )


def test_a_calendar_without_working_days_is_an_error_not_an_endless_walk():
    with pytest.raises(ValueError, match="no working days"):
        Calendar(days=()).after(at("2026-11-27T16:00Z"), THREE)


def test_an_instant_without_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        at("2026-11-27 16:00")
    with pytest.raises(ValueError, match="zone"):
        UTC_WEEK.after(at("2026-11-27T16:00Z").replace(tzinfo=None), THREE)


def test_instants_are_shown_with_day_and_zone():
    assert show(at("2026-11-27T09:12Z")) == "Fri 27 Nov 2026 09:12 UTC"
    assert show(at("2026-11-27T09:12Z"), "Europe/Berlin") == "Fri 27 Nov 2026 10:12 CET"


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns")
calendars = st.builds(
    Calendar,
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    tz=st.sampled_from(ZONES),
    dates=st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=4).map(tuple),
)
instants = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: at("2026-01-01T00:00Z") + timedelta(minutes=minutes))
durations = st.builds(
    lambda n, unit: Duration.parse(f"{n} {unit}"),
    st.integers(1, 40),
    st.sampled_from(["minutes", "hours", "days", "business days", "weeks", "months"]),
)


@settings(max_examples=150)
@given(calendars, instants, durations)
def test_law_shares_of_a_promise_follow_each_other_from_start_to_due(calendar, start, duration):
    shares = [calendar.after(start, duration, percent) for percent in (0, 10, 50, 80, 100, 150)]
    assert shares == sorted(shares)
    assert shares[0] == start
    assert shares[4] == calendar.after(start, duration)
    assert all(share.tzinfo is UTC for share in shares)


@settings(max_examples=150)
@given(calendars, instants, st.integers(0, 100_000), durations)
def test_law_a_later_report_is_never_due_much_earlier(calendar, start, minutes, duration):
    later = start + timedelta(minutes=minutes)
    slack = timedelta(hours=1)  # of an hour that a clock shows twice, only the first counts
    assert calendar.after(later, duration) >= calendar.after(start, duration) - slack


@settings(max_examples=200)
@given(calendars, instants, st.integers(1, 40))
def test_law_a_business_deadline_falls_on_a_working_day_or_the_midnight_after_one(calendar, start, amount):
    due = calendar.after(start, Duration.parse(f"{amount} business days"))
    days = [(due - timedelta(seconds=back)).astimezone(at_zone(calendar)).date() for back in (0, 1, 3600)]
    assert any(not calendar.why_off(day) for day in days)


def at_zone(calendar):
    from tocsin.core.clock.instants import zone

    return zone(calendar.tz)


@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 6, 1)),  # noqa: DTZ001
    st.integers(1, 40),
    st.sampled_from([UTC_WEEK, BERLIN, NEW_YORK]),
)
def test_working_time_between_is_what_counting_business_days_adds(start, days, calendar):
    begin = start.replace(tzinfo=UTC)
    end = calendar.after(begin, Duration.parse(f"{days} business days"))
    worked = calendar.worked(begin, end)
    # What arrives on a day off starts at the next working midnight; wall clocks are kept over a change of summer time.
    assert worked == timedelta(days=days)


def test_nothing_is_worked_on_days_off_or_backwards():
    assert UTC_WEEK.worked(at("2026-11-28 09:00 UTC"), at("2026-11-29 21:00 UTC")) == timedelta()
    assert UTC_WEEK.worked(at("2026-11-27 16:00 UTC"), at("2026-11-30 10:00 UTC")) == timedelta(hours=18)
    assert UTC_WEEK.worked(at("2026-11-30 10:00 UTC"), at("2026-11-27 16:00 UTC")) == timedelta()
