# SPDX-License-Identifier: Apache-2.0
"""The time line of a fix: every plan stays readable, and the reporter is told of each change (S38)."""

from __future__ import annotations

from datetime import timedelta

from tests.desk import story
from tests.services.acts import PROJECT, act, attempt, report
from tocsin.core.case.record_commands import SetMilestone
from tocsin.core.vocabulary import Refused
from tocsin.services import room
from tocsin.services.queries import case as query
from tocsin.testing.house import House, house


def told(home: House, phrase: str) -> list[str]:
    door = room.enter(home.front, phrase)
    assert door
    return [copy.text for copy in room.look(home.front, door, PROJECT).messages]


def test_a_milestone_moved_twice_shows_three_plans_and_the_reporter_was_told_of_each() -> None:
    home = house()
    receipt = report(home)
    story.accepted(home, receipt.case)
    first = home.desk.now() + timedelta(days=10)
    for days in (0, 4, 9):
        act(
            home,
            receipt.case,
            SetMilestone(name="fix in 7.3", at=first + timedelta(days=days), note=f"{days} more"),
        )
    view = query.view(home.desk, receipt.case, home.dana)
    assert view
    (milestone,) = view.milestones
    assert [plan.note for plan in milestone.plans] == ["0 more", "4 more", "9 more"]
    assert milestone.at == milestone.plans[-1].at
    said = [text for text in told(home, receipt.phrase) if text.startswith("Planned: fix in 7.3")]
    assert len(said) == 3


def test_the_same_plan_again_changes_nothing_and_a_dropped_one_says_so() -> None:
    home = house()
    receipt = report(home)
    story.accepted(home, receipt.case)
    at = home.desk.now() + timedelta(days=10)
    first = act(home, receipt.case, SetMilestone(name="fix", at=at))
    assert act(home, receipt.case, SetMilestone(name=" fix ", at=at)).seq == first.seq
    act(home, receipt.case, SetMilestone(name="fix", note="We rewrite the module instead."))
    assert "No longer planned: fix." in "\n".join(told(home, receipt.phrase))


def test_nothing_is_planned_before_acceptance_nor_without_a_name_or_a_zone() -> None:
    home = house()
    ref = report(home).case
    early = attempt(home, ref, SetMilestone(name="fix", at=home.desk.now()))
    assert isinstance(early, Refused)
    assert early.code == "not-accepted"
    story.accepted(home, ref)
    for command, code in (
        (SetMilestone(name=" ", at=home.desk.now()), "milestone-name"),
        (SetMilestone(name="fix", at=home.desk.now().replace(tzinfo=None)), "no-zone"),
        (SetMilestone(name="never planned"), "unknown-milestone"),
    ):
        refused = attempt(home, ref, command)
        assert isinstance(refused, Refused)
        assert refused.code == code
