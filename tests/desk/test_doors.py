# SPDX-License-Identifier: Apache-2.0
"""Who gets past which door: nobody unsigned sees a page, and what may not be seen looks like what is not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern

from tests.desk import server, story
from tests.desk.conftest import SignIn
from tocsin.core.vocabulary import Role
from tocsin.delivery.desk import session, urls
from tocsin.delivery.desk.forms import FORMS
from tocsin.delivery.desk.views.case import TABS
from tocsin.services.app import Doors
from tocsin.testing.house import House

OPEN = {"sign-in", "link", "sign-out", "calendar-feed"}
MADE_UP = "WHPG-2026-22222"


def addresses(ref: str, blob: str = "blb_1") -> dict[str, list[str]]:
    """Real addresses of every route, by its name; a route that is not here fails the test below."""
    return {
        "home": ["/"],
        "inbox": ["/inbox", "/inbox?tab=open"],
        "case": [f"/c/{ref}"],
        "move": [f"/c/{ref}/do/{name}" for name in FORMS],
        "draft": [f"/c/{ref}/draft/{name}" for name in FORMS],
        "file": [f"/c/{ref}/files/{blob}"],
        "here": [f"/c/{ref}/here"],
        "tab": [f"/c/{ref}/{tab}" for tab in TABS],
        "people": ["/people"],
        "people-change": [f"/people/{story.PROJECT}"],
        "inbox-news": ["/inbox/news"],
        "inbox-find": ["/inbox/find"],
        "inbox-do": ["/inbox/do"],
        "calendar": ["/calendar"],
        "duty": ["/duty"],
        "duty-change": [f"/duty/{story.PROJECT}"],
        "distributors": [f"/distributors/{story.PROJECT}"],
        "distributors-do": [f"/distributors/{story.PROJECT}/do"],
        "forge": [f"/forge/{story.PROJECT}"],
        "forge-do": [f"/forge/{story.PROJECT}/do"],
        "sent": ["/sent"],
        "mail": ["/mail"],
        "mail-one": ["/mail/let_1"],
        "mail-do": ["/mail/let_1/place"],
        "mine": ["/me/mail"],
        "admin": ["/admin"],
        "admin-do": ["/admin/do"],
        "look": ["/look"],
        "styleguide": ["/desk/styleguide"],
        "tokens": ["/tokens"],
        "token-end": ["/tokens/tok_1/end"],
        "metrics": ["/metrics"],
        "metrics-export": ["/metrics/promises.csv"],
        "policy": [f"/policy/{story.PROJECT}"],
        "first-run": ["/first-run"],
        "policy-edit": [f"/policy/{story.PROJECT}/edit"],
        "policy-cases": [f"/policy/{story.PROJECT}/cases"],
        "policy-import": [f"/policy/{story.PROJECT}/import"],
    }


def everything(answer: HttpResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    return answer.status_code, answer.content, sorted(answer.items())


def test_the_walk_below_knows_every_route() -> None:
    routes = {str(route.name) for route in urls.urlpatterns if isinstance(route, URLPattern)}
    assert len(routes) == len(urls.urlpatterns)
    assert routes == set(addresses(MADE_UP)) | OPEN


def test_nobody_unsigned_sees_more_than_the_sign_in_page(house: House) -> None:
    ref = story.report(house)
    stranger = Client()
    for real in (ref, MADE_UP):
        for found in addresses(real).values():
            for address in found:
                for answer in (stranger.get(address), stranger.post(address)):
                    assert (answer.status_code, answer.headers.get("Location")) == (302, "/sign-in"), address


def test_the_walk_would_notice_an_open_door(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    assert sign_in().get(f"/c/{ref}").status_code == 200


@pytest.mark.parametrize("role", [None, Role.DISTRIBUTOR])
def test_somebody_of_another_project_learns_nothing(
    house: House, sign_in: SignIn, member: Callable[..., str], role: Role | None
) -> None:
    ref = story.report(house, story.PLPERL)
    person = member("Mallory", story.second(house), Role.OWNER)
    if role:
        person = member("Mallory", story.PROJECT, role)
    outsider = sign_in(person)
    for hidden, absent in zip(_cases(ref), _cases(MADE_UP), strict=True):
        assert everything(outsider.get(hidden)) == everything(outsider.get(absent))
        assert everything(outsider.post(hidden)) == everything(outsider.post(absent))
        assert outsider.get(hidden).status_code in (404, 405)
    for page in ("", "/edit", "/cases", "/import"):
        hidden, absent = f"/policy/{story.PROJECT}{page}", f"/policy/nothing{page}"
        assert everything(outsider.get(hidden)) == everything(outsider.get(absent))
        assert everything(outsider.post(hidden)) == everything(outsider.post(absent))
        assert outsider.get(hidden).status_code == 404
    inbox = outsider.get("/inbox?tab=open").content.decode()
    assert ref not in inbox
    assert story.PLPERL.title not in inbox
    people = outsider.get("/people").content.decode()
    assert "WarehousePG" not in people


def _cases(ref: str) -> list[str]:
    found = addresses(ref)
    return [*found["case"], *found["here"], *found["tab"], *found["move"], *found["file"], f"/c/{ref}/nonsense"]


def test_an_auditor_reads_and_moves_nothing(house: House, sign_in: SignIn, member: Callable[..., str]) -> None:
    ref = story.report(house)
    auditor = sign_in(member("Ada", story.PROJECT, Role.AUDITOR))
    assert auditor.get(f"/c/{ref}").status_code == 200
    answer = auditor.post(f"/c/{ref}/do/note", {"text": "hello", "seen": "1"})
    assert answer.status_code == 403
    assert "Your roles in this project do not include" in answer.content.decode()
    head = house.desk.journal.head(ref)
    assert head
    assert head.seq == 1


def test_looking_at_a_link_does_not_use_it_up(house: House) -> None:
    now = house.clock()
    token = house.desk.people.sign_in_link(house.dana, now, now + timedelta(hours=1))
    browser, other = Client(), Client()
    for _ in range(3):
        assert "Sign in" in browser.get(f"/sign-in/{token}").content.decode()
    assert browser.post(f"/sign-in/{token}").headers["Location"] == "/inbox"
    assert browser.get("/inbox").status_code == 200
    again = other.post(f"/sign-in/{token}")
    assert again.status_code == 403
    assert other.get("/inbox").status_code == 302


def test_every_wrong_link_is_answered_alike(house: House) -> None:
    now = house.clock()
    late = house.desk.people.sign_in_link(house.dana, now, now + timedelta(minutes=1))
    house.clock.advance(timedelta(minutes=2))
    answers = {everything(Client().post(f"/sign-in/{token}"))[:2] for token in (late, "never", "x" * 5000, "a b")}
    assert len(answers) == 1


def test_a_session_ends_by_itself(house: House, sign_in: SignIn) -> None:
    idle, busy = sign_in(), sign_in()
    house.clock.advance(session.IDLE - timedelta(seconds=1))
    assert idle.get("/inbox").status_code == 200
    house.clock.advance(session.IDLE)
    assert idle.get("/inbox").status_code == 302
    assert busy.get("/inbox").status_code == 302


def test_no_session_outlives_its_day(house: House, sign_in: SignIn) -> None:
    busy = sign_in()
    for _ in range(int(session.ABSOLUTE / timedelta(minutes=20)) - 1):
        house.clock.advance(timedelta(minutes=20))
        assert busy.get("/inbox").status_code == 200
    house.clock.advance(timedelta(minutes=20))
    assert busy.get("/inbox").status_code == 302


def test_signing_in_changes_the_session_and_signing_out_ends_it(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    before = browser.cookies["sessionid"].value
    token = house.desk.people.sign_in_link(house.li, house.clock(), house.clock() + timedelta(hours=1))
    browser.post(f"/sign-in/{token}")
    after = browser.cookies["sessionid"].value
    assert after != before
    stolen = Client()
    stolen.cookies["sessionid"] = after
    assert stolen.get("/inbox").status_code == 200
    assert browser.post("/sign-out").headers["Location"] == "/sign-in"
    assert stolen.get("/inbox").status_code == 302


def test_somebody_whose_account_ended_sees_nothing(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    browser = sign_in()
    house.desk.people.end(house.dana)  # type: ignore[attr-defined]
    for address in (f"/c/{ref}", "/inbox"):
        assert browser.get(address).headers["Location"] == "/sign-in"


@pytest.mark.parametrize("roles", [set(Role), {Role.AUDITOR}, set()])
def test_a_session_ends_at_once_when_roles_change(house: House, sign_in: SignIn, roles: set[Role]) -> None:
    browser, other = sign_in(), sign_in(house.li)
    house.desk.people.add("Dana", "dana@example.org", {story.PROJECT: frozenset(roles)})
    assert browser.get("/inbox").headers["Location"] == "/sign-in"
    assert other.get("/inbox").status_code == 200


def test_what_is_weighty_takes_a_second_factor_that_was_just_shown(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    browser = sign_in()
    strict = replace(house, desk=replace(house.desk, doors=Doors()))
    server.current.append(strict)
    told = {"why": "early", "reason": "The fix is out.", "seen": "99"}
    house.clock.advance(session.FRESH)
    refused = browser.post(f"/c/{ref}/do/end-embargo", told)
    assert (refused.status_code, "takes your second factor again" in refused.content.decode()) == (403, True)
    assert browser.post(f"/c/{ref}/do/note", {"text": "hello", "seen": "99"}).status_code == 303
    server.current.remove(strict)


def test_without_a_second_factor_nothing_is_seen_but_the_way_to_one(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    browser = sign_in()
    held = browser.session
    held["whole"] = False
    held.save()
    for address in ("/inbox", f"/c/{ref}", "/people", f"/policy/{story.PROJECT}"):
        assert browser.get(address).headers["Location"] == "/account/factors"


def test_no_form_works_from_another_site(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = sign_in().cookies
    for address in (f"/c/{ref}/do/note", "/sign-out"):
        assert browser.post(address, {"text": "forged", "seen": "1"}).status_code == 403
    page = browser.get(f"/c/{ref}").content.decode()
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    sent = {"text": "ours", "seen": "1", "csrfmiddlewaretoken": token}
    assert browser.post(f"/c/{ref}/do/note", sent).status_code == 303
