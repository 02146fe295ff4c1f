# SPDX-License-Identifier: Apache-2.0
"""The policy on the desk: checked beside its words, put in force, adopted for open cases, begun from a SECURITY.md."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta

from django.test import Client

from tests.desk import server
from tests.services.acts import report
from tests.support import shared
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import Role
from tocsin.testing.world import MemoryPeople, MemoryProjects

TEXT = seed("warehousepg") or ""
FASTER = TEXT.replace('within = "3 business days"', 'within = "1 business day"')
EDIT = "/policy/warehousepg/edit"


def test_checking_shows_what_would_change_and_changes_nothing(house, sign_in):
    case = report(house).case
    before = house.desk.projects.get("warehousepg")
    page = sign_in().post(EDIT, {"text": FASTER, "do": "check"}).content.decode()
    assert "sla.first_feedback.within" in page
    assert case in page
    assert "1 business day" in page
    assert house.desk.projects.get("warehousepg") == before


def test_every_problem_is_shown_with_line_and_remedy_and_the_text_is_kept(house, sign_in):
    broken = FASTER.replace('scheme = "postgres"', 'scheem = "postgres"') + "\n# my own words"
    answer = sign_in().post(EDIT, {"text": broken, "do": "apply"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "scheem" in page
    assert "# my own words" in html.unescape(page)
    assert len(house.desk.projects.history("warehousepg")) == 1


def test_putting_in_force_leads_to_the_open_cases_and_adopting_is_a_choice(house, sign_in):
    case = report(house).case
    client = sign_in()
    answer = client.post(EDIT, {"text": FASTER.replace("\n", "\r\n"), "do": "apply"})
    assert (answer.status_code, answer["Location"]) == (303, "/policy/warehousepg/cases")
    page = client.get("/policy/warehousepg/cases").content.decode()
    (chosen,) = re.findall(r'name="case" value="([^"]+)"', page)
    assert chosen.startswith(case)
    assert client.post("/policy/warehousepg/cases", {"case": chosen}).status_code == 303
    assert "No open case is under another version" in client.get("/policy/warehousepg/cases").content.decode()
    versions = client.get("/policy/warehousepg").content.decode().partition("Versions")[2]
    assert versions.count("in force") >= 1
    assert versions.count("<tr><td><code>") == 2
    assert "put the case under the policy" in client.get(f"/c/{case}/history").content.decode()


def test_a_case_that_moved_on_is_not_adopted_blindly(house, sign_in):
    case = report(house).case
    client = sign_in()
    client.post(EDIT, {"text": FASTER, "do": "apply"})
    answer = client.post("/policy/warehousepg/cases", {"case": ["WHPG-2026-zzzzz:1", f"{case}:x"]})
    assert answer.status_code in (303, 409)
    assert "There is no such case" in answer.content.decode()


def test_who_may_not_change_a_policy_finds_no_page_to_do_it(house, sign_in, member):
    client = sign_in(member("Tri", "warehousepg", Role.TRIAGER))
    assert client.get("/policy/warehousepg").status_code == 200
    hidden = client.get("/policy/nobody/edit")
    for path in (EDIT, "/policy/warehousepg/cases", "/policy/warehousepg/import"):
        answer = client.get(path)
        assert (answer.status_code, answer.content) == (404, hidden.content)
        assert client.post(path, {"text": FASTER, "do": "apply"}).status_code == 404
    assert len(house.desk.projects.history("warehousepg")) == 1


def test_a_security_md_becomes_findings_then_choices_then_a_policy(house, sign_in):
    client = sign_in()
    document = shared("seeds", "warehousepg-SECURITY.md").read_bytes().decode("utf-8")
    page = client.post("/policy/warehousepg/import", {"document": document, "do": "read"}).content.decode()
    assert "encoding-mojibake" in page
    fields = {
        html.unescape(name): html.unescape(value)
        for name, value in re.findall(r'name="(answer-[^"]+)" value="([^"]*)"', page)
    }
    assert fields
    answer = client.post("/policy/warehousepg/import", {"document": document, "do": "answer", **fields})
    page = html.unescape(answer.content.decode())
    assert 'id = "warehousepg"' in page
    assert "What changes" in page


def test_a_document_of_any_shape_gets_a_page(house, sign_in):
    client = sign_in()
    for document in ("", "\x00\ufffe\u202e" * 50, "<script>alert(1)</script>", "# x\n" * 5000):
        answer = client.post("/policy/warehousepg/import", {"document": document, "do": "read"})
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content


def test_the_first_project_is_made_from_a_security_md_by_whoever_was_let_in(sign_in, house):
    projects = MemoryProjects()
    people = MemoryPeople(projects, house.desk.mint)
    empty = replace(house, desk=replace(house.desk, projects=projects, people=people))
    server.current.append(empty)
    admin = people.add("Ada", "ada@example.org", {})
    client = Client()
    token = people.sign_in_link(admin.id, house.clock(), house.clock() + timedelta(hours=1))
    assert client.post(f"/sign-in/{token}").status_code == 303
    assert client.get("/inbox")["Location"] == "/first-run"
    document = shared("seeds", "warehousepg-SECURITY.md").read_bytes().decode("utf-8")
    page = client.post("/first-run", {"document": document, "do": "read"}).content.decode()
    fields = {html.unescape(n): html.unescape(v) for n, v in re.findall(r'name="(answer-[^"]+)" value="([^"]*)"', page)}
    page = client.post("/first-run", {"document": document, "do": "answer", **fields}).content.decode()
    text = html.unescape(re.search(r"<textarea[^>]*name=\"text\"[^>]*>(.*?)</textarea>", page, re.S)[1]).lstrip("\n")
    broken = client.post("/first-run", {"text": text + "\n[nonsense]\n", "do": "apply"})
    assert broken.status_code == 422
    assert projects.all() == []
    made = client.post("/first-run", {"text": text, "do": "apply"})
    assert (made.status_code, made["Location"]) == (303, "/policy/warehousepg")
    assert client.get("/inbox").status_code == 200
    assert client.get("/policy/warehousepg/edit").status_code == 200
    assert client.get("/first-run").status_code == 404
    server.current.remove(empty)


def test_once_there_is_a_project_nobody_makes_another_on_the_desk(house, sign_in):
    client = sign_in()
    assert client.get("/first-run").status_code == 404
    text = TEXT.replace('id = "warehousepg"', 'id = "other"').replace('prefix = "WHPG"', 'prefix = "OTH"')
    assert client.post("/first-run", {"text": text, "do": "apply"}).status_code == 404
    assert house.desk.projects.get("other") is None
