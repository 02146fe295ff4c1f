# SPDX-License-Identifier: Apache-2.0
"""A synthetic report a week: it comes in as a finder's would, a person must answer it, and silence is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from tests.mail import post
from tests.services.acts import act, report
from tocsin.core.case import commands as cmd
from tocsin.core.intake import Report
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import Audience, CaseRef, ProjectId
from tocsin.services import canary, canary_state, worker
from tocsin.services.post.knock import MailKnock
from tocsin.services.post.room import Post
from tocsin.services.queries import metrics
from tocsin.services.security_txt import security_txt
from tocsin.testing.house import House, house
from tocsin.testing.post import MemoryServer


@dataclass
class Knock:
    """The web door of the installation under test, or one that is shut."""

    home: House
    door: str = "web"
    shut: bool = False

    def opens(self, project: ProjectId) -> bool:
        return True

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


def deliver(wire: MemoryServer, home: House) -> None:
    """Everything that went out comes in at our own door."""
    for each in wire.sent:
        post.deliver(home, each.body, to=each.to, sender=each.sender)
    wire.sent.clear()


@pytest.fixture
def mailed(home: House) -> tuple[House, MemoryServer]:
    """The same house with a mailbox instead of a web door."""
    wire = MemoryServer()
    made = MailKnock(Post(sends=wire, host="security.example.org"), home.desk.projects, home.clock, home.desk.mint.id)
    home.desk = replace(home.desk, knocks=(made,))
    return home, wire


def test_a_canary_by_mail_goes_out_comes_in_and_is_answered_like_one_by_web(mailed: tuple[House, MemoryServer]) -> None:
    home, wire = mailed
    canary.keep(home.desk)
    assert sent(home) == []
    assert canary.keep(home.desk) == 0, "it is under way"
    (letter,) = wire.sent
    assert letter.to == post.BOX
    deliver(wire, home)
    canary.keep(home.desk)
    (case,) = sent(home)
    assert post.look(home, case).case.title.startswith("Canary 2")
    home.clock.advance(timedelta(days=6))
    assert "(mail" in banner(home)
    act(home, case, cmd.Say(audience=Audience.REPORTER, text="We are here."))
    canary.keep(home.desk)
    assert banner(home) == ""


def test_a_letter_that_is_lost_on_its_way_is_an_alarm_and_another_one_goes_out(
    mailed: tuple[House, MemoryServer],
) -> None:
    home, wire = mailed
    canary.keep(home.desk)
    wire.sent.clear()
    home.clock.advance(timedelta(hours=5))
    assert canary.keep(home.desk) == 0
    kinds = {alarm.kind for alarm in home.desk.machine.alarms.since(home.clock() - timedelta(days=1), 9)}
    assert "canary-lost" in kinds
    home.clock.advance(timedelta(days=1))
    assert canary.keep(home.desk) == 1
    deliver(wire, home)
    canary.keep(home.desk)
    assert len(sent(home)) == 1


def test_a_project_without_a_mailbox_has_no_such_door(mailed: tuple[House, MemoryServer]) -> None:
    home, _ = mailed
    (knock,) = home.desk.knocks
    assert knock.opens("warehousepg")
    assert not knock.opens("nobody")
    assert not replace(knock, post=Post()).opens("warehousepg")
