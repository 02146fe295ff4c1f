# SPDX-License-Identifier: Apache-2.0
"""A pause of intake: said where reports come in, not for what cannot wait, and nothing is lost by it."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import msgspec
import pytest

from tests.cli.conftest import Shell
from tests.services.acts import PROJECT, REPORT, report
from tocsin.core.intake import Report
from tocsin.core.policy.sections.intake import Intake
from tocsin.core.vocabulary import Actor, Refused, ReportKind
from tocsin.services import pausing, worker
from tocsin.services.queries import inbox
from tocsin.testing.house import House, house

CRITICAL = ("reach=network", "login=none", "needs_victim=false", "read=all", "change=all", "stop=all")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> House:
    """A house whose policy allows a pause."""
    built = house()
    built = dataclasses.replace(built, front=dataclasses.replace(built.front, facts=built.desk.machine.facts))
    usual = built.desk.projects.policy

    def allowed(project: str, version: str) -> object:
        policy = usual(project, version)
        told = msgspec.structs.replace(policy.intake or Intake(), pause="except-critical")
        return msgspec.structs.replace(policy, intake=told)

    monkeypatch.setattr(built.desk.projects, "policy", allowed)
    return built


def owner(made: House) -> Actor:
    found = made.desk.people.actor(made.dana, PROJECT)
    assert found
    return found


def held(made: House) -> set[str]:
    while not worker.run_once(made.desk).idle:
        pass
    return {line.case for line in inbox.page(made.desk, made.dana, tab="held", project=PROJECT).lines}


def test_what_can_wait_is_taken_and_held_and_what_cannot_is_read_at_once(made: House) -> None:
    before = report(made)
    done = pausing.pause(made.desk, owner(made), PROJECT, made.clock() + timedelta(days=7), "We are travelling.")
    assert isinstance(done, pausing.Pause)
    waits = report(made)
    public = report(made, given=msgspec.structs.replace(REPORT, kind=ReportKind.ALREADY_PUBLIC))
    assert (before.paused, waits.paused, public.paused) == (False, True, False)
    assert waits.phrase
    assert held(made) == {waits.case}
    made.clock.advance(timedelta(days=8))
    assert not report(made).paused


def test_a_report_that_is_critical_by_its_own_answers_is_read_at_once(made: House) -> None:
    worst = Report(title="All of it", reproduce="Send one packet.", version="7.3.1", surface=CRITICAL)
    assert isinstance(pausing.pause(made.desk, owner(made), PROJECT, made.clock() + timedelta(days=1)), pausing.Pause)
    assert not report(made, given=worst).paused


def test_what_is_held_by_a_pause_comes_back_before_its_promise_is_over(made: House) -> None:
    pausing.pause(made.desk, owner(made), PROJECT, made.clock() + timedelta(days=30))
    waits = report(made)
    assert held(made) == {waits.case}
    for _ in range(10):
        made.clock.advance(timedelta(days=1))
        while not worker.run_once(made.desk).idle:
            pass
    assert held(made) == set()
    assert waits.case in {line.case for line in inbox.page(made.desk, made.dana, project=PROJECT).lines}


def test_only_an_owner_pauses_only_with_the_policys_word_and_not_for_ever(made: House) -> None:
    until = made.clock() + timedelta(days=7)
    stranger = msgspec.structs.replace(owner(made), roles=frozenset())
    refused = pausing.pause(made.desk, stranger, PROJECT, until)
    assert isinstance(refused, Refused)
    assert refused.code == "not-permitted"
    for ends in (made.clock(), made.clock() + timedelta(days=31)):
        assert isinstance(pausing.pause(made.desk, owner(made), PROJECT, ends), Refused)
    plain = house()
    told = pausing.pause(plain.desk, owner(plain), PROJECT, until)
    assert isinstance(told, Refused)
    assert told.code == "no-pause"


def test_the_terminal_pauses_shows_and_resumes(made: House) -> None:
    shell = Shell(made)
    ends = (made.clock() + timedelta(days=2)).isoformat()
    assert "pauses its intake until" in shell.ok("intake", "pause", PROJECT, "--until", ends, "--words", "Travelling.")
    assert "Travelling." in shell.ok("intake", "show", PROJECT)
    shell.ok("intake", "resume", PROJECT)
    assert "as usual" in shell.ok("intake", "show", PROJECT)
    assert not report(made).paused
