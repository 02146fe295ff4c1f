# SPDX-License-Identifier: Apache-2.0
"""A report from arrival to publication, over HTTP alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.conftest import PROJECT, Half
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import Role
from tocsin.core.wire.access import NewToken, Scope
from tocsin.services import api_tokens, worker
from tocsin.services.queries import case as query
from tocsin.testing.house import House

REPORT = {
    "project": PROJECT,
    "title": "Out-of-bounds read",
    "reproduce": "Call it with a short buffer.",
    "version": "7.3.1",
}
LINES = [
    {"line": "7.4", "state": "fixed", "fixed_in": "7.4.2", "tested": True},
    {"line": "7.3", "state": "fixed", "fixed_in": "7.3.4", "tested": True},
    {"line": "6.29", "state": "not-affected", "reason": "the code is not there"},
]
DRAFT = {
    "title": "Out-of-bounds read in the decoder",
    "summary": "A logged-in user can read server memory.",
    "details": "The length is not checked.",
    "mitigation": "Turn the decoder off.",
    "cwe": ["CWE-125"],
}


def reported(front: Half, **more: object) -> str:
    answer = front("POST", "/reports", {**REPORT, **more})
    assert answer.status_code == 201, answer.content
    return str(json.loads(answer.content)["case"])


def li(house: House) -> Half:
    """The second person, with a token of their own."""
    made = api_tokens.issue(house.desk, house.li, PROJECT, "Li", tuple(Scope), 30)
    assert isinstance(made, NewToken)
    return Half("desk", made.secret)


def ready(house: House, desk: Half, ref: str) -> None:
    """Walk a case to the point where it can be published."""
    words = {"text": "Thank you.", "plan": "We look.", "workarounds": "Turn it off."}
    desk.move(ref, "say", {"audience": "reporter", **words})
    desk.move(ref, "investigate", {"effect": "Reads memory", "criticality": "high", "cwe": ["CWE-125"]})
    assert desk.move(ref, "accept", {"answer": {"text": "It is real."}})["advisory_id"] == "WHPG-SA-2026-001"
    desk.move(ref, "score", {"vector": "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"})
    desk.move(ref, "set-lines", {"lines": LINES})
    desk.move(ref, "set-fix", {"author": "Dana", "reference": "9f31c02"})
    li(house).move(ref, "confirm-fix")
    desk.move(ref, "draft-advisory", DRAFT)


def test_a_report_is_published_over_http_alone(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    assert [row["ref"] for row in desk.get("/cases")["items"]] == [ref]
    ready(house, desk, ref)
    seen = desk.get(f"/cases/{ref}/advisory")
    assert seen["problems"] == []
    document = desk("GET", f"/cases/{ref}/advisory/osv")
    wanted = next(each["sha256"] for each in seen["documents"] if each["format"] == "osv")
    assert hashlib.sha256(document.content).hexdigest() == wanted
    order = {"confirmation": seen["advisory_id"], "digest": seen["digest"]}
    alone = json.loads(desk("POST", f"/cases/{ref}/moves/publish", order).content)
    assert (alone["code"], alone["missing"]) == ("needs-approval", ["approval by Li"])
    (wish,) = desk.get(f"/cases/{ref}")["asks"]
    assert seen["digest"] in dict(wish["terms"]).values()
    ordered = li(house).move(ref, "approve", {"digest": wish["digest"]})
    assert "publication.ordered" in ordered["events"]
    worker.run_once(house.desk)
    (card,) = front.get(f"/projects/{PROJECT}/advisories")
    assert (card["id"], card["tlp"]) == ("WHPG-SA-2026-001", "TLP:CLEAR")
    assert front("GET", f"/advisories/{card['id']}/osv").status_code == 200
    assert desk.get(f"/cases/{ref}")["phase"] == "published"


def test_what_a_token_does_is_done_by_its_person_and_says_so(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    desk.move(ref, "say", {"audience": "team", "text": "Looks real."})
    line = desk.get(f"/cases/{ref}/events")["items"][-1]
    assert (line["by"], line["by_id"], line["event"]) == ("Dana", house.dana, "message.sent")
    assert line["via"] == desk.get("/me")["token"]["id"]
    shown = query.view(house.desk, ref, house.dana)
    assert shown
    assert shown.history[-1].by == "Dana, by token"


def test_files_travel_both_ways_and_their_keys_neither(house: House, front: Half, desk: Half) -> None:
    answer = front.form("/reports", {**REPORT, "files": SimpleUploadedFile("poc.bin", b"\x00" * 1000)})
    assert answer.status_code == 201, answer.content
    ref = json.loads(answer.content)["case"]
    (file,) = desk.get(f"/cases/{ref}")["report"]["files"]
    assert (file["name"], file["size"]) == ("poc.bin", 1000)
    sent = desk("GET", f"/cases/{ref}/files/{file['id']}")
    assert b"".join(sent.streaming_content) == b"\x00" * 1000
    up = desk.form(f"/cases/{ref}/files", {"file": SimpleUploadedFile("fix.patch", b"--- a")})
    assert up.status_code == 201, up.content
    token = json.loads(up.content)["token"]
    desk.move(ref, "say", {"audience": "reporter", "text": "Try this.", "attachments": [token]})
    said = desk.get(f"/cases/{ref}/messages")["items"][-1]
    assert said["files"][0]["name"] == "fix.patch"
    assert "key" not in said["files"][0]
    unknown = desk("POST", f"/cases/{ref}/moves/say", {"audience": "team", "text": "x", "attachments": ["made up"]})
    assert json.loads(unknown.content)["code"] == "no-such-file"


def test_an_embargo_is_bargained_over(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    ready(house, desk, ref)
    desk.move(ref, "propose-embargo", {"ends_at": "2026-03-17T15:00:00Z", "reason": "The release is on that day."})
    held = desk.get(f"/cases/{ref}")["embargo"]
    assert (held["state"], held["proposals"][0]["by"]) == ("proposed", "vendor")
    own = desk("POST", f"/cases/{ref}/moves/accept-embargo", {"proposal": held["proposals"][0]["id"]})
    assert json.loads(own.content)["code"] == "embargo-own-proposal"


def test_a_refusal_names_rule_and_line(front: Half, desk: Half) -> None:
    ref = reported(front)
    answer = desk("POST", f"/cases/{ref}/moves/accept", {})
    told = json.loads(answer.content)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert told["cite"].startswith("SECURITY.md:")
    assert told["rule"]
    assert told["detail"]


def test_a_version_scheme_that_nobody_knows_is_refused_when_the_draft_is_written(
    house: House, front: Half, desk: Half
) -> None:
    ref = reported(front)
    ready(house, desk, ref)
    answer = desk("POST", f"/cases/{ref}/moves/draft-advisory", DRAFT | {"products": [{"name": "x", "scheme": "jL"}]})
    told = json.loads(answer.content)
    assert (answer.status_code, told["code"], told["missing"]) == (422, "scheme-unknown", ["products[0].scheme"])
    assert "semver" in told["detail"]


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"credits": [{"name": "Ann"}, {"name": "Bo", "type": "hero"}]}, "credits[1].type"),
        ({"references": [{"url": "https://example.org/", "type": "blog"}]}, "references[0].type"),
    ],
)
def test_what_no_document_could_say_is_refused_when_the_draft_is_written(
    house: House, front: Half, desk: Half, given: dict[str, object], missing: str
) -> None:
    """Negative control: it was kept, and every look at what would be published then failed."""
    ref = reported(front)
    ready(house, desk, ref)
    before = desk.get(f"/cases/{ref}/advisory")["digest"]
    answer = desk("POST", f"/cases/{ref}/moves/draft-advisory", DRAFT | given)
    told = json.loads(answer.content)
    assert (answer.status_code, told["code"], told["missing"]) == (422, "type-unknown", [missing])
    assert desk.get(f"/cases/{ref}/advisory")["digest"] == before


def test_a_trial_says_what_would_happen_and_writes_nothing(front: Half, desk: Half) -> None:
    ref = reported(front)
    tried = desk.move(ref, "say?trial=true", {"audience": "team", "text": "x"})
    assert (tried["trial"], tried["events"], tried["seq"]) == (True, ["message.sent"], 2)
    assert desk.get(f"/cases/{ref}")["seq"] == 1


def test_a_trial_of_acceptance_takes_no_number(front: Half, desk: Half, house: House) -> None:
    first, second = reported(front), reported(front)
    words = {"text": "Thank you.", "plan": "We look.", "workarounds": "Turn it off."}
    for ref in (first, second):
        desk.move(ref, "say", {"audience": "reporter", **words})
        desk.move(ref, "investigate", {"effect": "Reads memory", "criticality": "high"})
    desk.move(first, "accept?trial=true")
    assert desk.move(second, "accept")["advisory_id"] == "WHPG-SA-2026-001"


def test_pages_follow_one_another(front: Half, desk: Half) -> None:
    refs = {reported(front) for _ in range(5)}
    seen: list[str] = []
    answer = desk("GET", "/cases?limit=2")
    while True:
        page = json.loads(answer.content)
        seen += [row["ref"] for row in page["items"]]
        link = answer.headers.get("Link", "")
        if not page["next"]:
            break
        assert link.endswith('; rel="next"')
        answer = desk("GET", link[1:].partition(">")[0].removeprefix("/api/v1"))
    assert (len(seen), set(seen)) == (5, refs)


def test_a_lead_is_named_by_name_or_as_me(front: Half, desk: Half, house: House) -> None:
    ref = reported(front)
    desk.move(ref, "assign", {"lead": "me"})
    assert desk.get(f"/cases/{ref}")["lead"] == {"id": house.dana, "name": "Dana"}
    assert [row["ref"] for row in desk.get("/cases?lead=me")["items"]] == [ref]
    desk.move(ref, "assign", {"lead": "li"})
    assert desk.get(f"/cases/{ref}")["lead"]["name"] == "Li"
    wrong = desk("POST", f"/cases/{ref}/moves/assign", {"lead": "nobody"})
    assert json.loads(wrong.content)["code"] == "no-such-person"


def test_projects_people_policy_and_skill_can_be_read(front: Half, desk: Half, house: House) -> None:
    assert [each["id"] for each in desk.get("/projects")] == [PROJECT]
    people = {each["name"]: each["roles"] for each in desk.get(f"/projects/{PROJECT}/people")}
    assert Role.OWNER.value in people["Dana"]
    policy = desk.get(f"/projects/{PROJECT}/policy")
    assert policy["toml"].startswith("#") or "schema" in policy["toml"]
    assert any(each["cite"].startswith("SECURITY.md:") for each in policy["sentences"])
    assert desk.get("/metrics/skill")["cases"] == 0
    reported(front)
    board = desk.get(f"/metrics?project={PROJECT}")
    assert (board["cases"], len(board["keys"])) == (1, 8)
    assert desk("GET", "/metrics?project=example").status_code == 404


def test_parties_are_invited_written_to_and_told_apart(front: Half, desk: Half) -> None:
    ref = reported(front)
    wish = {"part": "vendor", "name": "Other Co", "why": "They ship it.", "products": ["Other DB"]}
    key = {"Idempotency_Key": "4d1c2a77-0000-4000-8000-000000000001"}
    made = desk.move(ref, "invite", wish, **key)
    assert len(made["phrase"].split()) == 7
    assert "phrase" not in desk.get(f"/cases/{ref}")
    again = desk.move(ref, "invite", wish, **key)
    assert (again["seq"], again["phrase"]) == (made["seq"], "")
    (party,) = desk.get(f"/cases/{ref}")["parties"]
    assert (party["name"], party["part"], party["products"][0]["name"]) == ("Other Co", "vendor", "Other DB")
    desk.move(ref, "say", {"audience": "team", "text": "A word for them as well."})
    line = desk.get(f"/cases/{ref}")["seq"]
    sent = desk("POST", f"/cases/{ref}/moves/resend", {"of": line, "audience": "party", "party": party["id"]})
    assert sent.status_code in (200, 422)  # whether they may have it is the rules' business
    assert desk("POST", f"/cases/{ref}/moves/resend", {"of": 1, "audience": "party", "party": "x"}).status_code == 422


def test_cases_are_merged_split_and_taken_up_again(front: Half, desk: Half) -> None:
    kept, gone = reported(front), reported(front, effects="the same")
    merged = desk.move(kept, "merge", {"other": gone, "reason": "The same function."})
    assert merged["case"] == kept
    split = desk.move(kept, "split", {"title": "A second bug", "reason": "Another function."})
    assert split["case"] not in (kept, gone)
    assert desk.get(f"/cases/{split['case']}")["title"] == "A second bug"
    hidden = desk("POST", f"/cases/{kept}/moves/merge", {"other": "WHPG-2026-22222", "reason": "x"})
    assert hidden.status_code == 404


def test_a_policy_is_put_in_force(desk: Half, token: Callable[..., str]) -> None:
    text = seed(PROJECT) or ""
    faster = text.replace('within = "3 business days"', 'within = "1 business day"')
    told = json.loads(desk("POST", f"/projects/{PROJECT}/policy", {"toml": faster}).content)
    assert len(told["history"]) == 2
    wrong = desk("POST", f"/projects/{PROJECT}/policy", {"toml": "nonsense"})
    assert (wrong.status_code, json.loads(wrong.content)["code"]) == (422, "policy-refused")
    reader = Half("desk", token("", Scope.READ))
    assert reader("POST", f"/projects/{PROJECT}/policy", {"toml": text}).status_code == 403


def test_git_is_asked_where_there_is_a_repository(front: Half, desk: Half, token: Callable[..., str]) -> None:
    ref = reported(front)
    for name, wish in (
        ("ask-git", {"fix": ["9f31c02"]}),
        ("same-change", {"commit": "9f31c02", "of": "1234567", "same": True}),
    ):
        answer = desk("POST", f"/cases/{ref}/moves/{name}", wish)
        assert answer.status_code in (200, 422), answer.content
        assert desk("POST", f"/cases/{ref}/moves/{name}", {"fix": ["; rm"], "commit": "x"}).status_code == 400
