# SPDX-License-Identifier: Apache-2.0
"""A synthetic report a week: it comes in as a finder's would, a person must answer it, and silence is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from tests.services.acts import act, report
from tocsin.core.case import commands as cmd
from tocsin.core.intake import Report
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import Audience, CaseRef, ProjectId
from tocsin.services import canary, canary_state, worker
from tocsin.services.queries import metrics
from tocsin.services.security_txt import security_txt
from tocsin.testing.house import House, house


@dataclass
class Knock:
    """The web door of the installation under test, or one that is shut."""

    home: House
    door: str = "web"
    shut: bool = False

    def __call__(self, project: ProjectId, title: str, text: str) -> CaseRef:
        if self.shut:
            raise OSError("connection refused")
        return report(self.home, project, Report(title=title, reproduce=text, version="-")).case


@pytest.fixture
def home() -> House:
    made = house()
    policy = (seed("warehousepg") or "").replace("[intake]\n", '[intake]\ncanary = "7 days"\n', 1)
    assert "canary" in policy
    made.desk.projects.adopt(policy, "test", made.clock())
    return replace(made, desk=replace(made.desk, knocks=(Knock(made),)))


def sent(home: House) -> list[CaseRef]:
    return sorted(canary_state.sent_to(home.desk.machine.facts))


def banner(home: House) -> str:
    return canary_state.banner(home.desk.machine.facts, home.desk.projects, home.clock())


def expires(home: House) -> str:
    renewed = canary_state.renewed(home.desk.machine.facts, home.desk.projects, home.clock())
    text = security_txt(home.desk.projects, "https://security.example.org", renewed, csaf=False)
    return next(line for line in text.splitlines() if line.startswith("Expires"))


def test_one_comes_a_week_and_only_after_the_last_was_answered(home: House) -> None:
    worker.run_once(home.desk)
    worker.run_once(home.desk)
    (first,) = sent(home)
    act(home, first, cmd.Say(audience=Audience.REPORTER, text="We are here.", plan="None.", workarounds="None known."))
    home.clock.advance(timedelta(days=6))
    worker.run_once(home.desk)
    assert sent(home) == [first]
    home.clock.advance(timedelta(days=2))
    worker.run_once(home.desk)
    assert len(sent(home)) == 2


def test_silence_sounds_an_alarm_and_keeps_security_txt_from_being_renewed(home: House) -> None:
    worker.run_once(home.desk)
    (first,) = sent(home)
    fresh = expires(home)
    home.clock.advance(timedelta(days=20))
    worker.run_once(home.desk)
    assert sent(home) == [first], "silence is not covered by another canary"
    kinds = {alarm.kind for alarm in home.desk.machine.alarms.since(home.clock() - timedelta(days=1), 9)}
    assert canary.SILENT in kinds
    assert "security.txt is not renewed" in banner(home)
    stuck = expires(home)
    home.clock.advance(timedelta(days=5))
    assert expires(home) == stuck
    act(home, first, cmd.Say(audience=Audience.REPORTER, text="Late.", plan="None.", workarounds="None known."))
    worker.run_once(home.desk)
    assert banner(home) == ""
    assert expires(home) > max(stuck, fresh)


def test_an_automatic_acknowledgement_is_no_answer(home: House) -> None:
    worker.run_once(home.desk)
    (first,) = sent(home)
    act(home, first, cmd.Say(audience=Audience.REPORTER, text="Received.", automatic=True))
    home.clock.advance(timedelta(days=20))
    worker.run_once(home.desk)
    assert canary_state.silent(home.desk.machine.facts, home.desk.projects, home.clock())


def test_a_door_that_does_not_answer_is_an_alarm_and_is_tried_again(home: House) -> None:
    (knock,) = home.desk.knocks
    knock.shut = True
    worker.run_once(home.desk)
    assert sent(home) == []
    kinds = {alarm.kind for alarm in home.desk.machine.alarms.since(home.clock() - timedelta(days=1), 9)}
    assert "canary-shut-out" in kinds
    knock.shut = False
    home.clock.advance(timedelta(minutes=1))
    worker.run_once(home.desk)
    assert len(sent(home)) == 1


def test_a_canary_is_in_no_number_about_reports(home: House) -> None:
    worker.run_once(home.desk)
    assert len(sent(home)) == 1
    assert metrics.of_person(home.desk, home.dana).cases == 0


def test_where_the_policy_asks_for_none_none_comes() -> None:
    made = house()
    made = replace(made, desk=replace(made.desk, knocks=(Knock(made),)))
    worker.run_once(made.desk)
    assert sent(made) == []
