# SPDX-License-Identifier: Apache-2.0
"""A case stays with people who may handle it: whoever loses a promised permission is told of every night (S19)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.services.acts import act, report
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Role
from tocsin.services import handlers, health
from tocsin.services.handlers import DRIFTED
from tocsin.testing.house import House, house

COMMUNITY = "example"
BOTH = frozenset({Role.MAINTAINER, Role.RELEASE_MANAGER})


@pytest.fixture
def home() -> House:
    return house()


def given(home: House, name: str) -> tuple[str, str]:
    """A case of somebody who may have it; returns the case and the person."""
    address = f"{name.lower()}@example.org"
    person = home.desk.people.add(name, address, {COMMUNITY: BOTH}).id
    ref = report(home, COMMUNITY).case
    act(home, ref, cmd.Assign(lead=person, lead_name=name, lead_roles=tuple(BOTH)))
    return ref, person


def test_a_lead_who_lost_release_permission_is_told_of_each_day_until_it_is_mended(home: House) -> None:
    ref, mo = given(home, "Mo")
    given(home, "Bo")
    assert handlers.check(home.desk) == 0
    home.desk.people.add("Mo", "mo@example.org", {COMMUNITY: frozenset({Role.MAINTAINER})})
    assert handlers.check(home.desk) == 1
    assert handlers.check(home.desk) == 0, "once a day"
    (alarm,) = home.desk.machine.alarms.untold(9)
    assert (alarm.kind, alarm.case, alarm.actor, alarm.place) == (DRIFTED, ref, mo, COMMUNITY)
    assert any(f"{DRIFTED} ({ref})" in each for each in health.banners(home.desk, home.dana))
    home.clock.advance(timedelta(days=1))
    assert handlers.check(home.desk) == 1
    home.desk.people.add("Mo", "mo@example.org", {COMMUNITY: BOTH})
    home.clock.advance(timedelta(days=1))
    assert handlers.check(home.desk) == 0


def test_a_lead_whose_account_ended_is_told_of_and_every_case_is_named(home: House) -> None:
    refs, person = [], ""
    for _ in range(3):
        ref, person = given(home, "Mo")
        refs.append(ref)
    home.desk.people.end(person)
    assert handlers.check(home.desk) == 3
    assert {each.case for each in home.desk.machine.alarms.untold(9)} == set(refs)


def test_a_project_that_promises_no_permission_and_a_closed_case_are_left_alone(home: House) -> None:
    person = home.desk.people.add("Ann", "ann@example.org", {"warehousepg": frozenset({Role.TRIAGER})}).id
    ref = report(home).case
    act(home, ref, cmd.Assign(lead=person, lead_name="Ann", lead_roles=("triager",)))
    assert handlers.check(home.desk) == 0


def accepted(home: House, ref: str, advisory: str, person: str) -> str:
    """Who leads the case once this person has accepted it."""
    act(home, ref, cmd.Investigate(effect="Reads memory", criticality="high", affected_versions="1", cwe=()), person)
    words = cmd.Answer(text="It is real.", plan="We look.", workarounds="None known yet.")
    return act(home, ref, cmd.Accept(advisory_id=advisory, answer=words), person).lead


def test_whoever_accepts_what_nobody_leads_leads_it_where_the_policy_lets_them(home: House) -> None:
    mo = home.desk.people.add("Mo", "mo@example.org", {COMMUNITY: BOTH}).id
    bo = home.desk.people.add("Bo", "bo@example.org", {COMMUNITY: frozenset({Role.MAINTAINER})}).id
    assert accepted(home, report(home, COMMUNITY).case, "EX-SA-2026-001", mo) == mo
    assert accepted(home, report(home, COMMUNITY).case, "EX-SA-2026-002", bo) == "", "who may not release leads nothing"
    led, first = given(home, "Al")
    assert accepted(home, led, "EX-SA-2026-003", mo) == first, "who led it still does"
