# SPDX-License-Identifier: Apache-2.0
"""A worker whose clock is wrong does nothing: no lease of a living worker is taken over, and nothing goes out early."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.services.test_worker import Line, due, told_by
from tocsin.core.vocabulary import CaseRef
from tocsin.delivery.worker import loop
from tocsin.services import clocks, worker
from tocsin.services.app import Desk
from tocsin.testing.house import House, house

HOUR = timedelta(hours=1)


@pytest.fixture
def home() -> House:
    return house()


def off(home: House, by: timedelta) -> Desk:
    """The desk of a second machine, which shares the store and whose clock is `by` ahead."""
    return replace(home.desk, now=lambda: home.clock() + by, shared_clock=home.clock)


def taken(home: House, ref: CaseRef, other: Desk) -> int:
    """How many effects a second machine carries out of those that a living worker holds."""
    due(home, ref, "eff_1", "eff_2")
    held = home.desk.outbox.lease(home.clock(), home.clock() + worker.LEASE, 9)
    assert len(held) == 2
    done = loop.turn(other, set())
    return done.effects if done else 0


@pytest.mark.parametrize("by", [HOUR, timedelta(minutes=6), timedelta(seconds=31), -HOUR, timedelta(seconds=-31)])
def test_a_machine_whose_clock_is_off_takes_nothing_over_and_says_so(
    home: House, ref: CaseRef, by: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    line = Line()
    home = told_by(home, line)
    assert taken(home, ref, off(home, by)) == 0
    assert not line.told
    (alarm,) = home.desk.machine.alarms.since(home.clock() - HOUR, 9)
    assert (alarm.kind, alarm.case) == (clocks.CLOCK, "")
    assert "off the database's" in caplog.text


def test_control_by_its_own_clock_alone_it_does_again_what_another_is_doing(home: House, ref: CaseRef) -> None:
    home = told_by(home, Line())
    assert taken(home, ref, replace(off(home, HOUR), shared_clock=lambda: None)) == 2


@pytest.mark.parametrize("by", [timedelta(0), timedelta(seconds=29), timedelta(seconds=-29)])
def test_machines_that_nearly_agree_share_the_work(home: House, ref: CaseRef, by: timedelta) -> None:
    home = told_by(home, Line())
    due(home, ref, "eff_1")
    home.clock.advance(timedelta(minutes=1))
    done = loop.turn(off(home, by), set())
    assert done
    assert done.effects == 1
    assert not home.desk.machine.alarms.since(home.clock() - HOUR, 9)


def test_chores_wait_for_the_clock_as_well_and_go_on_once_it_is_right(home: House) -> None:
    told: list[Desk] = []
    chore = loop.Chore("giving packages", 1.0, told.append)
    loop._do(chore, off(home, HOUR))
    assert not told
    loop._do(chore, off(home, timedelta(0)))
    assert len(told) == 1
