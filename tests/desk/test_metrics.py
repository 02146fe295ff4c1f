# SPDX-License-Identifier: Apache-2.0
"""The metrics page says its numbers in words, shows no other project, and gives them away as files."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tests.desk import story
from tests.desk.conftest import SignIn
from tests.services.acts import REPORT, report
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import RejectionClass
from tocsin.services import cases, intake
from tocsin.services.queries import metrics as queries
from tocsin.testing.house import House


def test_the_page_says_what_is_behind_each_number(house: House, sign_in: SignIn) -> None:
    for _ in range(6):
        report(house)
    page = sign_in().get("/metrics").content.decode()
    assert "Backlog health" in page
    assert "6 cases" in page
    assert "No person is ranked" in page


def test_the_pictures_have_their_numbers_beside_them(house: House, sign_in: SignIn) -> None:
    for _ in range(6):
        ref = report(house).case
        house.clock.advance(timedelta(days=20))
        story.answered(house, ref)
    page = sign_in().get("/metrics").content.decode()
    assert "How cases flow" in page
    assert re.search(r"<tspan font-weight=\"600\">6</tspan> in work", page)
    assert "Flow as a table" in page
    assert 'aria-label="Median by month: 2026-' in page
    assert "Dashed: promised within 72 h" in page
    assert "Reporters who wait for a word" in page


def test_the_months_are_drawn_and_said_with_what_was_held_at_first(house: House, sign_in: SignIn) -> None:
    for _ in range(7):
        intake.receive(house.front, story.PROJECT, REPORT, house.front.mint.nonce(), "93.184.216.34")
    page = sign_in().get("/metrics").content.decode()
    assert 'class="by-month"' in page
    assert '<td data-label="held at first">2 (29%)</td>' in page
    assert "Reporters who came back" in page
    assert "Minutes spent on a case" in page
    assert "For you alone" in page


def test_measuring_reads_what_is_open_or_ended_in_the_window_and_nothing_else(house: House) -> None:
    old, still = report(house).case, report(house).case
    story.act(house, old, cmd.Reject(rejection=RejectionClass.UNSAFE_DEFAULT, reason=story.REASON))
    story.act(house, old, cmd.Close(outcome="rejected"))
    house.clock.advance(timedelta(days=800))
    since = house.clock() - timedelta(days=365)
    projects = house.desk.people.projects(house.dana)
    found = {each.case for each in queries.measured(house.desk, projects, since)}
    assert found == {still}
    assert {each.case for each in queries.measured(house.desk, projects, queries.EVER)} == {old, still}


def test_another_project_answers_like_one_that_does_not_exist(sign_in: SignIn) -> None:
    assert sign_in().get("/metrics?project=nowhere").status_code == 404


def test_the_numbers_can_be_taken_away_and_are_never_shown_inline(sign_in: SignIn) -> None:
    desk = sign_in()
    for kind in ("csv", "json", "openmetrics"):
        answer = desk.get(f"/metrics/{kind}")
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
    assert desk.get("/metrics/exe").status_code == 404


def test_the_embargo_tab_says_when_and_lets_a_moment_be_recorded(house: House, sign_in: SignIn) -> None:
    ref, desk = report(house).case, sign_in()
    assert "the policy gives at most 28 days" in desk.get(f"/c/{ref}/embargo").content.decode()
    sent = desk.post(f"/c/{ref}/do/record-moment", {"moment": "linux-distros-posted", "at": "", "note": "[vs]"})
    assert sent.status_code == 303
    page = desk.get(f"/c/{ref}/embargo").content.decode()
    assert "Public at the latest (linux-distros list)" in page
    assert "not later" in page


def test_a_ready_fix_brings_the_earliest_date_that_suits_into_the_form(house: House, sign_in: SignIn) -> None:
    ref = report(house).case
    story.accepted(house, ref)
    story.embargoed(house, ref)
    opened = cases.open_case(house.desk, ref, house.desk.people.actor(house.dana, "warehousepg"), "test")
    assert opened
    agreed = opened.case.embargo_until
    assert agreed
    page = sign_in().get(f"/c/{ref}/embargo").content.decode()
    found = re.search(r'name="ends_at" value="([^"]+)"', page)
    assert found
    proposed = datetime.strptime(found[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    assert house.clock() < proposed < agreed
    assert proposed.weekday() in (1, 2, 3), "a day that the policy likes"
