# SPDX-License-Identifier: Apache-2.0
"""The five keys, on numbers a person can check with a pencil."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.services.acts import act, ready, report
from tocsin.core.case import commands as cmd
from tocsin.core.case.keys import keys
from tocsin.core.case.measures import Measures
from tocsin.core.clock import at
from tocsin.services.queries import inbox, metrics
from tocsin.testing.house import house

NOW = at("2026-11-30 12:00 UTC")


def case(number: int, **known) -> Measures:
    return Measures(case=f"WHPG-2026-{number:05d}", opened_at=at("2026-11-02 09:00 UTC"), **known)


def test_an_answer_is_late_from_the_instant_it_was_due_answered_or_not() -> None:
    due = at("2026-11-05 09:00 UTC")
    known = [
        *(
            case(n, answered_at=at("2026-11-03 09:00 UTC"), answer_hours=float(n), answer_due_at=due)
            for n in range(1, 9)
        ),
        case(9, answered_at=at("2026-11-06 09:00 UTC"), answer_hours=96.0, answer_due_at=due),
        case(10, answer_due_at=due, waits_for="team"),
        case(11, answer_due_at=at("2026-12-05 09:00 UTC"), waits_for="team"),
    ]
    found = keys(known, NOW).key("first-answer")
    assert (found.cases, found.median, found.p90) == (9, 5.0, 96.0)
    assert found.missed == ("WHPG-2026-00009", "WHPG-2026-00010")
    assert found.share == 0.8


def test_a_date_is_kept_within_an_hour_and_without_a_leak() -> None:
    agreed = at("2026-11-24 15:00 UTC")
    known = [
        case(1, agreed_at=agreed, published_at=agreed + timedelta(minutes=59)),
        case(2, agreed_at=agreed, published_at=agreed - timedelta(minutes=61)),
        case(3, agreed_at=agreed, published_at=agreed, leaked=True),
        case(4, agreed_at=agreed),
        case(5, published_at=agreed),
    ]
    found = keys(known, NOW).key("dates")
    assert (found.cases, found.parts) == (3, {"kept": 1, "slipped": 1, "leaked": 1})
    assert found.missed == ("WHPG-2026-00002", "WHPG-2026-00003")


def test_only_a_revision_within_thirty_days_is_a_correction() -> None:
    out = at("2026-09-01 15:00 UTC")
    known = [
        case(1, published_at=out, corrections=((out + timedelta(days=30), "7.3 was affected too"),)),
        case(2, published_at=out, corrections=((out + timedelta(days=31), "typo"),)),
    ]
    found = keys(known, NOW, since=at("2026-01-01 00:00 UTC")).key("corrections")
    assert (found.share, found.parts) == (0.5, {"7.3 was affected too": 1})


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(0, "0-3"), (3, "0-3"), (4, "4-14"), (14, "4-14"), (15, "15-30"), (31, "31-90"), (91, "over 90")],
)
def test_the_backlog_is_counted_by_age(days: int, bucket: str) -> None:
    one = Measures(case="WHPG-2026-00001", opened_at=NOW - timedelta(days=days), waits_for="reporter")
    found = keys([one], NOW).key("backlog")
    assert {name for name, count in found.parts.items() if count} == {bucket}


def test_too_few_cases_have_no_percentile() -> None:
    known = [case(n, answered_at=NOW, answer_hours=1.0) for n in range(4)]
    found = keys(known, NOW).key("first-answer")
    assert (found.cases, found.median, found.p90) == (4, None, None)


def test_a_case_writes_its_measures_into_its_sealed_row() -> None:
    home = house()
    ref = report(home).case
    digest = ready(home, ref)
    act(home, ref, cmd.Publish(confirmation="WHPG-SA-2026-001", digest=digest))
    row = home.desk.inbox.row(ref)
    assert row
    found = inbox.open_summary(home.desk, row).measures
    assert found
    assert found.outcome == "valid"
    assert found.answered_at
    assert found.remedied_at
    told = metrics.of_person(home.desk, home.dana)
    assert told.key("remedy").cases == 1
    assert metrics.of_person(home.desk, "usr_nobody").cases == 0


def test_exports_name_no_case_and_no_person() -> None:
    home = house()
    ref = report(home).case
    act(home, ref, cmd.Say(audience="reporter", text="Thank you.", plan="We look.", workarounds="None known."))
    told = metrics.of_person(home.desk, home.dana)
    for text in (metrics.as_csv(told), metrics.as_openmetrics(told)):
        assert ref not in text
        assert "Dana" not in text
    assert metrics.as_openmetrics(told).endswith("# EOF\n")
    assert metrics.badge(told) == ""
