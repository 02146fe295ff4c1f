# SPDX-License-Identifier: Apache-2.0
"""The administrators' page, break-glass and shredding on the desk, and what takes a second factor again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import SYSTEM_ACTOR, RejectionClass
from tocsin.delivery.desk import session
from tocsin.services import cases, publication, worker
from tocsin.services.app import Doors
from tocsin.testing.house import House

REASON = "Nobody of the team answers any more."


@pytest.fixture
def ada(house: House, sign_in: SignIn) -> Client:
    """An administrator's browser."""
    person = house.desk.people.add("Ada", "ada@example.org", {})
    house.desk.people.appoint(person.id, administrator=True)
    return sign_in(person.id)


def closed(house: House) -> str:
    ref = story.report(house)
    story.answered(house, ref)
    story.act(house, ref, cmd.Reject(rejection=RejectionClass.UNSAFE_DEFAULT, reason=story.REASON))
    story.act(house, ref, cmd.Close(outcome="rejected"))
    return ref


def work(house: House) -> None:
    while not worker.run_once(house.desk).idle:
        pass


def digest(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


# ------------------------------------------------------------------------------------------------------ administrators


def test_the_page_is_there_for_administrators_only(house: House, sign_in: SignIn, ada: Client) -> None:
    assert ada.get("/admin").status_code == 200
    assert sign_in().get("/admin").status_code == 404
    assert sign_in().get("/admin").content == sign_in().get("/c/WHPG-2026-22222").content
    assert sign_in().post("/admin/do", {"do": "end", "person": house.li}).status_code == 404


def test_no_page_shows_an_administrator_anything_of_a_case(house: House, ada: Client) -> None:
    ref = story.report(house)
    for place in ("/inbox", "/inbox?tab=all", "/metrics", "/people", "/admin", f"/c/{ref}", f"/c/{ref}/history"):
        page = ada.get(place).content.decode()
        assert ref not in page, place
        assert story.PLPERL.title not in page, place


def test_an_invitation_by_an_administrator_waits_for_the_project(house: House, sign_in: SignIn, ada: Client) -> None:
    told = {"do": "invite", "name": "Tria", "email": "tria@example.org", "project": story.PROJECT, "role": "triager"}
    assert "is invited" in ada.post("/admin/do", told).content.decode()
    tria = next(each for each, _ in house.desk.people.everybody() if each.name == "Tria")
    assert house.desk.people.projects(tria.id) == ()
    li = sign_in(house.li)
    (wish,) = re.findall(r'name="promotion" value="([^"]+)"', li.get("/people").content.decode())
    assert li.post(f"/people/{story.PROJECT}", {"do": "confirm", "promotion": wish}).status_code == 303
    assert house.desk.people.projects(tria.id) == (story.PROJECT,)


def test_an_administrator_ends_an_account_but_leaves_no_project_without_an_owner(house: House, ada: Client) -> None:
    assert ada.post("/admin/do", {"do": "end", "person": house.li}).status_code == 303
    assert house.desk.people.person(house.li) is None
    assert ada.post("/admin/do", {"do": "end", "person": house.dana}).status_code == 422
    assert house.desk.people.person(house.dana)


def test_break_glass_is_asked_on_one_page_agreed_on_another_and_read_on_a_third(
    house: House, sign_in: SignIn, ada: Client
) -> None:
    ref, li = story.report(house), sign_in(house.li)
    told = {"do": "break-glass", "case": ref, "reason": REASON, "minutes": "30"}
    assert ada.post("/admin/do", told).status_code == 303
    assert "It waits for a second person" in ada.get("/admin").content.decode()
    asked = li.get(f"/c/{ref}/approve").content.decode()
    assert REASON in asked
    done = li.post(f"/c/{ref}/do/approve", {"digest": digest(asked), "seen": "99", "known": "x"})
    assert done.status_code == 303, done.content.decode()
    page = ada.get(f"/c/{ref}")
    assert page.status_code == 200
    assert story.PLPERL.title in page.content.decode()
    assert ada.post(f"/c/{ref}/do/note", {"text": "x", "seen": "99"}).status_code == 403
    assert "reads this case by break-glass" in li.get(f"/c/{ref}/history").content.decode()
    assert REASON in li.get(f"/c/{ref}/approve").content.decode()
    house.clock.advance(timedelta(minutes=29))
    assert ada.get(f"/c/{ref}").status_code == 200
    house.clock.advance(timedelta(minutes=2))
    assert ada.get(f"/c/{ref}").status_code == 404


def test_another_administrator_agrees_on_the_same_page(house: House, sign_in: SignIn, ada: Client) -> None:
    eve = house.desk.people.add("Eve", "eve@example.org", {})
    house.desk.people.appoint(eve.id, administrator=True)
    ref, other = story.report(house), sign_in(eve.id)
    ada.post("/admin/do", {"do": "break-glass", "case": ref, "reason": REASON, "minutes": "60"})
    page = other.get("/admin").content.decode()
    assert other.post("/admin/do", {"do": "agree", "case": ref, "digest": digest(page)}).status_code == 303
    assert ada.get(f"/c/{ref}").status_code == 200
    assert other.get(f"/c/{ref}").status_code == 404


def test_a_case_that_is_not_there_is_asked_for_in_vain(ada: Client) -> None:
    told = {"do": "break-glass", "case": "WHPG-2026-22222", "reason": REASON, "minutes": "60"}
    assert ada.post("/admin/do", told).status_code == 404


# ------------------------------------------------------------------------------------------------------------ shredding


def test_a_case_is_shredded_by_two_and_leaves_a_tombstone_for_its_team(
    house: House, sign_in: SignIn, ada: Client
) -> None:
    ref, dana, li = closed(house), sign_in(), sign_in(house.li)
    wrong = dana.post(f"/c/{ref}/do/shred", {"reason": REASON, "confirmation": "yes", "seen": "99"})
    assert wrong.status_code == 422
    asked = dana.post(f"/c/{ref}/do/shred", {"reason": REASON, "confirmation": ref, "seen": "99", "known": "x"})
    assert "takes two people" in asked.content.decode()
    page = li.get(f"/c/{ref}/approve").content.decode()
    assert li.post(f"/c/{ref}/do/approve", {"digest": digest(page), "seen": "99"}).status_code == 303
    work(house)
    stone = dana.get(f"/c/{ref}")
    assert stone.status_code == 410
    assert "Dana" in stone.content.decode()
    assert story.PLPERL.title not in stone.content.decode()
    assert ada.get(f"/c/{ref}").content == ada.get("/c/WHPG-2026-22222").content


# -------------------------------------------------------------------------------------------------------------- step-up


def weighty(house: House, ref: str) -> dict[str, tuple[str, dict[str, str]]]:
    """What takes a second factor again: address and what is posted; nothing posted is a page."""
    opened = cases.open_case(house.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    order = {"confirmation": opened.case.advisory_id, "digest": publication.preview(house.desk, opened).digest}
    people = f"/people/{story.PROJECT}"
    return {
        "publish": (f"/c/{ref}/do/publish", order),
        "approve": (f"/c/{ref}/do/approve", {"digest": "00" * 32}),
        "shred": (f"/c/{ref}/do/shred", {"reason": REASON, "confirmation": ref}),
        "end embargo": (f"/c/{ref}/do/end-embargo", {"why": "early", "reason": REASON}),
        "decide embargo": (f"/c/{ref}/do/decide-embargo", {"ends_at": "2027-01-01T12:00", "reason": REASON}),
        "member add": (people, {"do": "invite", "name": "X", "email": "x@example.org", "role": "triager"}),
        "member roles": (people, {"do": "set", "person": house.li, "role": "owner"}),
        "tokens": ("/tokens", {}),
        "token": ("/tokens", {"label": "x", "project": story.PROJECT, "scopes": "read", "days": "3"}),
        "export": ("/metrics/csv", {}),
    }


def stopped(answer: object) -> bool:
    """Whether an answer asks for the second factor: by leading there, or by saying so beside the form."""
    status, headers = answer.status_code, answer.headers  # type: ignore[attr-defined]
    leads = status in (302, 303) and headers["Location"].startswith("/account/step-up")
    return leads or (status == 403 and b"step-up" in answer.content)  # type: ignore[attr-defined]


NAMES = [
    "publish", "approve", "shred", "end embargo", "decide embargo", "member add", "member roles", "tokens", "token",
    "export",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_is_weighty_takes_a_second_factor_that_was_shown_just_now(
    house: House, sign_in: SignIn, name: str
) -> None:
    ref = story.report(house)
    story.accepted(house, ref)
    browser = sign_in()
    house.desk = replace(house.desk, doors=Doors())
    place, told = weighty(house, ref)[name]
    fresh = browser.post(place, {**told, "seen": "99"}) if told else browser.get(place)
    assert not stopped(fresh), name  # negative control: a second factor was shown just now
    house.clock.advance(session.FRESH)
    late = browser.post(place, {**told, "seen": "99"}) if told else browser.get(place)
    assert stopped(late), (name, late.status_code)


def test_pages_that_change_people_ask_for_the_factor_before_anything_is_typed(
    house: House, sign_in: SignIn, ada: Client
) -> None:
    dana = sign_in()
    house.desk = replace(house.desk, doors=Doors())
    for browser, place in ((dana, "/people"), (ada, "/admin")):
        assert "show it first" not in browser.get(place).content.decode()
    house.clock.advance(session.FRESH)
    for browser, place in ((dana, "/people"), (ada, "/admin")):
        assert (
            f'<a href="/account/step-up?next=%2F{place[1:]}">show it first</a>' in browser.get(place).content.decode()
        )


def test_an_administrator_without_a_project_is_led_from_the_inbox_to_what_is_theirs(ada: Client) -> None:
    page = ada.get("/inbox").content.decode()
    assert '<a href="/admin">Administration</a>' in page
    assert "You are in no project yet" not in page


@pytest.mark.parametrize("do", ["break-glass", "agree", "invite", "end"])
def test_everything_an_administrator_does_takes_it_too(house: House, ada: Client, do: str) -> None:
    ref = story.report(house)
    house.desk = replace(house.desk, doors=Doors())
    told = {"do": do, "case": ref, "reason": REASON, "minutes": "60", "person": house.li, "digest": "00" * 32}
    house.clock.advance(session.FRESH)
    assert stopped(ada.post("/admin/do", told))
    assert house.desk.people.person(house.li)
    opened = cases.open_case(house.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    assert opened.case.asks == ()


def test_every_stepped_move_is_in_this_walk() -> None:
    from tocsin.delivery.desk.views.case import STEPPED

    assert {each.replace(" ", "-") for each in NAMES} | {"break-glass"} >= STEPPED
