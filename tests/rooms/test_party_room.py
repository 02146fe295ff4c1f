# SPDX-License-Identifier: Apache-2.0
"""The room of a party: asked about the embargo before anything else, then its own thread, state and products."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.rooms import walk
from tests.rooms.test_room import Visit
from tocsin.core.case import commands as cmd
from tocsin.core.case import standing
from tocsin.core.case.party_commands import Invite
from tocsin.core.case.shared import Part
from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience
from tocsin.services import cases, inviting
from tocsin.testing.house import House


def act(house: House, ref: str, command: cmd.Command) -> None:
    house.clock.advance(timedelta(minutes=1))
    actor = house.desk.people.actor(house.dana, walk.PROJECT)
    result = cases.handle(house.desk, ref, command, actor)
    assert not hasattr(result, "because"), result


@pytest.fixture
def reporter(visitor: Client, house: House) -> Visit:
    receipt = walk.send(visitor)
    ref = house.desk.journal.cases()[0].case
    act(house, ref, cmd.Say(audience=Audience.REPORTER, text="Thank you.", plan="We look.", workarounds="None known."))
    act(house, ref, cmd.Investigate(effect="Reads memory", criticality="high", affected_versions="7.x"))
    act(house, ref, cmd.Accept(advisory_id="WHPG-SA-2026-001", answer=cmd.Answer(text="It is real.")))
    return Visit(visitor, house, ref, walk.phrase(receipt))


def invited(house: House, ref: str, **fields: Any) -> Visit:
    """A vendor with a room, in a browser of its own."""
    opened = cases.open_case(house.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    actor = house.desk.people.actor(house.dana, walk.PROJECT)
    wish = Invite(party="", part=Part.VENDOR, name="Example Ltd", why="They ship it.", **fields)
    made = inviting.invite(house.desk, opened, actor, wish)
    assert isinstance(made, inviting.Invited), made
    return Visit(Client(), house, ref, made.phrase)


def test_a_party_consents_first_and_then_reads_and_says_where_it_is(reporter: Visit, house: House) -> None:
    ends = (house.clock() + timedelta(days=14)).replace(hour=15, minute=0)
    act(house, reporter.ref, cmd.ProposeEmbargo(proposal="prp_1", ends_at=ends))
    reporter.do(do="accept", proposal="prp_1")
    vendor = invited(house, reporter.ref, products=("Router",))
    shown = vendor.look()
    assert "You are asked to take part" in shown.text
    assert "Do you keep quiet with us?" in shown.text
    assert "Where you are" not in shown.text
    assert "Out-of-bounds" not in shown.text
    vendor.do(do="consent")
    party = reporter.case().parties[0]
    act(house, reporter.ref, cmd.Say(audience=Audience.PARTY, party=party.id, text="The decoder reads too far."))
    shown = vendor.look()
    assert "The decoder reads too far." in shown.text
    assert "Save the proof of receipt" not in shown.text
    vendor.do(do="state", step="a")
    vendor.do(do="product", product="Router", path="VFd", affected="affected")
    vendor.do("message", text="Fixed in 2.1.")
    assert "fix ready" in vendor.look().text
    now = standing.party(reporter.case(), party.id)
    assert now
    assert (now.rm.value, now.products[0].path, now.waits_since is not None) == ("A", "VFd", True)
    assert "Fixed in 2.1." not in reporter.look().text


def test_a_party_that_declines_may_change_its_mind_or_leave(reporter: Visit, house: House) -> None:
    ends = (house.clock() + timedelta(days=14)).replace(hour=15, minute=0)
    act(house, reporter.ref, cmd.ProposeEmbargo(proposal="prp_1", ends_at=ends))
    reporter.do(do="accept", proposal="prp_1")
    vendor = invited(house, reporter.ref)
    vendor.do(do="decline", note="We publish at once.")
    assert "You can still change your mind." in vendor.look().text
    vendor.do(do="part", reason="Not our code.")
    assert "You take part no more" in vendor.look().text


def test_the_reporter_is_asked_before_the_report_goes_upstream(reporter: Visit, house: House) -> None:
    invited(house, reporter.ref, upstream=True)
    act(house, reporter.ref, cmd.Say(audience=Audience.REPORTER, text="It is in a library."))
    assert "May the team pass your report on?" in reporter.look().text
    party = reporter.case().parties[0]
    reporter.do(do="pass-on", party=party.id)
    assert "May the team pass your report on?" not in reporter.look().text
    act(house, reporter.ref, cmd.Say(audience=Audience.PARTY, party=party.id, text="Please look."))


def test_words_that_no_form_sends_are_told_and_change_nothing(reporter: Visit, house: House) -> None:
    vendor = invited(house, reporter.ref)
    for sent in ({"do": "state", "step": "x"}, {"do": "product", "path": "up"}, {"do": "part"}):
        assert vendor.do(**sent).status_code == 422
