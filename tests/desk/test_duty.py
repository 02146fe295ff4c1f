# SPDX-License-Identifier: Apache-2.0
"""The duty page: the rota is set, weeks given away, days noted and taken back, notes handed on; a load is one's own."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core import duty as rules
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Role
from tocsin.services import cases, duty
from tocsin.testing.house import House

PROJECT = story.PROJECT


def page(browser: Client) -> str:
    answer = browser.get(f"/duty?project={PROJECT}")
    assert answer.status_code == 200
    return answer.content.decode()


def send(browser: Client, **typed: str) -> str:
    answer = browser.post(f"/duty/{PROJECT}", typed)
    assert answer.status_code == 303, answer.content.decode()[:1500]
    return browser.get(answer["Location"]).content.decode()


def ordered(house: House, browser: Client) -> None:
    assert "order is set" in send(browser, do="set", **{f"place-{house.li}": "2", f"place-{house.dana}": "1"})


def test_a_rota_is_set_and_says_who_is_on_duty_for_weeks(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    assert "<b>Nobody</b> is on duty" in page(browser)
    ordered(house, browser)
    shown = page(browser)
    assert "<b>You</b> are on duty" in shown
    assert shown.count("<time>") == 8
    assert '<b dir="auto">Dana</b> is on duty' in page(sign_in(house.li))


def test_a_week_is_given_away_and_days_away_are_noted_and_taken_back(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    ordered(house, browser)
    today = house.clock().date()
    send(browser, do="away", first=today.isoformat(), last=(today + timedelta(days=1)).isoformat())
    assert duty.on_duty(house.desk, PROJECT) == house.li
    assert "Dana is away from" in page(browser)
    assert 'value="back"' in page(browser)
    assert 'value="back"' not in page(sign_in(house.li)), "only whoever noted the days takes them back"
    send(browser, do="back", first=today.isoformat())
    assert duty.on_duty(house.desk, PROJECT) == house.dana
    send(browser, do="swap", first=rules.monday(today).isoformat(), person=house.li)
    assert duty.on_duty(house.desk, PROJECT) == house.li
    assert "Swapped." in page(browser)


def test_public_holidays_are_said_by_name(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    ordered(house, browser)
    assert "My public holidays: DE-BY" in send(browser, do="home", country="de-by")
    rota = duty.rota(house.desk, PROJECT)
    ahead = (house.clock().date() + timedelta(days=n) for n in range(400))
    day = next(each for each in ahead if rules.planned(rota, each) == house.dana
               and rules.holiday_of(rota, house.dana, each))  # fmt: skip
    house.clock.advance(day - house.clock().date())
    assert duty.on_duty(house.desk, PROJECT) == house.li
    assert f"is {rules.holiday_of(rota, house.dana, day)} for Dana" in page(sign_in())


def test_what_is_handed_on_stands_there_as_it_was_written(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    send(browser, do="note", text="Two reports wait. <script>alert(1)</script>")
    shown = page(sign_in(house.li))
    assert "Two reports wait. &lt;script&gt;" in shown
    assert "<script>alert" not in shown


def test_a_load_is_shown_to_whose_it_is_alone(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    actor = house.desk.people.actor(house.dana, PROJECT)
    assert actor
    cases.handle(house.desk, ref, cmd.Assign(lead=house.dana, lead_name="Dana", lead_roles=("owner",)), actor)
    assert "You lead <b>1</b> open case here" in page(sign_in())
    assert "You lead <b>0</b> open cases here" in page(sign_in(house.li))


def test_the_ladder_names_whom_it_would_tell_now(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    ordered(house, browser)
    shown = page(browser)
    assert shown.count("of a promise") >= 2
    assert 'whoever is on duty (<span dir="auto">Dana</span>)' in shown


def test_what_is_not_right_is_said_and_changes_nothing(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    before = duty.rota(house.desk, PROJECT)
    for typed in (
        {"do": "home", "country": "Atlantis"},
        {"do": "away", "first": "tomorrow"},
        {"do": "note", "text": " "},
        {"do": "back", "first": "2026-01-01"},
        {"do": "set", "place-nobody": "1"},
        {"do": "dance"},
    ):
        answer = browser.post(f"/duty/{PROJECT}", typed)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    assert duty.rota(house.desk, PROJECT) == before


def test_another_projects_duty_is_like_one_that_does_not_exist(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    for there in ("elsewhere", "warehouse"):
        assert browser.get(f"/duty?project={there}").status_code == 404
        assert browser.post(f"/duty/{there}", {"do": "note", "text": "x"}).status_code == 404


def test_who_reads_no_case_reads_no_duty(house: House, sign_in: SignIn) -> None:
    packer = house.desk.people.add("Pat", "pat@example.org", {PROJECT: frozenset({Role.DISTRIBUTOR})}).id
    browser = sign_in(packer)
    assert browser.get(f"/duty?project={PROJECT}").status_code == 404
    assert browser.post(f"/duty/{PROJECT}", {"do": "note", "text": "x"}).status_code == 404


def test_an_auditor_reads_and_changes_nothing(house: House, sign_in: SignIn) -> None:
    auditor = house.desk.people.add("Ada", "ada@example.org", {PROJECT: frozenset({Role.AUDITOR})}).id
    browser = sign_in(auditor)
    assert '<form method="post" action="/duty' not in page(browser)
    assert browser.post(f"/duty/{PROJECT}", {"do": "note", "text": "x"}).status_code == 403
