# SPDX-License-Identifier: Apache-2.0
"""What could not be taken up because of something that passes (a full disk, no handles left, a child that was ended) is
taken up when that is over, without anybody starting the worker anew; what was altered sounds its alarm once."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.mail import post
from tests.services.acts import report
from tocsin.core.case import commands as cmd
from tocsin.services import arrivals, room, worker
from tocsin.services.mail import posting
from tocsin.services.stuck import FIRST, LONGEST, Stuck
from tocsin.testing.house import House, house

MINUTE = timedelta(minutes=1)


@pytest.fixture
def home() -> House:
    return house()


def full(*words: object, **more: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_mail_that_came_while_the_disk_was_full_becomes_a_report_when_there_is_room_again(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = Stuck(home.desk.now)
    post.arrive(home, post.mail())
    with monkeypatch.context() as disk:
        disk.setattr(posting, "report", full)
        assert arrivals.take_up(home.desk, stuck) == 0
    stuck.let_go()
    assert arrivals.take_up(home.desk, stuck) == 0, "not at once: it holds nobody up"
    home.clock.advance(FIRST)
    stuck.let_go()
    assert arrivals.take_up(home.desk, stuck) == 1
    assert len(post.refs(home)) == 1


def test_words_of_a_reporter_and_a_warning_wait_no_longer_than_what_kept_them(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, receipt = Stuck(home.desk.now), report(home)
    worker.run_once(home.desk, stuck)
    door = room.enter(home.front, receipt.phrase)
    assert door
    room.leave(home.front, door, cmd.Hear(text="One thing more."))
    home.clock.advance(timedelta(days=10))
    with monkeypatch.context() as disk:
        disk.setattr(worker.cases, "handle", full)
        worker.run_once(home.desk, stuck)
    assert receipt.case in stuck
    assert len(home.desk.drops.waiting(9)) == 1
    home.clock.advance(FIRST)
    stuck.let_go()
    worker.run_once(home.desk, stuck)
    assert not stuck
    assert home.desk.drops.waiting(9) == []
    row = home.desk.inbox.row(receipt.case)
    assert row
    assert row.wake_at > home.clock()


def test_what_goes_on_failing_is_tried_twice_as_late_each_time_and_every_hour_at_last(home: House) -> None:
    stuck, waits = Stuck(home.desk.now), []
    for _ in range(9):
        stuck.put_off("one", OSError())
        start = home.clock()
        while "one" in stuck:
            home.clock.advance(MINUTE)
            stuck.let_go()
        waits.append(home.clock() - start)
    assert waits == [min(FIRST * 2**tries, LONGEST) for tries in range(9)]


def test_what_was_altered_is_not_tried_again_and_its_alarm_sounds_once(home: House) -> None:
    stuck, receipt = Stuck(home.desk.now), report(home)
    worker.run_once(home.desk, stuck)
    door = room.enter(home.front, receipt.phrase)
    assert door
    room.leave(home.front, door, cmd.Hear(text="First."))
    (spoilt,) = home.desk.drops.waiting(9)
    home.store._tables.drops[spoilt.id] = msgspec.structs.replace(spoilt, body=bytes(99))
    for _ in range(50):
        worker.take_drops(home.desk, stuck)
        home.clock.advance(LONGEST)
        stuck.let_go()
    assert stuck == {spoilt.id}
    assert len(home.desk.machine.alarms.untold(99)) == 1
