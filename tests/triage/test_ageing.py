# SPDX-License-Identifier: Apache-2.0
"""What nobody touches grows old in sight: no case is ever closed by time, and a list says what waits longest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cli.conftest import Shell
from tests.services.acts import PROJECT, act, report
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Audience
from tocsin.core.wire.desk import CasePage
from tocsin.services import worker
from tocsin.services.api_tokens import Caller
from tocsin.services.office import Filter, Office
from tocsin.services.ports.store import InboxQuery
from tocsin.services.queries import inbox, orders
from tocsin.testing.house import House, house


@pytest.fixture
def made() -> House:
    return house()


def settle(made: House) -> None:
    while not worker.run_once(made.desk).idle:
        pass


def aged(made: House) -> list[tuple[str, str]]:
    page = inbox.page(made.desk, made.dana, tab="open", project=PROJECT, by=orders.AGE)
    return [(line.case, line.group) for line in page.lines]


def test_after_ninety_silent_days_no_case_is_closed_and_all_are_on_the_ageing_list(made: House) -> None:
    untouched = [report(made).case for _ in range(4)]
    asked = report(made).case
    act(made, asked, cmd.NeedInfo(question="On which version?"))
    investigated = report(made).case
    act(made, investigated, cmd.Investigate(effect="Reads memory", criticality="high"))
    every = {*untouched, asked, investigated}
    for _ in range(91):
        made.clock.advance(timedelta(days=1))
        settle(made)
    rows = made.desk.inbox.page(InboxQuery(projects=(PROJECT,), open=None, limit=100))
    assert {row.case for row in rows if row.open} == every
    assert dict.fromkeys(every, "Untouched for 90 days or more") == dict(aged(made))


def test_what_a_person_does_makes_a_case_young_and_what_the_clock_or_the_reporter_does_not(made: House) -> None:
    first = report(made).case
    made.clock.advance(timedelta(minutes=1))
    second = report(made).case
    made.clock.advance(timedelta(days=40))
    settle(made)
    assert [case for case, _ in aged(made)] == [first, second]
    act(made, first, cmd.Say(audience=Audience.REPORTER, text="We look at it."))
    assert aged(made) == [(second, "Untouched for 30 days or more"), (first, "Touched within the week")]
    made.clock.advance(timedelta(days=8))
    settle(made)
    assert aged(made)[1] == (first, "Untouched for a week or more")


def test_terminal_and_api_read_the_same_order_page_by_page(made: House) -> None:
    refs = []
    for _ in range(5):
        refs.append(report(made).case)
        made.clock.advance(timedelta(days=1))
    act(made, refs[0], cmd.Say(audience=Audience.REPORTER, text="We look at it."))
    office, seen, after = Office(made.desk, Caller(person=made.dana)), [], ""
    while True:
        page = office.cases(Filter(project=PROJECT, by="age", after=after, limit=2))
        assert isinstance(page, CasePage)
        seen += [row.ref for row in page.items]
        if not (after := page.next):
            break
    assert seen == [*refs[1:], refs[0]] == [case for case, _ in aged(made)]
    said = Shell(made).ok("inbox", "--tab", "open", "--by", "age", "-p", PROJECT)
    assert [said.index(ref) for ref in seen] == sorted(said.index(ref) for ref in seen)
    assert "TOUCHED" in said
    only = office.cases(Filter(project=PROJECT, by="attacked"))
    assert isinstance(only, CasePage)
    assert only.items == ()


def test_held_reports_are_listed_at_the_terminal_as_at_the_desk(made: House) -> None:
    assert "Held: nothing." in Shell(made).ok("inbox", "--tab", "held")
