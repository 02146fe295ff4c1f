# SPDX-License-Identifier: Apache-2.0
"""What stands around the cases, over HTTP alone: distributors, webhooks, subscribers, held mail, the forge, one's own
things, who looked. Each is the desk's own use case."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse

from tests.api.conftest import PROJECT, Half
from tests.api.test_client import Wire
from tests.api.test_story import reported
from tests.desk.test_mail import TWO
from tests.mail import post
from tests.outside import test_distribution as distros
from tests.outside.places import Town
from tests.outside.test_forge_public import POC
from tocsin import Client
from tocsin.client import Conflict
from tocsin.core.case.party_events import PartyLeft
from tocsin.core.vocabulary import Role
from tocsin.core.wire.access import NewToken, Scope
from tocsin.services import api_tokens, room
from tocsin.services.distribution import members, telling
from tocsin.services.post.letters import Fixed, book
from tocsin.services.post.writing import entries_of
from tocsin.testing.house import House

PLACE = f"/projects/{PROJECT}"


def half(here: Town | House, *scopes: Scope, person: str = "", project: str = PROJECT) -> Half:
    """The desk's half with a token; without more, Dana's for everything."""
    home = here.house if isinstance(here, Town) else here
    made = api_tokens.issue(here.desk, person or home.dana, project, "a test", scopes or tuple(Scope), 30)
    assert isinstance(made, NewToken), made
    return Half("desk", made.secret)


def told(answer: HttpResponse, status: int = 200) -> Any:
    """What an answer says, which has to have this status."""
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def token_in(here: Town, subject: str) -> list[str]:
    """The tokens of the links in the newest letter with such a subject."""
    letters = [each.value.letter for each in book(here.desk).all(PROJECT)]
    text = next(each.text for each in letters if isinstance(each, Fixed) and subject in each.subject)
    return [word.partition("t=")[2] for word in text.split() if "?t=" in word]


# -------------------------------------------------------------------------------------------------------- distributors


def application(here: Town) -> dict[str, Any]:
    terms = Half("front").get(f"{PLACE}/terms")
    return {
        "name": "Acme",
        "contact": "security@acme.example",
        "purls": [distros.PURL],
        "evidence": dict.fromkeys(terms["criteria"], "see https://acme.example"),
        "accepted": terms["version"],
    }


def test_a_distributor_applies_is_approved_told_and_removed(here: Town) -> None:
    front, desk = Half("front"), half(here)
    lacking = told(front("POST", f"{PLACE}/distributors", application(here) | {"purls": []}), 422)
    assert (lacking["code"], lacking["missing"]) == ("incomplete", ["purls"])
    told(front("POST", f"{PLACE}/distributors", application(here)), 202)
    here.turn()
    (acme,) = desk.get(f"{PLACE}/distributors")["items"]
    assert (acme["state"], acme["told"]) == ("applied", False)
    one = f"{PLACE}/distributors/{acme['id']}"
    seen = desk("GET", one)
    assert told(desk("POST", f"{one}/approve", If_Match=seen["ETag"]))["state"] == "approved"
    assert told(desk("POST", f"{one}/remove", {}, If_Match=seen["ETag"]), 412)["code"] == "conflict"
    ref = distros.embargoed(here)
    assert desk.get(f"/cases/{ref}/distributors")["next"] == ["Acme"]
    phrase = desk.move(ref, "tell-distributors")["phrase"].partition(": ")[2]
    distros.consent(here, ref, "Acme")
    removed = told(desk("POST", f"{one}/remove", {"because": "They talked."}, Idempotency_Key="remove-acme"))
    assert (removed["distributor"]["state"], removed["cases"]) == ("removed", [ref])
    assert room.enter(here.house.front, phrase) is None
    (share,) = desk.get(f"/cases/{ref}/distributors")["items"]
    assert share["ended_at"]
    again = desk("POST", f"{one}/remove", {"because": "They talked."}, Idempotency_Key="remove-acme")
    assert (told(again), again["Idempotent-Replayed"]) == (removed, "true")


def test_the_journal_names_the_token_that_removed_somebody(here: Town) -> None:
    ref, _ = distros.knowing(here, "Gone")
    desk = half(here)
    (gone,) = desk.get(f"{PLACE}/distributors")["items"]
    told(desk("POST", f"{PLACE}/distributors/{gone['id']}/remove", {}))
    last = entries_of(here.desk, here.opened(ref))[-1]
    assert isinstance(last.event, PartyLeft)
    assert (last.actor.id, last.actor.via) == (here.house.dana, desk.get("/me")["token"]["id"])


def test_approving_takes_a_token_that_publishes_and_deciding_takes_the_roles(here: Town) -> None:
    found = distros.applied(here, "Acme")
    one = f"{PLACE}/distributors/{found}"
    writes = half(here, Scope.READ, Scope.WRITE)
    assert told(writes("POST", f"{one}/approve"), 403)["code"] == "token-scope"
    triager = here.desk.people.add("Tri", "tri@example.org", {PROJECT: frozenset({Role.TRIAGER})}).id
    other = half(here, person=triager)
    for deed in ("approve", "ask", "remove"):
        assert told(other("POST", f"{one}/{deed}", {} if deed == "remove" else None), 404)["code"] == "not-found"
    kept = members.distributors(here.desk).get(PROJECT, found)
    assert kept
    assert kept.value.state is members.State.APPLIED


def test_a_distributor_says_yes_for_another_year_and_leaves_by_the_links_of_its_mail(here: Town) -> None:
    ref, phrases = distros.knowing(here, "Acme")
    (acme,) = half(here).get(f"{PLACE}/distributors")["items"]
    told(half(here)("POST", f"{PLACE}/distributors/{acme['id']}/ask"))
    yes, out = token_in(here, "Still a distributor")
    front = Half("front")
    assert told(front("POST", f"{PLACE}/distributors/confirm", {"token": out}), 404)
    told(front("POST", f"{PLACE}/distributors/confirm", {"token": yes}), 202)
    told(front("POST", f"{PLACE}/distributors/leave", {"token": out}), 202)
    here.turn()
    assert half(here).get(f"{PLACE}/distributors")["items"][0]["state"] == "removed"
    assert room.enter(here.house.front, phrases["Acme"]) is None
    share = telling.named(here.desk, ref, "Acme")
    assert share
    assert share.ended_at


# ------------------------------------------------------------------------------------------- subscribers and webhooks


def test_somebody_subscribes_confirms_answers_and_leaves(here: Town) -> None:
    front, desk = Half("front"), half(here)
    place = f"{PLACE}/subscriptions"
    assert told(front("POST", place, {"to": "nobody"}), 422)["code"] == "address"
    assert told(front("POST", place, {"to": "ann@example.net", "lines": ["0.0"]}), 422)["missing"] == ["lines"]
    told(front("POST", place, {"to": "ann@example.net", "remind": True}), 202)
    here.turn()
    assert desk.get(place)["mail"] == 0, "nobody is on the list before they confirm"
    (token,) = token_in(here, "Please confirm")
    told(front("POST", f"{place}/confirm", {"token": token}), 202)
    here.turn()
    assert desk.get(place) == {"mail": 1, "webhook": 0, "reminded": 1, "lines": {}}
    assert b"ann@example.net" not in desk("GET", place).content
    for address in ("leave", "confirm"):
        assert told(front("POST", f"{place}/{address}", {"token": "made up"}), 404)
    assert told(front("POST", f"{place}/answer", {"token": "made up", "answer": "updated"}), 404)


def test_a_webhook_is_set_up_tried_renewed_and_removed(here: Town) -> None:
    desk, place = half(here), f"{PLACE}/webhooks"
    assert told(desk("POST", place, {"url": "ftp://x"}), 422)["code"] == "address"
    assert told(desk("POST", place, {"url": "https://x.example", "types": ["no.such"]}), 422)["code"] == "unknown-event"
    wish = {"url": "https://hooks.example.org/t", "types": ["case.accepted"]}
    made = told(desk("POST", place, wish, Idempotency_Key="hook-one"), 201)
    again = told(desk("POST", place, wish, Idempotency_Key="hook-one"), 201)
    assert made["secret"].startswith("whsec_")
    assert again == made | {"secret": ""}, "a secret is remembered nowhere"
    one = f"{place}/{made['webhook']['id']}"
    listed = desk.get(place)
    assert ([each["id"] for each in listed["items"]], "case.accepted" in listed["events"]) == (
        [made["webhook"]["id"]], True,
    )  # fmt: skip
    assert told(desk("POST", f"{one}/test"))["state"] == "arrived"
    tag = desk("GET", one)["ETag"]
    assert told(desk("POST", f"{one}/secret", If_Match=tag))["secret"] != made["secret"]
    (sent,) = desk.get(f"{PLACE}/deliveries")["items"]
    assert (sent["event"], sent["status"]) == ("webhook.test", 200)
    assert told(desk("POST", f"{PLACE}/deliveries/{sent['id']}/again"))["state"] == "waits"
    assert told(desk("DELETE", one, If_Match=tag), 412)["code"] == "conflict"
    told(desk("DELETE", one))
    assert desk.get(place)["items"] == []
    assert told(desk("GET", one), 404)


def test_webhooks_are_for_who_may_close_a_case(here: Town) -> None:
    triager = here.desk.people.add("Tri", "tri@example.org", {PROJECT: frozenset({Role.TRIAGER})}).id
    desk = half(here, person=triager)
    for method, address in (("GET", "webhooks"), ("POST", "webhooks"), ("GET", "deliveries")):
        assert told(desk(method, f"{PLACE}/{address}", {"url": "https://x.example"}), 404)


# -------------------------------------------------------------------------------------------------- mail and the forge


def test_held_mail_is_read_and_placed_once_in_the_name_of_its_token(house: House) -> None:
    desk = half(house)
    post.deliver(house, TWO)
    post.deliver(house, post.mail(message_id="other@e"))
    (ref,) = post.refs(house)
    (mail,) = desk.get("/mail")["items"]
    opened = desk.get(f"/mail/{mail['id']}")
    assert "from more than one sender" in " ".join(opened["mail"]["because"])
    assert "evil" in opened["text"]
    assert told(desk("POST", f"/mail/{mail['id']}/discard", {"reason": "no"}), 422)["code"] == "reason-missing"
    assert told(desk("POST", f"/mail/{mail['id']}/add", {"case": ref}))["case"] == ref
    note = post.entries(house, ref)[-1]
    assert (note.actor.id, note.actor.via) == (house.dana, desk.get("/me")["token"]["id"])
    assert told(desk("POST", f"/mail/{mail['id']}/report", {}), 409)["code"] == "conflict"
    assert [each["state"] for each in desk.get("/mail?show=rest")["items"]] == ["done"]


def test_a_token_of_another_project_finds_no_mail(house: House) -> None:
    post.deliver(house, TWO)
    (mail,) = half(house).get("/mail")["items"]
    house.desk.people.add("Dana", "dana@example.org", {"example": frozenset({Role.OWNER})})
    elsewhere = half(house, project="example")
    assert elsewhere.get("/mail")["items"] == []
    assert told(elsewhere("GET", f"/mail/{mail['id']}"), 404) == told(elsewhere("GET", "/mail/eml_none"), 404)
    assert told(elsewhere("POST", f"/mail/{mail['id']}/report", {}), 404)


def test_a_public_issue_is_taken_up_and_answered(here: Town) -> None:
    desk = half(here)
    here.github.world.open_issue("stranger", *POC)
    here.look()
    standing = desk.get(f"{PLACE}/forge")
    (issue,) = standing["issues"]
    assert (standing["kind"], issue["answer"], issue["login"]) == ("github", "", "stranger")
    one = f"{PLACE}/forge/issues/{issue['number']}"
    assert told(desk("POST", f"{one}/reply"), 404)
    taken = told(desk("POST", f"{one}/take"))
    assert taken["case"] in here.refs()
    assert told(desk("POST", f"{one}/reply"))["reply_asked"]
    here.look()
    assert len(here.github.world.told[issue["number"]]) == 1
    assert told(desk("POST", f"{PLACE}/forge/issues/99/leave"), 404)
    assert desk.get(f"/cases/{taken['case']}/forge")["linked"] is None


# ------------------------------------------------------------------------------------------------------------ of a case


def test_dates_and_wishes_are_told_without_a_title(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    dates = desk("GET", "/calendar")
    assert {each["case"] for each in told(dates)} == {ref}
    assert b"Out-of-bounds" not in dates.content
    assert desk.get("/me/mail")["zone"] == "UTC"


def test_who_looked_at_an_embargoed_case_is_told_page_by_page(here: Town) -> None:
    ref, desk = distros.embargoed(here), half(here)
    for _ in range(3):
        desk.get(f"/cases/{ref}")
    first = desk.get(f"/cases/{ref}/looks?limit=2")
    rest = desk.get(f"/cases/{ref}/looks?after={first['next']}&limit=200")
    assert (len(first["items"]), first["next"], rest["next"]) == (2, 2, 0)
    assert {each["by"] for each in rest["items"]} == {here.house.dana}
    assert told(desk("GET", f"/cases/{ref}/timeline"), 422)["code"] == "not-published"


def test_what_may_be_the_same_matter_is_told_of_the_token_s_project_only(house: House, front: Half, desk: Half) -> None:
    refs = [reported(front) for _ in range(2)]
    assert {each["id"] for each in desk.get(f"/cases/{refs[0]}/alike")} <= set(refs)


def test_duty_is_set_swapped_and_left_by_its_own_people(house: House, desk: Half) -> None:
    place = f"{PLACE}/duty"
    set_ = told(desk("PUT", f"{place}/order", {"people": [house.dana, house.li]}))
    monday = set_["weeks"][1]["first"]
    assert told(desk("PUT", f"{place}/swap", {"week": monday, "person": house.dana}))["weeks"][1]["swapped"]
    today = f"{house.clock():%Y-%m-%d}"
    assert told(desk("PUT", f"{place}/away", {"first": today, "last": today}))["away"][0]["mine"]
    assert told(desk("DELETE", f"{place}/away/{today}"))["away"] == []
    assert told(desk("DELETE", f"{place}/away/0"), 400)["mistakes"][0]["where"] == "first"
    assert told(desk("PUT", f"{place}/home", {"country": "de"}))
    assert told(desk("POST", f"{place}/notes", {"text": "Two wait."}))["notes"][0]["text"] == "Two wait."
    assert told(desk("PUT", f"{place}/order", {"people": ["usr_none"]}), 422)["code"] == "rota"


# ----------------------------------------------------------------------------------------------------- from a program


def test_a_python_program_does_the_same(here: Town) -> None:
    ref, _ = distros.knowing(here, "Acme", "Gone")
    with Client(here.desk.site.desk_url, half(here).secret, transport=Wire()) as tocsin:
        every = tocsin.distributors(PROJECT)
        assert every.terms().version
        acme, gone = sorted(every.list(), key=lambda each: each.name)
        assert every.remove(gone, "They talked.").cases == (ref,)
        with pytest.raises(Conflict):
            every.remove(gone)
        assert every.ask(acme).id == acme.id
        case = tocsin.cases.get(ref)
        assert [(each.name, each.ended_at is None) for each in case.shares().items] == [("Acme", True), ("Gone", False)]
        assert len(list(case.looks())) > 2
        assert case.alike() == ()
        hooks = tocsin.webhooks(PROJECT)
        made = hooks.add("https://hooks.example.org/t")
        assert hooks.test(made.webhook).state == "arrived"
        assert hooks.again(next(hooks.deliveries())).state == "waits"
        (seen,) = hooks.list()
        assert hooks.renew(seen).secret != made.secret
        with pytest.raises(Conflict):
            hooks.remove(seen)
        assert hooks.subscriptions().mail == 0
        assert list(tocsin.held_mail()) == []
        assert {each.case for each in tocsin.calendar()} == {ref}
