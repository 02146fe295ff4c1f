# SPDX-License-Identifier: Apache-2.0
"""Moments that only a person knows start clocks of others and keep promises."""

from __future__ import annotations

from datetime import timedelta

from tests.services.acts import act, attempt, report
from tocsin.core.case import commands as cmd
from tocsin.core.case import deadlines
from tocsin.core.case.record_commands import RecordMoment
from tocsin.core.vocabulary import Refused
from tocsin.services import cases
from tocsin.testing.house import house


def test_a_posting_starts_the_lists_clock_and_a_correction_moves_it() -> None:
    with_house = house()
    ref = report(with_house).case
    posted = with_house.desk.now()
    with_house.clock.advance(timedelta(hours=5))
    act(with_house, ref, RecordMoment(moment="linux-distros-posted", at=posted, note="vs"))
    due = {each.name: each.due_at for each in _due(with_house, ref)}
    assert due["linux-distros-longest"] == posted + timedelta(days=14)
    act(with_house, ref, RecordMoment(moment="linux-distros-posted", at=posted + timedelta(hours=2)))
    due = {each.name: each.due_at for each in _due(with_house, ref)}
    assert due["linux-distros-longest"] == posted + timedelta(days=14, hours=2)


def test_attacks_that_a_person_saw_are_the_moment_of_awareness() -> None:
    with_house = house()
    ref = report(with_house).case
    case = act(with_house, ref, cmd.Observe(bit="A", note="a customer's log"))
    assert [each.name for each in case.recorded] == ["exploitation-known"]


def test_what_nobody_counts_from_or_what_lies_ahead_is_refused() -> None:
    with_house = house()
    ref = report(with_house).case
    unknown = attempt(with_house, ref, RecordMoment(moment="tea-time"))
    assert isinstance(unknown, Refused)
    assert unknown.code == "unknown-moment"
    ahead = attempt(with_house, ref, RecordMoment(moment="retrospective", at=with_house.desk.now() + timedelta(days=1)))
    assert isinstance(ahead, Refused)
    assert ahead.code == "not-yet"


def test_recording_the_same_again_changes_nothing() -> None:
    with_house = house()
    ref = report(with_house).case
    posted = with_house.desk.now()
    first = act(with_house, ref, RecordMoment(moment="linux-distros-posted", at=posted))
    again = act(with_house, ref, RecordMoment(moment="linux-distros-posted", at=posted))
    assert again.seq == first.seq


def _due(with_house, ref):
    opened = cases.open_case(with_house.desk, ref, with_house.desk.people.actor(with_house.dana, "warehousepg"), "test")
    assert opened
    return deadlines.due(opened.policy, opened.case)
