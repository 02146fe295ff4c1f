# SPDX-License-Identifier: Apache-2.0
"""Every word that a form promises to somebody reaches them: reasons, notes and second looks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.services.acts import PROJECT, act, attempt, ready, report
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Refused, RejectionClass
from tocsin.services import room, worker
from tocsin.services.queries import case as query
from tocsin.testing.house import House, house

END = datetime(2026, 3, 17, 15, tzinfo=UTC)
LATER = datetime(2026, 3, 18, 15, tzinfo=UTC)


@pytest.fixture
def home() -> House:
    return house()


def drop(home: House, receipt, command) -> None:
    """Do something in the reporter's room, and let the worker take it up."""
    door = room.enter(home.front, receipt.phrase)
    assert door
    room.leave(home.front, door, command)
    worker.run_once(home.desk)


def room_of(home: House, receipt) -> list[tuple[str, str]]:
    """Who said what, as the reporter's room has it."""
    door = room.enter(home.front, receipt.phrase)
    assert door
    return [(message.by, message.text) for message in room.look(home.front, door, PROJECT).messages]


def desk_of(home: House, receipt) -> list[tuple[str, str]]:
    """Who said what in the reporter thread, as the desk has it."""
    return [(message.by, message.text) for message in query.view(home.desk, receipt.case, home.dana).reporter_thread]


def team_of(home: House, receipt) -> list[str]:
    return [message.text for message in query.view(home.desk, receipt.case, home.dana).team_thread]


def test_both_sides_read_why_a_date_was_proposed_declined_decided_and_ended(home):
    receipt = report(home)
    ready(home, receipt.case)
    drop(home, receipt, cmd.ProposeEmbargo(proposal="one", ends_at=END, reason="My talk is that day."))
    act(home, receipt.case, cmd.RejectEmbargo(proposal="one", reason="The fix is not tested."))
    act(home, receipt.case, cmd.ProposeEmbargo(proposal="two", ends_at=LATER, reason="A release is due."))
    drop(home, receipt, cmd.RejectEmbargo(proposal="two", reason="That is after my talk."))
    act(home, receipt.case, cmd.DecideEmbargo(proposal="three", ends_at=LATER, reason="Users come first."))
    act(home, receipt.case, cmd.EndEmbargo(why="early", reason="The fix is out."))
    said = [
        ("About the date Tue 2026-03-17 15:00 UTC: My talk is that day.", "you", "Reporter"),
        ("The proposed date is off the table.\nThe fix is not tested.", "team", "Dana"),
        ("About the date Wed 2026-03-18 15:00 UTC: A release is due.", "team", "Dana"),
        ("The proposed date is off the table.\nThat is after my talk.", "you", "Reporter"),
        ("Decided without agreement: the embargo ends on Wed 2026-03-18 15:00 UTC.\nUsers come first.", "team", "Dana"),
        ("The embargo is over, earlier than agreed.\nThe fix is out.", "team", "Li"),
    ]
    assert room_of(home, receipt)[-6:] == [(by, text) for text, by, _ in said]
    assert desk_of(home, receipt)[-6:] == [(by, text) for text, _, by in said]


def test_what_was_tried_with_a_fix_is_read_by_the_team_and_only_the_reporters_own_by_both(home):
    receipt = report(home)
    ready(home, receipt.case)
    act(home, receipt.case, cmd.SetFix(author=home.dana, reference="9f31c02"))
    act(home, receipt.case, cmd.ConfirmFix(note="on an internal cluster"), person=home.li)
    drop(home, receipt, cmd.ConfirmFix(note="on 7.4.2"))
    assert ("you", "The fix works: on 7.4.2") in room_of(home, receipt)
    assert ("Reporter", "The fix works: on 7.4.2") in desk_of(home, receipt)
    assert "The fix works: on an internal cluster" in team_of(home, receipt)
    assert "internal cluster" not in repr(room_of(home, receipt))


def test_what_was_observed_and_why_a_score_differs_stay_with_the_team(home):
    receipt = report(home)
    act(home, receipt.case, cmd.Observe(bit="P", note="a mailing list"))
    act(home, receipt.case, cmd.SetScore(vector="CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", reason="Scope is U."))
    assert team_of(home, receipt)[-2:] == [
        "Noted that it is public: a mailing list",
        "Scored it High 8.8 (CVSS 3.0): Scope is U.",
    ]
    assert "mailing list" not in repr(room_of(home, receipt))


def test_a_second_look_is_asked_for_once_and_says_why_it_was_taken(home):
    receipt = report(home)
    reason = "The default is documented, and the manual says how to change it. " * 2
    act(home, receipt.case, cmd.Reject(rejection=RejectionClass.UNSAFE_DEFAULT, reason=reason))
    drop(home, receipt, cmd.Appeal(text="It is reachable by everybody."))
    drop(home, receipt, cmd.Appeal(text="Please."))
    door = room.enter(home.front, receipt.phrase)
    shown = room.look(home.front, door, PROJECT)
    assert not shown.status.may_appeal
    assert [each.because for each in shown.refusals] == ["A second look was asked for before; there is one."]
    assert isinstance(attempt(home, receipt.case, cmd.Reconsider(reason=" "), home.li), Refused)
    act(home, receipt.case, cmd.Reconsider(reason="Li saw it work."), person=home.li)
    assert team_of(home, receipt)[-1] == "Li saw it work."
    assert "Li saw it work." not in repr(room_of(home, receipt))


def test_a_duplicate_that_was_never_accepted_is_accepted_and_not_just_taken_up(home):
    other, receipt = report(home), report(home)
    act(home, receipt.case, cmd.Investigate(effect="Reads memory", criticality="high"))
    act(home, receipt.case, cmd.MarkDuplicate(of=other.case, answer=cmd.Answer(text="It was known.", plan="We look.",
                                                                               workarounds="None.")))  # fmt: skip
    refused = attempt(home, receipt.case, cmd.Reconsider(reason="It is another matter."))
    assert isinstance(refused, Refused)
    assert refused.missing == ("accept",)
    accepted = act(
        home, receipt.case, cmd.Accept(advisory_id="WHPG-SA-2026-001", answer=cmd.Answer(text="It is real."))
    )
    assert accepted.advisory_id == "WHPG-SA-2026-001"
