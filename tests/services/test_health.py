# SPDX-License-Identifier: Apache-2.0
"""The red words on top of the inbox: what keeps reports and clocks waiting is said, and no case of another project."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.mail import post
from tests.services.acts import report
from tocsin.core.vocabulary import Role
from tocsin.services import health, worker
from tocsin.services.ports.machine import Alarm
from tocsin.testing.house import House, house

MINUTE = timedelta(minutes=1)


@pytest.fixture
def home() -> House:
    return house()


def shown(home: House, person: str) -> str:
    return " ".join(health.banners(home.desk, person))


def test_an_alarm_names_no_case_to_somebody_of_another_project_and_not_even_that_there_is_one(home: House) -> None:
    ref = report(home).case
    mo = home.desk.people.add("Mo", "mo@example.org", {"example": frozenset({Role.OWNER})}).id
    for kind in ("tampered", "lead-lacks-permission"):
        home.desk.machine.alarms.sound(Alarm(at=home.clock(), kind=kind, case=ref, place="warehousepg"))
    assert shown(home, mo) == ""
    assert f"lead-lacks-permission ({ref}), tampered ({ref})" in shown(home, home.dana), "the control"
    home.desk.machine.alarms.sound(Alarm(at=home.clock(), kind="tampered", case=""))
    assert shown(home, mo).startswith("1 alarms since yesterday: tampered (no case).")


def test_an_administrator_is_told_how_many_alarms_there_are_and_of_no_case(home: House) -> None:
    ref = report(home).case
    ada = home.desk.people.add("Ada", "ada@example.org", {}).id
    home.desk.people.appoint(ada, True)
    home.desk.machine.alarms.sound(Alarm(at=home.clock(), kind="tampered", case=ref))
    assert shown(home, ada).startswith("1 alarms since yesterday: tampered. An administrator")


def test_what_came_in_and_waits_for_a_worker_is_told_of_after_a_quarter_of_an_hour(home: House) -> None:
    post.arrive(home, post.mail())
    home.clock.advance(14 * MINUTE)
    assert shown(home, home.dana) == ""
    home.clock.advance(MINUTE)
    assert "could not be taken up yet" in shown(home, home.dana)
    post.work(home)
    assert shown(home, home.dana) == ""


def test_a_worker_that_is_gone_is_told_of_after_a_quarter_of_an_hour(home: House) -> None:
    home.desk.machine.facts.note(health.WORKER, "here", home.clock())
    home.clock.advance(14 * MINUTE)
    assert shown(home, home.dana) == ""
    home.clock.advance(MINUTE)
    assert "No worker gave a sign of life" in shown(home, home.dana)
    home.desk.machine.facts.note(health.WORKER, "here", home.clock())
    assert shown(home, home.dana) == ""
    assert worker.run_once(home.desk)
