# SPDX-License-Identifier: Apache-2.0
"""Who gets past: every address wants a token, every wrong one is answered alike, and what is hidden is not there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.http import HttpResponse

from tests.api.conftest import PROJECT, Half
from tests.api.test_story import REPORT, li, ready, reported
from tocsin.core.vocabulary import Refused, Role
from tocsin.core.wire.access import PREFIX, Scope
from tocsin.delivery.api import schema
from tocsin.delivery.api.desk import door
from tocsin.delivery.api.desk.routes import api
from tocsin.services import api_tokens
from tocsin.services.ports.vault import Limited
from tocsin.testing.house import House

MADE_UP = "WHPG-2026-22222"


def operations() -> Iterator[tuple[str, str]]:
    """Method and path of everything that the desk's document tells of."""
    for path, methods in schema.document(api, "")["paths"].items():
        for method in methods:
            yield method.upper(), path.removeprefix("/api/v1")


def everything(answer: HttpResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    return answer.status_code, answer.content, sorted(answer.items())


def filled(path: str, ref: str) -> str:
    told = {"ref": ref, "project": PROJECT, "file": "blb_1", "format": "osv", "token": "tok_1", "path": "index.txt",
            "distributor": "dst_1", "webhook": "whk_1", "delivery": "whk_1.msg_1", "mail": "eml_1", "number": "7",
            "advisory": "WHPG-SA-2026-001", "first": "2026-03-17"}  # fmt: skip
    return path.format(**told)


def test_every_address_of_the_document_wants_a_token(house: House, front: Half) -> None:
    ref, stranger = reported(front), Half("desk")
    found = list(operations())
    assert len(found) > 35
    wanted = everything(stranger("GET", "/me"))
    assert wanted[0] == 401
    for method, path in found:
        for case in (ref, MADE_UP):
            assert everything(stranger(method, filled(path, case), {})) == wanted, path


def test_addresses_that_do_not_exist_want_one_too(house: House, desk: Half) -> None:
    stranger = Half("desk")
    assert everything(stranger("GET", "/nothing/here")) == everything(stranger("GET", "/me"))
    assert desk("GET", "/nothing/here").status_code == 404
    assert desk("PUT", "/me").status_code == 405


@pytest.mark.parametrize("odd", ["/nothing%0Ahere", f"/projects/{PROJECT}/csaf/a%0Ab", "/%0D%0A", "/\u2028"])
def test_an_address_with_a_line_break_in_it_is_answered_like_any_other(odd: str, desk: Half, front: Half) -> None:
    stranger = Half("desk")
    assert everything(stranger("GET", odd)) == everything(stranger("GET", "/me"))
    assert everything(desk("GET", odd)) == everything(desk("GET", "/nothing"))
    assert everything(front("GET", odd)) == everything(front("GET", "/nothing"))


@pytest.mark.parametrize(
    "at", [0, 1772530800, "1772530800", "2026-03-17", "2026-03-17T15:00:00", "now", "", "2026-02-30T00:00:00Z"]
)
def test_the_instant_of_a_plan_is_one_of_rfc_3339_with_its_zone(at: str | int, desk: Half, front: Half) -> None:
    ref = reported(front)
    refused = desk("POST", f"/cases/{ref}/plan", {"at": at})
    assert refused.status_code == 400
    told = json.loads(refused.content)
    assert (told["code"], told["mistakes"][0]["where"]) == ("malformed", "$.at")
    good = desk("POST", f"/cases/{ref}/plan", {"at": "2026-03-17T15:00:00Z"})
    assert b"malformed" not in good.content


def test_no_address_of_the_desk_carries_words_of_a_case(desk: Half) -> None:
    """Servers on the way write addresses down: what may stand in one is said here, name by name."""
    document = json.loads(desk("GET", "/openapi.json").content)
    asked = {
        each["name"]
        for path in document["paths"].values()
        for operation in path.values()
        for each in operation.get("parameters", ())
        if each["in"] == "query"
    }
    names_and_choices = {"after", "limit", "project", "phase", "lead", "by", "aside", "show", "waits_for", "trial"}
    assert asked == names_and_choices | {"case", "words"}
    words = document["paths"]["/api/v1/calendar.ics"]["get"]["parameters"]
    assert next(each for each in words if each["name"] == "words")["schema"]["enum"] == ["", "none"]


def test_the_walk_would_notice_an_open_door(desk: Half) -> None:
    assert desk("GET", "/me").status_code == 200


def test_every_wrong_token_is_answered_alike(house: House, token: Callable[..., str]) -> None:
    ended, gone = token(), token(house.li)
    for each in api_tokens.mine(house.desk, house.dana):
        api_tokens.revoke(house.desk, house.dana, each.id)
    house.desk.people.end(house.li)
    late = token(days=1)
    house.clock.advance(timedelta(days=1, seconds=-1))
    assert Half("desk", late)("GET", "/me").status_code == 200
    house.clock.advance(timedelta(seconds=1))
    made_up = (PREFIX + "A" * 43, "", "nonsense", PREFIX + "x" * 5000, "tsn_\u00e9")
    answers = [everything(Half("desk", secret)("GET", "/me")) for secret in (late, ended, gone, *made_up)]
    assert all(each == answers[0] for each in answers)
    assert answers[0][0] == 401


def test_somebody_of_another_project_learns_nothing(
    house: House, front: Half, token: Callable[..., str], member: Callable[..., str]
) -> None:
    ref = reported(front)
    mallory = member("Mallory", "example", Role.OWNER)
    outsider = Half("desk", token(mallory, project="example"))
    narrowed = Half("desk", token(house.dana, project="example"))
    for caller in (outsider, narrowed):
        for method, path in operations():
            if "{ref}" in path:
                body = {"text": "x", "audience": "team"} if path.endswith("/say") else {}
                hidden, absent = (caller(method, filled(path, each), body) for each in (ref, MADE_UP))
                assert everything(hidden) == everything(absent), path
                assert hidden.status_code in (400, 404, 415), path
        assert everything(caller("GET", f"/projects/{PROJECT}/people")) == everything(
            caller("GET", "/projects/no/people")
        )
        assert everything(caller("GET", f"/projects/{PROJECT}/policy")) == everything(
            caller("GET", "/projects/no/policy")
        )
        assert caller.get("/cases?show=all")["items"] == []
        assert caller.get("/cases?show=all")["counts"] == {}
        assert caller.get(f"/cases?project={PROJECT}")["items"] == []
        assert [each["id"] for each in caller.get("/projects")] == ["example"]


def test_a_distributor_gets_no_token_for_cases(house: House, member: Callable[..., str]) -> None:
    person = member("Dist", PROJECT, Role.DISTRIBUTOR)
    assert isinstance(api_tokens.issue(house.desk, person, PROJECT, "x", [Scope.READ], 1), Refused)


@pytest.mark.parametrize(
    ("scopes", "reads", "writes", "publishes"),
    [
        ((Scope.READ,), True, False, False),
        ((Scope.WRITE,), False, True, False),
        ((Scope.PUBLISH,), False, False, True),
        ((Scope.READ, Scope.WRITE), True, True, False),
    ],
)
def test_a_token_does_only_what_it_was_made_for(
    front: Half, token: Callable[..., str], scopes: tuple[Scope, ...], reads: bool, writes: bool, publishes: bool
) -> None:
    ref, caller = reported(front), Half("desk", token("", *scopes))
    for address in (f"/cases/{ref}", "/cases", f"/cases/{ref}/messages", "/projects", "/metrics/skill"):
        assert (caller("GET", address).status_code == 200) is reads, address
    note = {"audience": "team", "text": "x"}
    assert (caller("POST", f"/cases/{ref}/moves/say", note).status_code == 200) is writes
    order = caller("POST", f"/cases/{ref}/moves/publish", {"confirmation": "x", "digest": "x"})
    assert (json.loads(order.content)["code"] != "token-scope") is publishes


def test_a_token_does_what_its_persons_roles_allow_and_ends_when_they_change(
    house: House, front: Half, desk: Half, token: Callable[..., str]
) -> None:
    ref = reported(front)
    assert desk("GET", f"/cases/{ref}").status_code == 200
    house.desk.people.add("Dana", "dana@example.org", {PROJECT: frozenset({Role.AUDITOR})})
    assert desk("GET", f"/cases/{ref}").status_code == 401
    auditor = Half("desk", token("", *Scope))
    assert auditor.get(f"/cases/{ref}")["moves"] == []
    note = auditor("POST", f"/cases/{ref}/moves/say", {"audience": "team", "text": "x"})
    assert (note.status_code, json.loads(note.content)["code"]) == (403, "not-permitted")
    house.desk.people.add("Dana", "dana@example.org", {PROJECT: frozenset()})
    assert auditor("GET", f"/cases/{ref}").status_code == 401


def change_nothing(house: House) -> None:
    """Negative control."""


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda house: house.desk.people.renew(house.dana), 401),  # password or second factor, at the desk
        (lambda house: house.desk.people.reset(house.dana), 401),
        (
            lambda house: house.desk.people.add(
                "Dana", "dana@example.org", {house.desk.projects.all()[1].id: frozenset()}
            ),
            401,
        ),
        (lambda house: house.desk.people.appoint(house.dana, administrator=True), 401),
        (lambda house: house.desk.people.end(house.dana), 401),
        (change_nothing, 200),
    ],
)
def test_a_token_ends_at_once_with_whatever_ends_its_persons_sessions(
    house: House, front: Half, desk: Half, change: Callable[[House], object], status: int
) -> None:
    ref = reported(front)
    change(house)
    assert desk("GET", f"/cases/{ref}").status_code == status


def test_nobody_speaks_for_the_reporter_the_worker_or_the_clock(front: Half, desk: Half) -> None:
    ref = reported(front)
    for name in ("hear", "appeal", "tick", "record-publication", "record-failure", "report", "ask-approval"):
        assert desk("POST", f"/cases/{ref}/moves/{name}", {}).status_code == 404, name


def test_only_the_hash_of_a_token_is_kept_and_its_use_is_noted(house: House, token: Callable[..., str]) -> None:
    caller = Half("desk", token())
    assert len(caller.secret) == 47
    assert caller.get("/me")["token"]["last_used_at"] == caller.get("/tokens")[0]["last_used_at"]
    assert caller.secret not in repr(house.desk.api_tokens.__dict__)
    house.clock.advance(timedelta(minutes=5))
    used = caller.get("/me")["token"]
    assert "secret" not in used


def test_a_token_ends_itself_at_once_and_nobody_elses(house: House, desk: Half) -> None:
    other = li(house)
    foreign = other.get("/me")["token"]["id"]
    assert desk("DELETE", f"/tokens/{foreign}").status_code == 404
    own = desk.get("/me")["token"]["id"]
    assert desk("DELETE", f"/tokens/{own}").status_code == 200
    assert desk("GET", "/me").status_code == 401
    assert other("GET", "/me").status_code == 200


def test_requests_that_fail_all_the_time_are_slowed_down(
    house: House, desk: Half, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door.failures, "most", 3)
    for _ in range(3):
        assert desk("GET", "/cases/none").status_code == 404
        assert Half("desk")("GET", "/me").status_code == 401
    for caller in (desk, Half("desk")):
        slowed = caller("GET", "/me")
        assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "60")
    assert li(house)("GET", "/me").status_code == 200
    house.clock.advance(timedelta(minutes=1))
    assert desk("GET", "/me").status_code == 200


def test_whoever_has_opened_too_many_cases_is_told_to_wait_for_a_look_and_for_a_move(
    house: House, front: Half, desk: Half, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: both were answered as if the installation were broken."""
    ref = reported(front)

    def spent(*_: object) -> None:
        raise Limited("60 different cases an hour")

    monkeypatch.setattr(type(house.desk.vault), "case_key", spent)
    for answer in (
        desk("GET", f"/cases/{ref}"),
        desk("POST", f"/cases/{ref}/moves/say", {"audience": "team", "text": "x"}),
    ):
        assert (answer.status_code, json.loads(answer.content)["code"]) == (429, "limited"), answer.content
        assert "60 different cases" in json.loads(answer.content)["detail"]


def test_a_look_at_an_embargoed_case_is_recorded_whoever_asks(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    ready(house, desk, ref)
    desk.move(ref, "propose-embargo", {"ends_at": "2026-03-17T15:00:00Z", "reason": "Release day."})
    before = len(house.desk.log.looks(ref, 0, 100))
    desk.get(f"/cases/{ref}")
    looks = len(house.desk.log.looks(ref, 0, 100))
    assert looks == before + desk.get(f"/cases/{ref}")["embargo"]["in_force"]


def test_reports_are_handed_in_without_a_token(front: Half) -> None:
    answer = front("POST", "/reports", REPORT)
    told = json.loads(answer.content)
    assert answer.status_code == 201
    assert len(told["phrase"].split()) == 7
    assert told["proof"]["case"] == told["case"]
    assert told["return_url"].endswith("/p/warehousepg/return")
