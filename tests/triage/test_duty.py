# SPDX-License-Identifier: Apache-2.0
"""Who is on duty: weeks in order, swaps, days away; who is told; and that a load is one's own."""

from __future__ import annotations

import json
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.conftest import Shell
from tests.services.acts import PROJECT, act, report
from tocsin.core import duty
from tocsin.core.case import commands as cmd
from tocsin.core.duty import Away, Note, Rota
from tocsin.core.vocabulary import Refused
from tocsin.services import duty as service
from tocsin.services.post import telling
from tocsin.testing.house import House, house

PEOPLE = ("ann", "ben", "cay")
MONDAY = date(2026, 3, 2)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.fixture
def made() -> House:
    return house()


def test_everybody_has_a_week_in_turn() -> None:
    rota = duty.ordered(Rota(), PEOPLE, MONDAY + timedelta(days=3))
    assert isinstance(rota, Rota)
    weeks = [duty.on_duty(rota, MONDAY + n * duty.WEEK) for n in range(6)]
    assert weeks == ["ann", "ben", "cay", "ann", "ben", "cay"]


def test_who_is_away_is_stood_in_for_and_where_all_are_nobody_is_on_duty() -> None:
    rota = Rota(people=PEOPLE, since=MONDAY)
    gone = duty.absent(rota, Away(person="ann", first=MONDAY, last=MONDAY + timedelta(days=2)), MONDAY)
    assert isinstance(gone, Rota)
    assert [duty.on_duty(gone, MONDAY + timedelta(days=n)) for n in range(4)] == ["ben", "ben", "ben", "ann"]
    for person in ("ben", "cay"):
        gone = duty.absent(gone, Away(person=person, first=MONDAY, last=MONDAY), MONDAY)
        assert isinstance(gone, Rota)
    assert duty.on_duty(gone, MONDAY) == ""


def test_a_swapped_week_is_one_week() -> None:
    rota = duty.swapped(Rota(people=PEOPLE, since=MONDAY), MONDAY + timedelta(days=9), "ann", MONDAY)
    assert isinstance(rota, Rota)
    assert [duty.on_duty(rota, MONDAY + n * duty.WEEK) for n in range(3)] == ["ann", "ann", "cay"]
    assert isinstance(duty.swapped(rota, MONDAY - duty.WEEK, "ben", MONDAY), Refused)


@given(day=DAYS, away=st.lists(st.tuples(st.sampled_from(PEOPLE), DAYS, st.integers(0, 30)), max_size=6))
def test_nobody_is_on_duty_while_away_and_somebody_is_while_anybody_is_there(
    day: date, away: list[tuple[str, date, int]]
) -> None:
    gone = tuple(Away(person=who, first=first, last=first + timedelta(days=long)) for who, first, long in away)
    rota = Rota(people=PEOPLE, since=MONDAY, away=gone)
    there = [each for each in PEOPLE if not duty.is_away(rota, each, day)]
    found = duty.on_duty(rota, day)
    assert found in there if there else found == ""


def test_notes_and_days_away_are_bounded() -> None:
    assert isinstance(duty.handed_on(Rota(), Note(by="ann", at=MONDAY, text=" ")), Refused)
    assert isinstance(
        duty.absent(Rota(), Away(person="ann", first=MONDAY, last=MONDAY - timedelta(days=1)), MONDAY), Refused
    )
    assert isinstance(duty.ordered(Rota(), ("ann", "ann"), MONDAY), Refused)


def test_who_is_on_duty_is_told_and_without_a_rota_everybody_who_triages(made: House) -> None:
    def told() -> set[str]:
        on = service.on_duty(made.desk, PROJECT)
        return {each.id for each in telling.meant(made.desk, PROJECT, "on-call", "", on)}

    assert told() == {made.dana, made.li}
    actor = made.desk.people.actor(made.dana, PROJECT)
    assert actor
    assert isinstance(service.set_people(made.desk, actor, PROJECT, (made.li, made.dana)), Rota)
    assert told() == {made.li}
    made.clock.advance(timedelta(days=7))
    assert told() == {made.dana}
    today = made.clock().date()
    assert isinstance(service.away(made.desk, actor, PROJECT, today, today), Rota)
    assert told() == {made.li}


def test_a_lead_who_is_away_or_not_named_yet_is_stood_in_for_by_who_is_on_duty(made: House) -> None:
    actor = made.desk.people.actor(made.dana, PROJECT)
    assert actor
    assert isinstance(service.set_people(made.desk, actor, PROJECT, (made.li, made.dana)), Rota)

    def told(lead: str) -> set[str]:
        return {
            each.id for each in telling.meant(made.desk, PROJECT, *telling._heard(made.desk, PROJECT, "lead", lead))
        }

    assert told("") == {made.li}
    assert told(made.dana) == {made.dana}
    assert isinstance(service.away(made.desk, actor, PROJECT, made.clock().date(), made.clock().date()), Rota)
    assert told(made.dana) == {made.li}


def test_a_rota_names_only_who_triages_in_the_project(made: House) -> None:
    actor = made.desk.people.actor(made.dana, PROJECT)
    assert actor
    assert isinstance(service.set_people(made.desk, actor, PROJECT, ("usr_nobody",)), Refused)
    assert isinstance(service.swap(made.desk, actor, PROJECT, made.clock().date(), "usr_nobody"), Refused)


def test_a_load_is_shown_to_whose_it_is_alone(made: House) -> None:
    ref = report(made).case
    act(made, ref, cmd.Assign(lead=made.dana, lead_name="Dana", lead_roles=("owner",)))
    shell = Shell(made)
    shell.ok("duty", "set", PROJECT, "Dana", "Li")
    shell.ok("duty", "note", PROJECT, "Two reports wait for answers.")
    assert "you lead 1 open cases" in shell.ok("duty", "show", PROJECT)
    others = shell.ok("duty", "show", PROJECT, person="li@example.org")
    assert "you lead 0 open cases" in others
    assert "Two reports wait" in others
    told = json.loads(shell.ok("duty", "show", PROJECT, "--json", person="li@example.org"))
    assert (told["now"], told["me"], told["load"]) == ("Dana", False, {"leads": 0, "over": 0})
    shell.ok("duty", "swap", PROJECT, made.clock().date().isoformat(), "Li")
    assert "on duty: Li" in shell.ok("duty", "show", PROJECT)


def test_on_a_public_holiday_somebody_who_works_stands_in_and_one_for_all_stays_with_whose_week_it_is() -> None:
    rota = Rota(people=PEOPLE, since=MONDAY)
    labour_day = date(2026, 5, 1)
    assert duty.on_duty(rota, labour_day) == "cay"
    german = duty.at_home(rota, "cay", "DE-BY")
    assert isinstance(german, Rota)
    assert duty.holiday_of(german, "cay", labour_day) == "Labor Day"
    assert duty.on_duty(german, labour_day) == "ann"
    assert duty.on_duty(german, labour_day + timedelta(days=1)) == "cay"
    for person in ("ann", "ben"):
        german = duty.at_home(german, person, "FR")
        assert isinstance(german, Rota)
    assert duty.on_duty(german, labour_day) == "cay"
    assert isinstance(duty.at_home(rota, "ann", "Atlantis"), Refused)
    assert duty.at_home(german, "cay", "") == msgspec.structs.replace(german, homes=german.homes[1:])


def test_days_away_are_taken_back_by_their_first_one() -> None:
    rota = duty.absent(Rota(people=PEOPLE, since=MONDAY), Away(person="ann", first=MONDAY, last=MONDAY), MONDAY)
    assert isinstance(rota, Rota)
    assert isinstance(duty.returned(rota, "ben", MONDAY, MONDAY), Refused)
    back = duty.returned(rota, "ann", MONDAY, MONDAY)
    assert isinstance(back, Rota)
    assert duty.on_duty(back, MONDAY) == "ann"


def test_the_terminal_says_why_somebody_stands_in_and_who_is_told_after_them(made: House) -> None:
    shell = Shell(made)
    shell.ok("duty", "set", PROJECT, "Dana", "Li")
    day = made.clock().date().isoformat()
    shell.ok("duty", "away", PROJECT, day, day)
    said = shell.ok("duty", "show", PROJECT)
    assert "on duty: Li" in said
    assert "Dana is away on" in said
    assert "whoever is on duty (Li)" in said
    shell.ok("duty", "back", PROJECT, day)
    assert "on duty: Dana" in shell.ok("duty", "show", PROJECT)
    shell.ok("duty", "home", PROJECT, "de-by")
    assert shell("duty", "home", PROJECT, "Atlantis").exit_code != 0
