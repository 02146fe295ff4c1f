# SPDX-License-Identifier: Apache-2.0
"""Am I affected? The page, its JSON, and the API that scanners know from osv.dev; and the tree as the room has it."""

from __future__ import annotations

import gzip
import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.desk import story
from tests.rooms import walk
from tocsin.delivery.public.views import osv
from tocsin.testing.house import House

PAGE = f"/p/{walk.PROJECT}/affected"
OSV_ID = "x_WHPG-SA-2026-001"


@pytest.fixture
def published(house: House) -> str:
    ref = story.report(house)
    story.embargoed(house, ref)
    name = walk.publish(house, ref)
    walk.work(house)
    return name


def post(visitor: Client, path: str, body: object) -> tuple[int, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = visitor.post(path, raw, content_type="application/json")
    assert answer.headers["Content-Type"] == "application/json"
    return answer.status_code, json.loads(answer.content)


QUERY = {"version": "7.3.1", "package": {"name": "WarehousePG"}}


def test_a_version_is_answered_with_whole_documents(visitor: Client, house: House, published: str) -> None:
    stored = house.front.shelf.document(published, "osv")
    assert stored is not None
    code, found = post(visitor, "/v1/query", QUERY)
    assert (code, found) == (200, {"vulns": [json.loads(stored.body)]})
    assert visitor.get(f"/v1/vulns/{OSV_ID}").content == stored.body
    assert visitor.get("/v1/vulns/WHPG-SA-2026-001").content == stored.body


def test_a_version_that_is_not_hit_is_answered_with_nothing(visitor: Client, published: str) -> None:
    assert post(visitor, "/v1/query", QUERY | {"version": "99.0"}) == (200, {})
    assert post(visitor, "/v1/query", {"version": "1", "package": {"ecosystem": "PyPI", "name": "x"}}) == (200, {})
    assert post(visitor, "/v1/query", {"commit": "0" * 40}) == (200, {})


@pytest.mark.parametrize(
    "query",
    [
        {"package": {"name": "warehousepg"}},
        {"package": {"purl": "pkg:generic/warehousepg@7.3.1"}},
        {"version": "7.3.1", "package": {"purl": "pkg:generic/warehousepg"}},
        {"version": "7.3.1", "package": {"name": "whpg"}},
    ],
)
def test_a_package_goes_by_all_its_names(visitor: Client, published: str, query: dict[str, object]) -> None:
    code, found = post(visitor, "/v1/querybatch", {"queries": [query, QUERY]})
    assert code == 200
    assert [[each["id"] for each in one["vulns"]] for one in found["results"]] == [[OSV_ID], [OSV_ID]]
    assert set(found["results"][0]["vulns"][0]) == {"id", "modified"}


def test_a_batch_lets_others_have_their_turn_again_and_again(
    visitor: Client, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reports to the same process does not wait for a thousand questions (`./bench beside`)."""
    moments: list[float] = []
    monkeypatch.setattr(osv, "time", SimpleNamespace(sleep=moments.append))
    code, found = post(visitor, "/v1/querybatch", {"queries": [QUERY] * 1000})
    assert (code, len(found["results"])) == (200, 1000)
    assert len(moments) == 1000 // osv.AT_A_TIME
    assert all(0 < each <= 0.001 for each in moments)
    moments.clear()
    post(visitor, "/v1/querybatch", {"queries": [QUERY] * 3})
    assert moments == [], "a small one waits for nobody"


def test_a_batch_says_of_each_what_the_same_question_alone_would(
    visitor: Client, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers that are alike are written once: pages and versions that differ must not be taken for one another."""
    missed = QUERY | {"version": "99.0"}
    asked = [QUERY, missed, QUERY | {"version": "7.3.0"}, QUERY | {"page_token": "1"}, QUERY, missed]
    for size in (0, 1, 500):
        monkeypatch.setattr(osv, "PAGE", size)
        _, found = post(visitor, "/v1/querybatch", {"queries": asked})
        alone = [post(visitor, "/v1/query", each)[1] for each in asked]
        assert [[each["id"] for each in one.get("vulns", [])] for one in found["results"]] == [
            [each["id"] for each in one.get("vulns", [])] for one in alone
        ]
        assert [one.get("next_page_token") for one in found["results"]] == [one.get("next_page_token") for one in alone]
    code, refused = post(visitor, "/v1/querybatch", {"queries": [missed | {"page_token": "x"}]})
    assert (code, refused["message"]) == (400, "Invalid page token."), "also where nothing is found"


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/v1/query", b"{", "Invalid JSON"),
        ("/v1/query", b"\xff", "Invalid JSON"),
        ("/v1/query", b"[" * 50_000, "Invalid JSON"),
        ("/v1/query", {}, "name a package"),
        ("/v1/query", {"version": "1"}, "name a package"),
        ("/v1/query", {"package": {}}, "name the package"),
        ("/v1/query", {"commit": "0" * 40, "version": "1"}, "stands alone"),
        ("/v1/query", {"version": "1", "package": {"purl": "pkg:pypi/x@2"}}, "already"),
        ("/v1/query", {"package": {"purl": "pkg:pypi/x", "name": "x"}}, "name and ecosystem"),
        ("/v1/query", {"package": {"purl": "nonsense"}}, "Invalid package URL"),
        ("/v1/query", QUERY | {"page_token": "x"}, "page token"),
        ("/v1/querybatch", {"queries": [QUERY] * 1001}, "Too many queries"),
        ("/v1/querybatch", {"queries": {}}, "Invalid JSON"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_reason(
    visitor: Client, published: str, path: str, body: object, words: str
) -> None:
    code, found = post(visitor, path, body)
    assert (code, found["code"]) == (400, 3)
    assert words in found["message"]


def test_what_is_not_there_is_not_found_as_osv_says_it(visitor: Client, published: str) -> None:
    for name in ("x_WHPG-SA-2026-999", "CVE-2026-1", "..", "%00"):
        answer = visitor.get(f"/v1/vulns/{name}")
        assert answer.status_code == 404
    assert json.loads(visitor.get("/v1/vulns/none").content) == {"code": 5, "message": "Bug not found."}
    assert visitor.get("/v1/query").status_code == 405


def test_many_answers_come_in_pages(visitor: Client, published: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osv, "PAGE", 0)
    _, first = post(visitor, "/v1/query", QUERY)
    assert first == {"next_page_token": "0"}
    monkeypatch.setattr(osv, "PAGE", 1)
    _, second = post(visitor, "/v1/query", QUERY | {"page_token": first["next_page_token"]})
    assert [each["id"] for each in second["vulns"]] == [OSV_ID]


def test_the_page_answers_line_by_line_and_shows_what_it_did_not_understand(visitor: Client, published: str) -> None:
    typed = "PostgreSQL 12.12 (WarehousePG 7.3.1 build 1) on x86_64\n99.0\nfoo bar\n"
    shown = walk.page(visitor.post(PAGE, {"q": typed}))
    words = " ".join(shown.text.split())
    assert "WarehousePG 7.3.1: affected" in words
    assert "Update to 7.3.4" in words
    assert "WarehousePG 99.0: not affected" in words
    assert "Not affected: 1 of 2" in words
    assert "Not understood" in words
    assert shown.fields["q"] == [typed.rstrip("\n") + "\n"] or "foo bar" in shown.fields["q"][0]
    assert "<script" not in shown.html


def test_an_answer_has_an_address_and_programs_get_json(visitor: Client, published: str) -> None:
    shown = walk.page(visitor.get(f"{PAGE}?version=7.3.1"))
    assert "affected" in shown.text
    answer = visitor.get(f"{PAGE}?version=7.3.1", headers={"accept": "application/json"})
    told = json.loads(answer.content)
    assert (told["answers"][0]["word"], told["exit_code"]) == ("affected", 10)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_bill_of_materials_can_be_pasted(visitor: Client, published: str) -> None:
    bill = {"bomFormat": "CycloneDX", "components": [{"name": "WarehousePG", "version": "7.3.1"}]}
    assert "affected" in walk.page(visitor.post(PAGE, {"q": json.dumps(bill)})).text
    wrong = visitor.post(PAGE, {"q": "{nonsense"})
    assert wrong.status_code == 400
    assert "neither CycloneDX nor SPDX" in walk.page(wrong).text


def test_words_of_strangers_stay_words(visitor: Client, published: str) -> None:
    shown = visitor.get(f"{PAGE}?version=%3Cscript%3Ealert(1)%3C/script%3E").content.decode()
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_the_room_serves_the_tree_as_it_lies_there(visitor: Client, house: House, published: str) -> None:
    tree = house.front.tree
    for path in (".well-known/csaf/provider-metadata.json", "csaf/2026/whpg-sa-2026-001.json", "csaf/index.txt",
                 "csaf/2026/whpg-sa-2026-001.json.asc", "csaf-2.1/changes.csv", "osv/all.zip", f"osv/{OSV_ID}.json",
                 f"p/{walk.PROJECT}/advisories.rss", f"p/{walk.PROJECT}/advisories/{published}.asc"):  # fmt: skip
        lying = tree.file(path)
        assert lying is not None, path
        answer = visitor.get(f"/{path}")
        assert (answer.status_code, answer.content) == (200, lying.body), path
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        again = visitor.get(f"/{path}", headers={"if-none-match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert sum(len(k) + len(v) + 4 for k, v in again.headers.items()) < 1200


def test_folders_are_listed_and_nothing_redirects(visitor: Client, published: str) -> None:
    for path in ("/csaf/", "/csaf/2026/", "/csaf-2.1/"):
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"whpg-sa-2026-001.json.sha512" in visitor.get("/csaf/2026/").content
    for path in ("/csaf/2026/none.json", "/csaf/../site-state.json", "/csaf/..%2f..%2fx", "/osv/", "/csaf/2026"):
        assert visitor.get(path).status_code == 404, path


def test_lists_travel_compressed_to_who_can_read_that(visitor: Client, published: str) -> None:
    plain = visitor.get("/csaf/feed-tlp-white.json")
    packed = visitor.get("/csaf/feed-tlp-white.json", headers={"accept-encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_security_txt_names_the_provider_once_there_is_one(visitor: Client, house: House) -> None:
    assert b"CSAF:" not in visitor.get("/.well-known/security.txt").content
    ref = story.report(house)
    story.embargoed(house, ref)
    walk.publish(house, ref)
    walk.work(house)
    lines = visitor.get("/.well-known/security.txt").content.decode().splitlines()
    named = [line.removeprefix("CSAF: ") for line in lines if line.startswith("CSAF: ")]
    assert named[0] == "https://security.example.org/.well-known/csaf/provider-metadata.json"
    for url in named:
        assert visitor.get(url.removeprefix("https://security.example.org")).status_code == 200


BILL = {"bomFormat": "CycloneDX", "components": [{"name": "WarehousePG", "version": "7.3.1"}]}


def test_a_bill_of_materials_may_be_chosen_as_a_file_or_sent_as_a_body(published: str, visitor: Client) -> None:
    chosen = SimpleUploadedFile("bom.json", json.dumps(BILL).encode(), "application/json")
    assert "WarehousePG 7.3.1: affected" in words(visitor.post(PAGE, {"q": "99.0", "sbom": chosen}))
    told = visitor.post(PAGE, json.dumps(BILL), content_type="application/json", headers={"Accept": "application/json"})
    assert (told.status_code, json.loads(told.content)["exit_code"]) == (200, 10)


def test_a_bill_with_nobody_chosen_leaves_the_words_as_they_are(published: str, visitor: Client) -> None:
    assert "WarehousePG 99.0: not affected" in words(visitor.post(PAGE, {"q": "99.0", "sbom": ""}))


def test_of_more_than_can_be_answered_at_a_time_it_is_said_how_many_are_left_out(
    published: str, visitor: Client
) -> None:
    many = BILL | {"components": BILL["components"] * 1003}
    told = visitor.post(PAGE, json.dumps(many), content_type="application/json", headers={"Accept": "application/json"})
    assert json.loads(told.content)["left_out"] == 3
    assert len(json.loads(told.content)["answers"]) == 1000
    assert "Only the first 1000 were looked at; 3 are left out." in words(post_page(visitor, many))


def words(answer: Any) -> str:
    return " ".join(walk.page(answer).text.split())


def post_page(visitor: Client, bill: object) -> Any:
    return visitor.post(PAGE, {"sbom": SimpleUploadedFile("bom.json", json.dumps(bill).encode())})


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"{" * 100_000, 400), (b'{"bomFormat": "CycloneDX"' + b" " * 9_000_000, 413)],
)
def test_a_bill_that_is_none_or_too_large_is_answered_in_words(
    published: str, visitor: Client, body: bytes, status: int
) -> None:
    answer = visitor.post(PAGE, body, content_type="application/json", headers={"Accept": "application/json"})
    assert (answer.status_code, bool(json.loads(answer.content)["wrong"])) == (status, True)
    page = visitor.post(PAGE, {"sbom": SimpleUploadedFile("bom.json", body)})
    assert page.status_code == status
    assert "This cannot be read" in page.content.decode()


def test_a_form_that_breaks_off_is_said_to_have(published: str, visitor: Client) -> None:
    torn = visitor.post(PAGE, b"--x\r\nrubbish", content_type="multipart/form-data; boundary=")
    assert torn.status_code == 400
