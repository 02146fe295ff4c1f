# SPDX-License-Identifier: Apache-2.0
"""A target that hangs holds up neither what reporters write nor the clocks."""

from __future__ import annotations

import threading
from dataclasses import replace

from tests.publication.places import order, places, run, served, states
from tests.services.acts import ready, report
from tocsin.core.case import commands as cmd
from tocsin.delivery.worker.lane import Lane
from tocsin.services import room, worker
from tocsin.services.queries import case as query
from tocsin.testing.house import house


def test_a_target_that_hangs_holds_up_no_report_and_goes_on_when_it_answers():
    home = house()
    outside = places(home)
    home = served(home, outside)
    receipt = report(home)
    ready(home, receipt.case)
    order(home, receipt.case)
    hung, answers = threading.Event(), threading.Event()

    def hang(what: str) -> None:
        hung.set()
        assert answers.wait(30)

    outside["cve"].fails = hang
    done: list[threading.Event] = []
    lane = Lane()

    def aside(do):
        over = threading.Event()
        done.append(over)
        lane(lambda: (do(), over.set()))

    beside = replace(home, desk=replace(home.desk, aside=aside))
    while not hung.is_set():
        worker.run_once(beside.desk)
        hung.wait(0.05)
    other = report(home)
    door = room.enter(home.front, other.phrase)
    assert door
    room.leave(home.front, door, cmd.Hear(text="It also works on 7.4."))
    worker.run_once(beside.desk)
    view = query.view(home.desk, other.case, home.dana)
    assert view
    assert "It also works on 7.4." in [each.text for each in view.reporter_thread]
    assert states(home, receipt.case)["cve"] == "intended"
    answers.set()
    assert all(each.wait(30) for each in done)
    outside["cve"].fails = None
    run(home, 2)
    assert states(home, receipt.case)["chat"] == "readable"
