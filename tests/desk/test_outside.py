# SPDX-License-Identifier: Apache-2.0
"""Distributors and the forge at the desk: asked in, seen in a grid, pushed, resolved, taken up; no page waits for
anybody outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from tests.desk import server
from tests.desk.conftest import SignIn
from tests.desk.test_moves import done, hidden
from tests.outside import test_distribution as distros
from tests.outside.places import PROJECT, Silent, Town, town
from tests.outside.test_forge_outbound import drafted
from tests.outside.test_forge_public import POC, rejected
from tests.publication.places import order, run
from tests.services import acts
from tocsin.core.case.drafting import ProductNamed
from tocsin.core.case.party_commands import PassOn, SetProduct
from tocsin.core.vocabulary import SYSTEM_ACTOR, Actor, ActorKind, Affectedness, Refused, Role
from tocsin.services import cases, publishing
from tocsin.services.distribution import members, telling
from tocsin.services.forge import links, wishes
from tocsin.services.rollout import door
from tocsin.services.rollout.subscribers import Subscriber, subscriber_id, subscribers
from tocsin.testing.github import Fault
from tocsin.testing.house import House

OTHER = "example"


@pytest.fixture
def here() -> Iterator[Town]:
    """An installation whose project lives on a small GitHub, and the desk in front of it."""
    made = town(watch_issues=True)
    post = replace(made.desk.post, sends=Silent(), sender="security@example.org")
    made.desk = replace(made.desk, post=post)
    made.house = replace(made.house, desk=made.desk)
    server.current.append(made.house)
    yield made
    server.current.remove(made.house)
    cache.clear()


@pytest.fixture
def house(here: Town) -> House:
    """The house that people sign in to."""
    return here.house


def words(browser: Client, address: str) -> str:
    """A page as text."""
    answer = browser.get(address)
    assert answer.status_code == 200
    return _text(answer)


def _text(answer: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def send(browser: Client, ref: str, tab: str, move: str, **typed: str) -> HttpResponse:
    """Send a form of a case's tab."""
    page = browser.get(f"/c/{ref}/{tab}").content.decode()
    return browser.post(f"/c/{ref}/do/{move}", {**hidden(page, move), **typed})


# ------------------------------------------------------------------------------------------------------- distributors


def test_an_application_is_read_approved_asked_again_and_removed_with_one_press(here: Town, sign_in: SignIn) -> None:
    found = distros.applied(here, "Acme")
    browser = sign_in()
    assert "see https://example.net/record" in words(browser, f"/distributors/{PROJECT}")
    place = f"/distributors/{PROJECT}/do"
    for deed, said in (("approve", "✓ yes"), ("ask", "Asked by mail"), ("remove", "their rooms are shut")):
        answer = browser.post(place, {"id": found, "do": deed})
        assert answer.status_code == 303
        assert said in words(browser, answer.headers["Location"])
    kept = members.distributors(here.desk).get(PROJECT, found)
    assert kept
    assert kept.value.state is members.State.REMOVED
    assert browser.post(place, {"id": found, "do": "adopt"}).status_code == 404
    assert browser.post(place, {"id": "dst_nobody", "do": "approve"}).status_code == 404


def test_only_who_may_invite_decides_and_others_do_not_learn_of_the_project(here: Town, sign_in: SignIn) -> None:
    found = distros.applied(here, "Acme")
    people = here.desk.people
    auditor = people.add("Aud", "aud@example.org", {PROJECT: frozenset({Role.AUDITOR})}).id
    browser = sign_in(auditor)
    assert "Approve" not in words(browser, f"/distributors/{PROJECT}")
    assert browser.post(f"/distributors/{PROJECT}/do", {"id": found, "do": "approve"}).status_code == 404
    assert browser.post(f"/forge/{PROJECT}/do", {"number": "1", "do": "take"}).status_code == 404
    elsewhere = people.add("Els", "els@example.org", {OTHER: frozenset({Role.OWNER})}).id
    stranger = sign_in(elsewhere)
    for page in ("distributors", "forge"):
        assert stranger.get(f"/{page}/{PROJECT}").content == stranger.get(f"/{page}/nothing").content


def test_they_are_asked_in_once_and_the_grid_says_what_each_did(here: Town, sign_in: SignIn) -> None:
    distros.approved(here, "Acme")
    distros.approved(here, "Slow")
    ref = distros.embargoed(here)
    browser = sign_in()
    assert "Concerned, and not asked yet: Acme, Slow" in words(browser, f"/c/{ref}/distributors")
    shown = _text(send(browser, ref, "distributors", "tell-distributors"))
    phrases = re.findall(r"security@(?:acme|slow)\.example ([a-z][a-z -]+[a-z])", shown)
    assert len(phrases) == 2
    page = words(browser, f"/c/{ref}/distributors")
    assert not any(each in page for each in phrases), "a phrase is shown once"
    assert page.count("✗ not yet") == 2
    distros.consent(here, ref, "Acme")
    here.house.clock.advance(timedelta(minutes=2))
    assert telling.give(here.desk) == 1
    share = telling.named(here.desk, ref, "acme")
    assert share
    here.move(ref, SetProduct(party=share.party, product=distros.PURL, affected=Affectedness.FIXED))
    page = words(browser, f"/c/{ref}/distributors")
    assert f"{distros.PURL}: fixed" in page
    assert f"copy {telling.named(here.desk, ref, 'Acme').mark}" in page  # type: ignore[union-attr]
    assert "not opened" in page


def test_their_advisories_become_references_of_ours_once_it_is_published(here: Town, sign_in: SignIn) -> None:
    distros.approved(here, "Acme")
    ref = distros.embargoed(here)
    distros.told(here, ref)
    distros.consent(here, ref, "Acme")
    share = telling.named(here.desk, ref, "Acme")
    assert share
    address = "https://acme.example/advisories/1"
    here.move(ref, SetProduct(party=share.party, product=distros.PURL, advisory=address))
    browser = sign_in()
    page = words(browser, f"/c/{ref}/distributors")
    assert address in page
    assert "Once ours is published" in page
    page_before = browser.post(f"/c/{ref}/do/cite-distributors", {"seen": str(here.case(ref).seq)})
    done(page_before)
    draft = here.case(ref).advisory
    assert draft
    assert [(each.type, each.url) for each in draft.references][-1] == ("advisory", address)
    again = browser.post(f"/c/{ref}/do/cite-distributors", {"seen": str(here.case(ref).seq)})
    assert again.status_code == 422
    found = publishing.plan(here.desk, here.opened(ref)).preview.advisory
    assert address in {each.url for each in found.references}


# -------------------------------------------------------------------------------------------------------------- forge


def pushed(here: Town, browser: Client) -> str:
    ref = acts.report(here.house).case
    acts.ready(here.house, ref)
    drafted(here, ref, products=(ProductNamed(name="WarehousePG", purl=distros.PURL),))
    asked = len(here.github.log)
    done(send(browser, ref, "forge", "forge-push"))
    assert len(here.github.log) == asked, "no page waits for the forge"
    assert "… under way" in words(browser, f"/c/{ref}/forge")
    assert wishes.carry_out(here.desk) == 1
    return ref


def test_a_push_is_written_down_and_done_by_the_worker_once(here: Town, sign_in: SignIn) -> None:
    browser = sign_in()
    ref = pushed(here, browser)
    (there,) = here.github.world.advisories.values()
    page = words(browser, f"/c/{ref}/forge")
    assert "✓ done" in page
    assert there["ghsa_id"] in page
    assert wishes.carry_out(here.desk) == 0
    done(send(browser, ref, "forge", "forge-cve"))
    wishes.carry_out(here.desk)
    assert "it is entered when it comes" in words(browser, f"/c/{ref}/forge")


def test_what_somebody_else_changed_is_shown_and_stays_until_a_person_decides(here: Town, sign_in: SignIn) -> None:
    browser = sign_in()
    ref = pushed(here, browser)
    (ghsa,) = here.github.world.advisories
    here.github.world.write(ghsa, {"summary": "Somebody else's words"})
    here.look()
    page = words(browser, f"/c/{ref}/forge")
    assert "Somebody else changed it there" in page
    assert "summary" in page
    done(send(browser, ref, "forge", "forge-push"))
    wishes.carry_out(here.desk)
    assert "✗ not done" in words(browser, f"/c/{ref}/forge")
    assert here.github.world.advisories[ghsa]["summary"] == "Somebody else's words"
    done(send(browser, ref, "forge", "forge-resolve", keep="theirs"))
    wishes.carry_out(here.desk)
    advisory = here.case(ref).advisory
    assert advisory
    assert advisory.title == "Somebody else's words"
    assert "Somebody else changed it there" not in words(browser, f"/c/{ref}/forge")


def test_while_the_forge_is_away_a_wish_is_tried_again_once_a_minute_at_most(here: Town, sign_in: SignIn) -> None:
    browser = sign_in()
    ref = acts.report(here.house).case
    acts.ready(here.house, ref)
    drafted(here, ref, products=(ProductNamed(name="WarehousePG", purl=distros.PURL),))
    done(send(browser, ref, "forge", "forge-push"))
    with here.github.failing(Fault.BROKEN):
        before = len(here.github.log)
        for _ in range(120):
            wishes.carry_out(here.desk)
            here.house.clock.advance(timedelta(seconds=10))
        assert 1 < len(here.github.log) - before <= 21
        assert "… tried again" in words(browser, f"/c/{ref}/forge")
    here.house.clock.advance(timedelta(minutes=15))
    assert wishes.carry_out(here.desk) == 1
    assert len(here.github.world.advisories) == 1


def test_a_wish_of_somebody_whose_rights_ended_meanwhile_does_nothing(here: Town, sign_in: SignIn) -> None:
    ref = acts.report(here.house).case
    acts.ready(here.house, ref)
    drafted(here, ref, products=(ProductNamed(name="WarehousePG", purl=distros.PURL),))
    gone = here.desk.people.add("Gon", "gon@example.org", {PROJECT: frozenset({Role.COORDINATOR})}).id
    done(send(sign_in(gone), ref, "forge", "forge-push"))
    here.desk.people.end(gone)
    assert wishes.carry_out(here.desk) == 1
    assert here.github.log == []


def test_nobody_wishes_for_what_they_may_not_do(here: Town) -> None:
    ref = acts.report(here.house).case
    acts.ready(here.house, ref)
    auditor = here.desk.people.add("Ada", "ada@example.org", {PROJECT: frozenset({Role.AUDITOR})}).id
    actor = here.desk.people.actor(auditor, PROJECT)
    opened = cases.open_case(here.desk, ref, SYSTEM_ACTOR, "test")
    assert actor
    assert opened
    for deed in wishes.DEEDS:
        refused = wishes.ask(here.desk, opened, actor, deed)
        assert isinstance(refused, Refused)
        assert refused.code == "not-permitted"
    assert wishes.of_case(here.desk, ref) is None


def test_an_advisory_that_stands_there_is_linked_and_an_id_that_is_none_is_refused(here: Town, sign_in: SignIn) -> None:
    browser = sign_in()
    ref = acts.report(here.house).case
    acts.ready(here.house, ref)
    ghsa = here.github.world.report("finder")["ghsa_id"]
    assert send(browser, ref, "forge", "forge-link", ghsa="../../etc").status_code == 422
    done(send(browser, ref, "forge", "forge-link", ghsa=ghsa))
    wishes.carry_out(here.desk)
    kept = links.of_case(here.desk, PROJECT, ref)
    assert kept
    assert kept.value.ghsa == ghsa


def test_a_report_that_is_not_about_security_is_opened_in_public_only_after_the_reporters_word(
    here: Town, sign_in: SignIn
) -> None:
    browser = sign_in()
    ref = rejected(here)
    page = words(browser, f"/c/{ref}/forge")
    assert "has not agreed" in page
    refused = browser.post(f"/c/{ref}/do/open-issue", {"seen": str(here.case(ref).seq), "title": "A bug"})
    assert refused.status_code == 422
    assert wishes.carry_out(here.desk) == 0
    here.move(ref, PassOn(party="public", note="in their mail of today"))
    done(send(browser, ref, "forge", "open-issue", title="A plain bug"))
    wishes.carry_out(here.desk)
    (issue,) = here.github.world.issues
    assert issue["title"] == "A plain bug"
    assert f"✓ opened: {issue['html_url']}" in words(browser, f"/c/{ref}/forge")


def test_a_public_issue_is_taken_up_or_left_and_answered_only_when_somebody_says_so(
    here: Town, sign_in: SignIn
) -> None:
    browser, place = sign_in(), f"/forge/{PROJECT}/do"
    here.github.world.open_issue("stranger", *POC)
    here.look()
    assert "Public for" in words(browser, f"/forge/{PROJECT}")
    number = str(here.github.world.issues[0]["number"])
    went = browser.post(place, {"number": number, "do": "take"}).headers["Location"]
    assert went.startswith("/c/")
    assert "not answered" in words(browser, f"/forge/{PROJECT}")
    assert here.github.world.told.get(int(number), []) == []
    assert browser.post(place, {"number": number, "do": "reply"}).status_code == 303
    here.look()
    here.look()
    assert len(here.github.world.told[int(number)]) == 1
    assert "not answered" not in words(browser, f"/forge/{PROJECT}")
    assert browser.post(place, {"number": "99", "do": "leave"}).status_code == 422


def test_without_a_forge_or_a_token_the_page_says_what_to_do(here: Town, sign_in: SignIn) -> None:
    browser = sign_in()
    assert f"The settings name no forge: [forge.{OTHER}]" in words(browser, f"/forge/{OTHER}")
    assert "the-token-of-the-double" not in browser.get(f"/forge/{PROJECT}").content.decode()


def test_the_words_of_strangers_can_do_nothing_on_these_pages(here: Town, sign_in: SignIn) -> None:
    evil = "<script>alert(1)</script>\u202eevil"
    found = distros.applied(here, "Acme")
    kept = members.distributors(here.desk).get(PROJECT, found)
    assert kept
    said = msgspec.structs.replace(kept.value.application, name=evil, evidence={"record": evil})
    members.distributors(here.desk).change(kept, msgspec.structs.replace(kept.value, application=said))
    here.github.world.open_issue("stranger", f"{POC[0]} {evil}", POC[1])
    here.look()
    browser = sign_in()
    for address in (f"/distributors/{PROJECT}", f"/forge/{PROJECT}"):
        page = browser.get(address).content.decode()
        assert "<script>alert" not in page, address
        assert "U+202E" in page, address


def test_a_reporter_of_an_application_is_nobody_at_the_desk(here: Town, sign_in: SignIn) -> None:
    distros.approved(here, "Acme")
    ref = distros.embargoed(here)
    distros.told(here, ref)
    share = telling.named(here.desk, ref, "Acme")
    assert share
    party = Actor(kind=ActorKind.PARTY, id=share.party)
    assert not isinstance(telling.grid(here.desk, ref, party), tuple)


def test_how_far_users_are_stands_on_the_publish_tab_once_it_is_public_and_names_nobody(
    here: Town, sign_in: SignIn
) -> None:
    dana = sign_in(here.house.dana)
    said = {"WHPG-SA-2026-001": ("updated", here.desk.now())}
    for number, answer in enumerate((said, {}, {})):
        to = f"s{number}@ops.example"
        one = Subscriber(wish=door.Wish(to=to, remind=True), since=here.desk.now(), said=answer)
        subscribers(here.desk).add(PROJECT, subscriber_id(here.desk, PROJECT, to), one)
    ref = acts.report(here.house).case
    acts.ready(here.house, ref)
    assert "How far users are" not in words(dana, f"/c/{ref}/publish")
    order(here.house, ref)
    run(here.house, 2)
    page = words(dana, f"/c/{ref}/publish")
    assert "How far users are" in page
    assert re.search(r"all\s+3\s+1\s+0\s+0\s+2\b", page), page
    assert "2 who asked for a reminder have said nothing yet; they are reminded once" in page
    assert "ops.example" not in page
