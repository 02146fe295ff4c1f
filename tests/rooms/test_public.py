# SPDX-License-Identifier: Apache-2.0
"""The public room: advisories, documents as stored, feeds, policy, and one and the same nothing for all that is not."""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests.desk import story
from tests.rooms import site, walk
from tocsin.core import disclosure
from tocsin.core.formats import FORMATS
from tocsin.services import publication
from tocsin.services.ports.shelf import Document, Published, ShelfCard
from tocsin.testing.house import House
from tocsin.testing.shelf import MemoryShelf

LIST = f"/p/{walk.PROJECT}/advisories/"
FEED = f"/p/{walk.PROJECT}/advisories.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def published(house: House) -> str:
    """An advisory that went the whole way."""
    ref = story.report(house)
    story.embargoed(house, ref)
    return walk.publish(house, ref)


@pytest.fixture
def many(house: House) -> list[str]:
    """More advisories than one page holds, newest first; two share an instant."""
    shelf = house.front.shelf
    assert isinstance(shelf, MemoryShelf)
    made = []
    for number in range(1, 121):
        at = house.clock() - timedelta(hours=number // 2)
        name = f"WHPG-SA-2026-{number:03}"
        card = ShelfCard(id=name, project=walk.PROJECT, title=f"No. {number}", summary="s", severity="High", score=8.8,
                         cve_id="", affected="Versions before 7.4.2 are affected.", fixed="7.4.2", published_at=at,
                         modified_at=at)  # fmt: skip
        shelf._shelf[name] = (1, card, ())
        made.append((at, card))
    made.sort(key=lambda each: (each[0], each[1].id))
    shelf._log = [Published(serial=n, number=n, card=card) for n, (_, card) in enumerate(made, 1)]
    publication.keep_site(house.desk, lists=False)
    return [card.id for _, card in reversed(made)]


def test_the_advisory_page_says_first_what_to_do(visitor: Client, published: str) -> None:
    shown = walk.page(visitor.get(LIST + published))
    order = ["Do this", "update to 7.4.2", "Cannot update now?", "DROP EXTENSION plperl;", "Am I vulnerable?",
             "Versions before", "How to detect it", "Details", "CVSS:3.0/AV:N", "External Control of System",
             "Coby Abrams (Varonis)", "How this was handled", "Take it with you"]  # fmt: skip
    places = [shown.text.find(words) for words in order]
    assert -1 not in places
    assert places == sorted(places)
    assert "▲ High 8.8" in " ".join(shown.text.split())


def test_an_advisory_and_its_style_sheet_weigh_less_than_forty_kilobytes(visitor: Client, published: str) -> None:
    sheet = (site.PACKAGE / "delivery" / "static" / "tocsin.css").stat().st_size
    assert len(visitor.get(LIST + published).content) + sheet <= 40_000


def test_every_document_is_served_as_it_was_stored(visitor: Client, house: House, published: str) -> None:
    stored = {each.format: each for each in house.front.shelf.documents(published)}
    offered = [each for each in FORMATS if each.name in stored]
    assert {each.suffix for each in offered} >= {".txt", ".md", ".csaf.json", ".osv.json"}
    links = [each.get("href") for each in walk.page(visitor.get(LIST + published)).all("a")]
    for each in offered:
        answer = visitor.get(f"{LIST}{published}{each.suffix}")
        assert answer.content == stored[each.name].body
        assert answer.headers["Content-Type"] == each.media_type
        assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert f"{published}{each.suffix}" in links


@pytest.mark.parametrize("suffix", ["", ".txt", ".csaf.json"])
def test_who_has_it_already_is_told_so(visitor: Client, published: str, suffix: str) -> None:
    first = visitor.get(f"{LIST}{published}{suffix}")
    again = visitor.get(f"{LIST}{published}{suffix}", headers={"if-none-match": first.headers["ETag"]})
    since = visitor.get(f"{LIST}{published}{suffix}", headers={"if-modified-since": first.headers["Last-Modified"]})
    assert (again.status_code, since.status_code) == (304, 304)
    assert not again.content
    assert visitor.get(f"{LIST}{published}{suffix}", headers={"if-none-match": '"other"'}).status_code == 200


NOTHING = (
    "/nothing",
    "/p/nobody/",
    "/p/nobody/advisories/",
    f"{LIST}WHPG-SA-2026-999",
    f"{LIST}WHPG-SA-2026-001.record.json",
    f"{LIST}WHPG-SA-2026-001.exe",
    f"{LIST}WHPG-SA-2026-001%0a",
    f"{LIST}WHPG-SA-2026-001.txt%0a",
    f"{LIST}WHPG-2026-k7x4m",
    f"{LIST}..%2f..%2fetc",
    f"{LIST}?after=nonsense",
    f"{LIST}?after=%00",
    "/p/example/advisories/WHPG-SA-2026-001",
    "/desk",
)


@pytest.mark.parametrize("address", NOTHING)
def test_what_is_not_there_is_one_page_to_the_byte(visitor: Client, published: str, address: str) -> None:
    answer, usual = visitor.get(address), visitor.get("/usual")
    assert answer.status_code == 404
    assert answer.content == usual.content
    assert answer.headers == usual.headers


@pytest.mark.parametrize("address", [f"/p/{walk.PROJECT}/", LIST])
def test_a_missing_last_slash_is_no_dead_end(visitor: Client, address: str) -> None:
    answer = visitor.get(address.rstrip("/"))
    assert (answer.status_code, answer.headers["Location"]) == (301, address)


def test_nothing_about_a_case_is_found_before_publication(visitor: Client, house: House) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    pages = [visitor.get(a).content for a in ("/", f"/p/{walk.PROJECT}/", LIST, FEED, "/.well-known/security.txt")]
    missing = visitor.get(f"{LIST}WHPG-SA-2026-001")
    assert missing.status_code == 404
    assert missing.content == visitor.get(f"{LIST}WHPG-SA-2026-002").content
    for body in pages:
        assert b"PL/Perl" not in body
        assert ref.encode() not in body
        assert b"WHPG-SA" not in body


def test_the_list_goes_on_page_by_page_and_misses_nothing(visitor: Client, many: list[str]) -> None:
    address, seen = LIST, []
    while address:
        shown = walk.page(visitor.get(address))
        seen += [str(a["href"]).removeprefix(LIST) for a in shown.all("a") if str(a["href"]).startswith(f"{LIST}W")]
        following = [each["href"] for each in shown.all("a") if each.get("rel") == "next"]
        address = LIST + str(following[0]) if following else ""
    assert seen == many


def test_the_feed_goes_on_page_by_page_as_rfc_5005_has_it(visitor: Client, many: list[str]) -> None:
    address, seen = FEED, []
    while address:
        answer = visitor.get(address)
        assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
        feed = ET.fromstring(answer.content)
        seen += [str(each.text).rsplit("/", 1)[1] for each in feed.iterfind(f"{ATOM}entry/{ATOM}id")]
        links = {each.get("rel"): each.get("href") for each in feed.iterfind(f"{ATOM}link")}
        assert links["current"] == f"https://security.example.org{FEED}"
        address = (links.get("prev-archive") or "").removeprefix("https://security.example.org")
    assert list(dict.fromkeys(seen)) == many


def test_the_feed_is_whole_and_can_be_asked_for_again(visitor: Client, published: str) -> None:
    answer = visitor.get(FEED)
    (entry,) = ET.fromstring(answer.content).iterfind(f"{ATOM}entry")
    assert str(entry.findtext(f"{ATOM}title")).startswith("High: PL/Perl")
    assert entry.findtext(f"{ATOM}id") == f"https://security.example.org{LIST}{published}"
    assert datetime.fromisoformat(str(entry.findtext(f"{ATOM}updated"))).tzinfo
    assert visitor.get(FEED, headers={"if-none-match": answer.headers["ETag"]}).status_code == 304


def test_security_txt_has_what_rfc_9116_asks_for(visitor: Client, house: House) -> None:
    answer = visitor.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = [line.split(": ", 1) for line in answer.content.decode().splitlines()]
    names = [name for name, _ in fields]
    assert names.count("Expires") == names.count("Preferred-Languages") == names.count("Canonical") == 1
    contacts = [value for name, value in fields if name == "Contact"]
    assert "mailto:security@warehousepg.org" in contacts
    assert f"https://security.example.org{walk.REPORT}" in contacts
    (until,) = [datetime.fromisoformat(value) for name, value in fields if name == "Expires"]
    assert timedelta(days=30) < until - house.clock() < timedelta(days=365)
    policies = [value for name, value in fields if name == "Policy"]
    assert f"https://security.example.org/p/{walk.PROJECT}/policy" in policies
    for _, value in fields:
        if value.startswith("https://security.example.org"):
            assert visitor.get(value.removeprefix("https://security.example.org")).status_code == 200


def test_the_policy_page_says_every_sentence_with_its_line(visitor: Client) -> None:
    shown = walk.page(visitor.get(f"/p/{walk.PROJECT}/policy"))
    assert "holds the final say when setting a public disclosure date" in shown.text
    assert "SECURITY.md:83" in shown.text
    assert len(shown.all("table")) == 1


def test_a_single_project_is_the_way_in(visitor: Client, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "WarehousePG" in visitor.get("/").content.decode()
    only = house.front.projects.get(walk.PROJECT)
    monkeypatch.setattr(house.front.projects, "all", lambda: [only])
    assert visitor.get("/").headers["Location"] == f"/p/{walk.PROJECT}/"


def test_machines_find_what_they_look_for(visitor: Client) -> None:
    assert visitor.get("/healthz").content == b"ok\n"
    assert b"Disallow: /p/*/return" in visitor.get("/robots.txt").content
    assert visitor.get("/favicon.ico").status_code == 204
    assert visitor.post("/healthz").status_code == 405


def test_the_room_works_on_its_four_ports_and_holds_nothing_else(visitor: Client, house: House, published: str) -> None:
    class Narrow:
        """A front with nothing but what the public room may look at."""

        site = house.front.site
        shelf = house.front.shelf
        projects = house.front.projects
        notary = house.front.notary
        tree = house.front.tree
        facts = house.desk.machine.facts
        now = staticmethod(house.front.now)

    site.current.append(Narrow())  # type: ignore[arg-type]
    addresses = ["/", f"/p/{walk.PROJECT}/", f"/p/{walk.PROJECT}/policy", LIST, LIST + published, FEED,
                 "/.well-known/security.txt", "/.well-known/tocsin-notary.json", "/healthz", "/robots.txt"]  # fmt: skip
    assert {visitor.get(address).status_code for address in addresses} == {200}
    site.current.pop()


def test_an_advisory_without_a_record_has_no_page(visitor: Client, many: list[str]) -> None:
    assert visitor.get(LIST + many[0]).status_code == 404


def test_only_the_door_of_disclosure_fills_the_shelf() -> None:
    with pytest.raises(TypeError):
        disclosure.Cleared(object(), project="x", advisory=None, digest="", revision=1, at=None)  # type: ignore[arg-type]
    assert Document.__struct_config__.frozen
