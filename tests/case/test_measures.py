# SPDX-License-Identifier: Apache-2.0
"""The keys of how cases go, on numbers a person can check with a pencil."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.services.acts import PROJECT, REPORT, act, attempt, ready, report
from tocsin.core.case import commands as cmd
from tocsin.core.case.effort import Sitting, after
from tocsin.core.case.keys import keys
from tocsin.core.case.measures import Measures
from tocsin.core.clock import at
from tocsin.core.vocabulary import Actor, ActorKind, Audience, Refused
from tocsin.services import intake, room, worker
from tocsin.services.queries import inbox, metrics
from tocsin.testing.house import House, house

NOW = at("2026-11-30 12:00 UTC")


def case(number: int, **known) -> Measures:
    return Measures(case=f"WHPG-2026-{number:05d}", opened_at=at("2026-11-02 09:00 UTC"), **known)


def measures_of(home: House, ref: str) -> Measures:
    row = home.desk.inbox.row(ref)
    assert row
    found = inbox.open_summary(home.desk, row).measures
    assert found
    return found


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


def test_a_reporter_came_back_if_they_did_anything_once_answered_two_weeks_ago() -> None:
    long_ago, lately = NOW - timedelta(days=14), NOW - timedelta(days=13)
    known = [
        case(1, answered_at=long_ago, came_back=True),
        case(2, answered_at=long_ago),
        case(3, answered_at=lately, came_back=True),
        case(4),
    ]
    found = keys(known, NOW).key("came-back")
    assert (found.cases, found.share, found.parts) == (2, 0.5, {"came back": 1, "did not": 1})
    assert keys([case(1, answered_at=lately)], NOW).key("came-back").share is None


def test_the_held_are_counted_in_the_month_they_came_whatever_became_of_them() -> None:
    known = [case(1, held=True, outcome="valid"), case(2, held=True), case(3)]
    (month,) = keys(known, NOW).months
    assert (month.month, month.outcomes, month.held) == ("2026-11", {"valid": 1, "open": 2}, 2)


def test_minutes_are_told_of_cases_that_are_over_and_only_to_those_who_worked_on_them() -> None:
    known = [
        *(case(n, minutes=10.0 * n, ended_at=NOW, outcome="rejected") for n in range(1, 7)),
        case(7, minutes=900.0),
    ]
    told = keys(known, NOW)
    found = told.key("effort")
    assert (found.cases, found.median, found.p90, found.private) == (6, 30.0, 60.0, True)
    assert "effort" in metrics.as_csv(told)
    assert "effort" not in metrics.as_openmetrics(told)


def test_acts_within_twenty_minutes_are_one_sitting_with_three_minutes_to_read_before_it() -> None:
    home = house()
    ref = report(home).case
    note = cmd.Say(audience=Audience.TEAM, text="I looked at it.")
    for minutes in (0, 20, 21, 5):
        home.clock.advance(timedelta(minutes=minutes))
        assert not isinstance(attempt(home, ref, note), Refused)
    assert not isinstance(attempt(home, ref, note, home.li), Refused)
    # Dana: 3 to read, 20 to the second act, 3 again after a longer break, 5 to the last. Li: 3.
    assert measures_of(home, ref).minutes == 3 + 20 + 3 + 5 + 3


def test_what_a_program_did_takes_nobodys_minutes() -> None:
    program = Actor(kind=ActorKind.PERSON, id="usr_1", name="Dana", via="tok_1")
    assert after((), program, NOW) == ((), 0)
    assert after((), replace(program, via=""), NOW) == ((Sitting(person="usr_1", last_at=NOW),), 180)


def test_a_report_beyond_the_quota_says_for_ever_that_it_was_held() -> None:
    home = house()
    taken = [intake.receive(home.front, PROJECT, REPORT, home.front.mint.nonce(), "93.184.216.34") for _ in range(7)]
    refs = [each.case for each in taken if isinstance(each, intake.Receipt)]
    assert [measures_of(home, ref).held for ref in refs] == [False] * 5 + [True] * 2
    act(home, refs[-1], cmd.Say(audience="reporter", text="Thank you.", plan="We look.", workarounds="None known."))
    assert measures_of(home, refs[-1]).held


def test_a_reporter_who_answers_came_back() -> None:
    home = house()
    receipt = report(home)
    act(home, receipt.case, cmd.Say(audience="reporter", text="Which version?", plan="We look.", workarounds="None."))
    assert not measures_of(home, receipt.case).came_back
    home.clock.advance(timedelta(hours=1))
    door = room.enter(home.front, receipt.phrase)
    assert door
    room.leave(home.front, door, cmd.Hear(text="7.3.1"))
    worker.run_once(home.desk)
    assert measures_of(home, receipt.case).came_back


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
