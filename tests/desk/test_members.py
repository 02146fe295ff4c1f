# SPDX-License-Identifier: Apache-2.0
"""The people page: owners invite and give roles there, others read it."""

from __future__ import annotations

import re

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.vocabulary import Role
from tocsin.testing.house import House

PLACE = f"/people/{story.PROJECT}"


def test_an_owner_invites_somebody_and_two_make_them_a_publisher(house: House, sign_in: SignIn) -> None:
    dana, li = sign_in(), sign_in(house.li)
    told = {"do": "invite", "name": "Tria", "email": "tria@example.org", "role": ["triager", "publisher"]}
    page = dana.post(PLACE, told).content.decode()
    link = re.search(r'id="link">([^<]+)<', page)
    assert link
    shown = li.get("/people").content.decode()
    (wish,) = re.findall(r'name="promotion" value="([^"]+)"', shown)
    assert '<button class="danger" name="do" value="confirm">' not in dana.get("/people").content.decode()
    assert dana.post(PLACE, {"do": "confirm", "promotion": wish}).status_code == 422
    assert li.post(PLACE, {"do": "confirm", "promotion": wish}).status_code == 303
    tria = next(each.id for each, _ in house.desk.people.members(story.PROJECT) if each.name == "Tria")
    actor = house.desk.people.actor(tria, story.PROJECT)
    assert actor
    assert actor.roles == {Role.TRIAGER, Role.PUBLISHER}


def test_somebody_who_is_no_owner_reads_and_changes_nothing(house: House, sign_in: SignIn, member) -> None:
    browser = sign_in(member("Ada", story.PROJECT, Role.MAINTAINER))
    page = browser.get("/people").content.decode()
    assert "Invite somebody" not in page
    assert browser.post(PLACE, {"do": "set", "person": house.li}).status_code == 403
    actor = house.desk.people.actor(house.li, story.PROJECT)
    assert actor
    assert Role.OWNER in actor.roles


def test_an_owner_who_changes_their_own_roles_goes_on_and_their_other_sessions_end(
    house: House, sign_in: SignIn
) -> None:
    here, there = sign_in(), sign_in()
    told = {"do": "set", "person": house.dana, "role": ["owner", "maintainer", "triager"]}
    assert here.post(PLACE, told).headers["Location"] == "/people?did=saved"
    assert here.get("/inbox").status_code == 200
    assert there.get("/inbox").headers["Location"] == "/sign-in"
