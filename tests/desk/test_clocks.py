# SPDX-License-Identifier: Apache-2.0
"""Embargo dates on the clocks of those who live by them, and the time box of a score."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.test import Client

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.case import commands as cmd
from tocsin.core.mail_out.quiet import Wishes
from tocsin.core.vocabulary import SYSTEM_ACTOR
from tocsin.services import cases
from tocsin.services.post import members
from tocsin.services.queries import timebox
from tocsin.testing.house import House


def lives(house: House, person: str, zone: str) -> None:
    assert members.wish(house.desk, person, Wishes(zone=zone)) is None


def test_an_embargo_stands_on_the_clocks_of_the_people_of_the_project(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    lives(house, house.dana, "Asia/Kolkata")
    lives(house, house.li, "America/Los_Angeles")
    page = sign_in().get(f"/c/{ref}/embargo").content.decode()
    assert "Tue 20:30 Kolkata" in page
    assert re.search(r"Tue 0[78]:00 Los Angeles", page)
    assert "yours: Tue 20:30 Kolkata" in sign_in().get(f"/c/{ref}").content.decode()


def test_another_zone_is_shown_on_request_and_nonsense_is_left_out(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    dana = sign_in()
    assert "Asia/Tokyo, asked for" in dana.get(f"/c/{ref}/embargo?zone=Asia/Tokyo").content.decode()
    for wrong in ("Nowhere/Land", "../../etc/passwd", "💥", "x" * 500, "/"):
        assert dana.get(f"/c/{ref}/embargo", {"zone": wrong}).status_code == 200
        assert "asked for" not in dana.get(f"/c/{ref}/embargo", {"zone": wrong}).content.decode()


def test_whoever_never_named_a_zone_is_shown_utc_alone(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    page = sign_in().get(f"/c/{ref}/embargo").content.decode()
    assert "yours:" not in page
    assert "Everybody here lives by UTC" in page


def test_a_score_has_the_policys_time_box_from_its_first_look_until_it_is_set(house: House, sign_in: SignIn) -> None:
    ref, dana = story.report(house), sign_in()
    assert "Time box of 15 minutes: 15 min left" in dana.get(f"/c/{ref}/score").content.decode()
    house.clock.advance(timedelta(minutes=4))
    page = dana.get(f"/c/{ref}/score").content.decode()
    assert 'Time box of 15 minutes: 11 min left <progress max="15" value="11">' in page
    house.clock.advance(timedelta(minutes=20))
    page = dana.get(f"/c/{ref}/score").content.decode()
    assert "The time box of 15 minutes is over. Save what you have" in page
    story.act(house, ref, cmd.SetScore(vector=story.VECTOR))
    assert "ime box" not in dana.get(f"/c/{ref}/score").content.decode()


def test_everybodys_time_box_is_their_own(house: House) -> None:
    ref = story.report(house)
    opened = cases.open_case(house.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    first = timebox.timebox(house.desk, opened, house.dana)
    house.clock.advance(timedelta(minutes=6))
    later, other = (timebox.timebox(house.desk, opened, each) for each in (house.dana, house.li))
    assert first
    assert later
    assert other
    assert (first.left, later.left, other.left) == (15, 9, 15)


def keep(house: House, desk: Client, ref: str, party: str, zone: str) -> Any:
    opened = cases.open_case(house.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    return desk.post(f"/c/{ref}/do/set-zone", {"seen": opened.case.seq, "party": party, "zone": zone})


def test_what_a_party_told_of_its_clock_is_kept_and_stands_beside_every_date(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    story.several(house, ref)
    dana = sign_in()
    opened = cases.open_case(house.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    vendor = opened.case.parties[0]
    for party, place in ((vendor.id, "tokyo"), ("reporter", "New York")):
        assert keep(house, dana, ref, party, place).status_code == 303
    page = dana.get(f"/c/{ref}/embargo").content.decode()
    assert "Wed 00:00 Tokyo" in page
    assert f"Asia/Tokyo, {vendor.name}" in page
    assert "America/New_York, the reporter" in page
    assert keep(house, dana, ref, "reporter", "").status_code == 303
    assert "New_York" not in dana.get(f"/c/{ref}/embargo").content.decode()


def test_a_zone_that_nobody_knows_is_refused_and_kept_in_its_field(house: House, sign_in: SignIn) -> None:
    ref, dana = story.report(house), sign_in()
    answer = keep(house, dana, ref, "reporter", "Atlantis")
    assert answer.status_code == 422
    assert "This is no time zone" in answer.content.decode()
    assert 'value="Atlantis"' in answer.content.decode()
