# SPDX-License-Identifier: Apache-2.0
"""The published tree: what lies in it, what one more advisory costs it, and that it is always the shelf's."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import xml.etree.ElementTree as ET
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.site.published import PROJECT, URL, advisory, cleared, put
from tests.site.published import name as named
from tests.site.schemas import wrong_with_metadata
from tests.support import shared
from tocsin.adapters.publishers.site import FileTree
from tocsin.core.advisory import Advisory
from tocsin.core.advisory import model as adv
from tocsin.core.feeds.csaf import METADATA, Edition, metadata_path
from tocsin.core.policy.seeds import seed
from tocsin.services import publication, site
from tocsin.services.ports.site import Tree
from tocsin.services.security_txt import PATH
from tocsin.services.site.lines import HELD
from tocsin.services.site.writer import STATE, Writer
from tocsin.testing.shelf import MemoryShelf
from tocsin.testing.site import MemoryTree, OpenSigner
from tocsin.testing.world import MemoryProjects, VirtualClock

T0 = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


class Place:
    """A shelf, a tree and a clock."""

    def __init__(self, tree: Tree | None = None) -> None:
        self.clock = VirtualClock(T0)
        self.shelf, self.projects = MemoryShelf(), MemoryProjects()
        self.projects.adopt(seed("warehousepg") or "", "test", T0)
        self.tree = MemoryTree(self.clock)
        self.signer = OpenSigner()
        self.writer = Writer(
            shelf=self.shelf, projects=self.projects, tree=tree or self.tree, url=URL, now=self.clock,
            signer=self.signer,
        )  # fmt: skip

    def publish(self, *numbers: int, revision: int = 1) -> None:
        for number in numbers:
            put(self.shelf, self.signer, number, self.clock(), revision)

    def json(self, path: str) -> dict[str, object]:
        found = self.tree.file(path)
        assert found is not None, path
        return dict(json.loads(found.body))


@pytest.fixture
def place() -> Place:
    return Place()


def test_every_csaf_document_lies_in_its_year_with_hashes_and_signature(place: Place) -> None:
    place.publish(1, 2)
    assert site.grow(place.writer) == 2
    for edition in Edition:
        path = f"{edition.folder}/2025/whpg-sa-2025-001.json"
        body = place.tree.files[path].body
        document = json.loads(body)["document"]
        assert (document["csaf_version"], document["tracking"]["id"]) == (edition.value, "WHPG-SA-2025-001")
        assert document["tracking"]["initial_release_date"][:4] == "2025"
        for name in ("sha256", "sha512"):
            told = place.tree.files[f"{path}.{name}"].body.decode()
            assert told == f"{hashlib.new(name, body).hexdigest()}  whpg-sa-2025-001.json\n"
        assert place.tree.files[f"{path}.asc"].body.startswith(b"-----BEGIN PGP SIGNATURE-----")


def test_people_find_each_advisory_as_a_page_and_a_list_that_leads_there(place: Place) -> None:
    place.publish(1, 2)
    site.grow(place.writer)
    site.assemble(place.writer)
    folder = f"p/{PROJECT}/advisories"
    listing = place.tree.files[f"{folder}/index.html"].body.decode()
    for name in [
        path[len(folder) + 1 : -9]
        for path in place.tree.files
        if path.startswith(folder) and path.endswith(".osv.json")
    ]:
        assert f'href="{name}.html"' in listing
        page = place.tree.files[f"{folder}/{name}.html"].body.decode()
        assert name in page
        assert "<script" not in page


def test_the_canonical_address_in_a_document_is_where_it_lies(place: Place) -> None:
    place.publish(1)
    site.grow(place.writer)
    document = place.json("csaf/2025/whpg-sa-2025-001.json")["document"]
    assert isinstance(document, dict)
    (own,) = [each["url"] for each in document["references"] if each["summary"] == "Canonical URL"]
    assert place.tree.file(own.removeprefix(f"{URL}/")) is not None


@pytest.mark.parametrize("edition", list(Edition))
def test_the_lists_agree_with_what_lies_there(place: Place, edition: Edition) -> None:
    place.publish(*range(1, 8))
    place.publish(3, revision=2)
    site.grow(place.writer)
    assert site.assemble(place.writer)
    files, folder = place.tree.files, edition.folder
    lying = {path.removeprefix(f"{folder}/") for path in files
             if path.startswith(f"{folder}/20") and path.endswith(".json")}  # fmt: skip
    assert set(files[f"{folder}/index.txt"].body.decode().split()) == lying
    rows = list(csv.reader(io.StringIO(files[f"{folder}/changes.csv"].body.decode())))
    assert {path for path, _ in rows} == lying
    assert [at for _, at in rows] == sorted((at for _, at in rows), reverse=True)
    feed = json.loads(files[f"{folder}/{edition.feed}"].body)["feed"]
    assert {each["content"]["src"].removeprefix(f"{URL}/{folder}/") for each in feed["entry"]} == lying
    for each in feed["entry"]:
        for link in each["link"]:
            assert link["href"].removeprefix(f"{URL}/") in files
        assert [link["rel"] for link in each["link"]] == ["self", "hash", "hash", "signature"]
    years = [json.loads(files[f"{folder}/{edition.year_feed(year)}"].body)["feed"] for year in (2024, 2025, 2026)]
    assert sum(len(each["entry"]) for each in years) == len(feed["entry"]) == 7
    listing = files[f"{folder}/2025/index.html"].body.decode()
    assert 'href="whpg-sa-2025-001.json.asc"' in listing
    assert "<script" not in listing


def test_the_feed_meets_the_schema_of_the_reference_provider(place: Place) -> None:
    schema = json.loads(shared("standards", "csaf-distribution", "ROLIE_feed_json_schema.json").read_bytes())
    place.publish(*range(1, 5))
    site.grow(place.writer)
    site.assemble(place.writer)
    validator = jsonschema_rs.validator_for(schema)
    for edition in Edition:
        feed = place.json(f"{edition.folder}/{edition.feed}")
        wrong = [each.message for each in validator.iter_errors(feed) if "CLEAR" not in each.message]
        assert [each for each in wrong if edition is Edition.V20] == []
    assert [each.message for each in validator.iter_errors({"feed": {}})]


def test_the_metadata_meet_their_schemas_and_name_what_is_there(place: Place) -> None:
    place.publish(1, 2)
    site.grow(place.writer)
    site.assemble(place.writer)
    assert place.json(METADATA) == place.json(metadata_path(Edition.V20))
    for edition in Edition:
        found = place.json(metadata_path(edition))
        assert wrong_with_metadata(edition, found) == []
        assert wrong_with_metadata(edition, {**found, "role": "csaf_friend"}) != []
        assert found["role"] == "csaf_trusted_provider"
        urls = [url for url in _strings(found) if url.startswith(f"{URL}/") and not url.endswith("/report")]
        for url in urls:
            path = url.removeprefix(f"{URL}/")
            assert place.tree.file(f"{path}index.html" if path.endswith("/") else path) is not None, url


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each)]
    return [value] if isinstance(value, str) else []


def test_without_a_key_nobody_is_called_trusted() -> None:
    place = Place()
    open_writer = Writer(place.shelf, place.projects, place.tree, URL, place.clock)
    put(place.shelf, None, 1, T0)
    site.grow(open_writer)
    site.assemble(open_writer)
    found = place.json(METADATA)
    assert found["role"] == "csaf_provider"
    assert "public_openpgp_keys" not in found
    assert not [path for path in place.tree.files if path.endswith(".asc")]


def test_one_more_advisory_touches_the_same_few_files_whatever_lies_there(place: Place) -> None:
    touched = []
    for batch in (range(1, 11), range(11, 131)):
        place.publish(*batch)
        while site.grow(place.writer):
            pass
        place.tree.written.clear()
        place.publish(batch.stop + 500)
        assert site.grow(place.writer) == 1
        touched.append(len(place.tree.written))
        assert sum(len(place.tree.files[path].body) for path in place.tree.written) < 400_000
    assert touched[0] == touched[1]


def test_growing_again_writes_nothing(place: Place) -> None:
    place.publish(1, 2)
    site.grow(place.writer)
    site.assemble(place.writer)
    place.tree.written.clear()
    assert site.grow(place.writer) == 0
    assert not site.assemble(place.writer)
    assert place.tree.written == []


def test_lists_are_written_at_most_once_a_minute_and_daily(place: Place) -> None:
    place.publish(1)
    site.grow(place.writer)
    assert site.assemble(place.writer)
    place.publish(2)
    site.grow(place.writer)
    place.clock.advance(timedelta(seconds=59))
    assert not site.assemble(place.writer)
    place.clock.advance(timedelta(seconds=1))
    assert site.assemble(place.writer)
    place.clock.advance(timedelta(hours=23))
    assert site.assemble(place.writer), "security.txt has a new date"


def _public(tree: MemoryTree) -> dict[str, bytes]:
    return {path: each.body for path, each in tree.files.items() if path != STATE and not path.startswith(HELD)}


@settings(max_examples=12)
@given(turns=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 70), st.booleans()), min_size=1, max_size=12))
def test_a_tree_that_grew_in_any_order_is_the_one_that_is_made_at_once(turns: list[tuple[int, int, bool]]) -> None:
    """New advisories and revisions of old ones, over months, with lists in between or not."""
    place, revisions = Place(), dict[int, int]()
    for number, days, lists in turns:
        place.clock.advance(timedelta(days=days))
        revisions[number] = revisions.get(number, 0) + 1
        put(place.shelf, place.signer, number, place.clock(), revisions[number], first=T0 + timedelta(days=31 * number))
        site.grow(place.writer)
        if lists:
            site.assemble(place.writer)
    place.clock.advance(timedelta(days=1))
    site.assemble(place.writer)
    anew = MemoryTree(place.clock)
    writer = replace(place.writer, tree=anew)
    while site.grow(writer):
        pass
    site.assemble(writer)
    assert _public(anew) == _public(place.tree)


def test_one_more_advisory_makes_the_lists_of_its_month_anew_and_of_no_other(place: Place) -> None:
    place.publish(1, 2, 3)
    site.grow(place.writer)
    site.assemble(place.writer)
    place.tree.written.clear()
    place.publish(4, revision=1)
    place.clock.advance(timedelta(minutes=1))
    site.grow(place.writer)
    assert site.assemble(place.writer)
    assert {path for path in place.tree.written if path.startswith("lists/")} == {
        f"lists/2025-03.{kind}" for kind in ("rows", "csaf", "csaf-2.1")
    }
    years = {path for path in place.tree.written if "feed-tlp-white-" in path or "/index.html" in path}
    assert years >= {"csaf/feed-tlp-white-2025.json", "csaf/2025/index.html"}
    assert not [path for path in years if "2024" in path or "2026" in path]


@pytest.mark.parametrize("path", ["lists/2025-03.rows", "lists/2026-03.csaf", "lists/2024-03.csaf-2.1"])
def test_what_is_kept_of_a_month_and_lost_or_damaged_is_made_again(place: Place, path: str) -> None:
    place.publish(1, 2, 3)
    site.grow(place.writer)
    site.assemble(place.writer)
    before = _public(place.tree)
    for damage in (None, b"", before[path][:-1], b"\xc1"):
        place.tree.files.pop(path)
        if damage is not None:
            place.tree.write(path, damage)
        place.clock.advance(timedelta(days=1))
        assert site.assemble(place.writer)
        assert _public(place.tree) | {PATH: b""} == before | {PATH: b""}


def test_compressed_lists_are_one_stream_that_every_reader_understands(place: Place) -> None:
    place.publish(1, 2, 3)
    site.grow(place.writer)
    site.assemble(place.writer)
    packed = [path for path in place.tree.files if path.endswith(".gz")]
    assert len(packed) > 10
    for path in packed:
        reader = zlib.decompressobj(wbits=31)
        body = reader.decompress(place.tree.files[path].body)
        assert (body, reader.eof, reader.unused_data) == (place.tree.files[path[:-3]].body, True, b"")


def test_the_dump_rests_the_longer_the_longer_it_takes(place: Place) -> None:
    place.publish(1)
    site.grow(place.writer)
    site.assemble(place.writer)
    place.writer.keep(msgspec.structs.replace(place.writer.state(), dump_cost=6.0, cost=0.0))
    place.publish(2)
    site.grow(place.writer)
    place.clock.advance(timedelta(minutes=59))
    place.tree.written.clear()
    assert site.assemble(place.writer)
    assert "osv/modified_id.csv" in place.tree.written
    assert "osv/all.zip" not in place.tree.written
    assert not place.writer.settled()
    place.clock.advance(timedelta(minutes=1))
    assert site.assemble(place.writer)
    assert "osv/all.zip" in place.tree.written
    assert place.writer.settled()


def test_a_lost_tree_is_made_again_byte_for_byte(place: Place) -> None:
    place.publish(*range(1, 60))
    while site.grow(place.writer, 7):
        pass
    site.assemble(place.writer)
    before = _public(place.tree)
    place.tree.files.clear()
    while site.grow(place.writer):
        pass
    site.assemble(place.writer)
    assert _public(place.tree) == before


def test_a_new_address_makes_the_tree_anew(place: Place) -> None:
    place.publish(1)
    site.grow(place.writer)
    moved = Writer(place.shelf, place.projects, place.tree, "https://new.example.org", place.clock, place.signer)
    assert site.grow(moved) == 1
    assert b"https://new.example.org/p/warehousepg" in place.tree.files[f"p/{PROJECT}/advisories.atom"].body


def test_feeds_go_back_page_by_page_and_full_pages_stay(place: Place) -> None:
    place.publish(*range(1, 121))
    while site.grow(place.writer):
        pass
    full = place.tree.files[f"p/{PROJECT}/feed/1.atom"].body
    address, seen, archived = f"{URL}/p/{PROJECT}/advisories.atom", [], []
    while address:
        feed = ET.fromstring(place.tree.files[address.removeprefix(f"{URL}/")].body)
        seen += [str(each.text) for each in feed.iterfind(f"{ATOM}entry/{ATOM}id")]
        links = {each.get("rel"): each.get("href") for each in feed.iterfind(f"{ATOM}link")}
        assert links["self"] == address
        archived.append(feed.find("{http://purl.org/syndication/history/1.0}archive") is not None)
        address = links.get("prev-archive") or ""
    assert len(set(seen)) == 120
    assert archived == [False, True, True]
    place.publish(*range(121, 140))
    site.grow(place.writer)
    assert place.tree.files[f"p/{PROJECT}/feed/1.atom"].body == full


def test_the_three_feeds_say_the_same_and_none_takes_words_for_markup(place: Place) -> None:
    place.publish(1, 2)
    site.grow(place.writer)
    atom = ET.fromstring(place.tree.files[f"p/{PROJECT}/advisories.atom"].body)
    rss = ET.fromstring(place.tree.files[f"p/{PROJECT}/advisories.rss"].body)
    items = place.json(f"p/{PROJECT}/advisories.json")["items"]
    assert isinstance(items, list)
    title = "High: Out-of-bounds read no. 2 in <demo_ext> & friends"
    assert atom.findtext(f"{ATOM}entry/{ATOM}title") == rss.findtext("channel/item/title") == items[0]["title"] == title
    summary = atom.find(f"{ATOM}entry/{ATOM}summary")
    assert summary is not None
    assert summary.get("type") == "text"
    assert str(rss.findtext("channel/item/description")).startswith("A logged-in user reads memory")
    assert atom.findtext(f"{ATOM}entry/{ATOM}id") == items[0]["id"] == rss.findtext("channel/item/guid")


def test_rss_descriptions_are_html_and_so_are_escaped_twice() -> None:
    from tocsin.core.feeds import rss
    from tocsin.core.feeds.entry import Entry, Page

    page = Page(title="t", home="h", this="x", current="x", updated=T0, author="a")
    entry = Entry(id="i", link="l", title="<b>1 < 2</b>", summary="<img src=x> & \u202emore", published=T0, updated=T0)
    item = ET.fromstring(rss.render(page, [entry])).find("channel/item")
    assert item is not None
    assert item.findtext("description") == "&lt;img src=x&gt; &amp; [U+202E]more"
    assert item.findtext("title") == "<b>1 < 2</b>"


def test_the_osv_dump_holds_the_newest_of_each(place: Place) -> None:
    place.publish(1, 2)
    place.publish(1, revision=2)
    site.grow(place.writer)
    site.assemble(place.writer)
    with zipfile.ZipFile(io.BytesIO(place.tree.files["osv/all.zip"].body)) as archive:
        assert archive.testzip() is None
        inside = {name: archive.read(name) for name in archive.namelist()}
    assert inside == {
        path.removeprefix("osv/"): each.body for path, each in place.tree.files.items()
        if path.startswith("osv/x_") and path.endswith(".json")
    }  # fmt: skip
    lines = place.tree.files["osv/modified_id.csv"].body.decode().splitlines()
    assert [line.split(",")[1] for line in lines] == ["x_WHPG-SA-2026-002", "x_WHPG-SA-2025-001"]


def test_plain_files_are_the_same_tree(tmp_path: Path) -> None:
    on_disk = Place(FileTree(tmp_path / "tree"))
    in_memory = Place()
    for place in (on_disk, in_memory):
        place.publish(*range(1, 56))
        while site.grow(place.writer):
            pass
        site.assemble(place.writer)
    root = tmp_path / "tree"
    lying = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    wanted = {path: each.body for path, each in in_memory.tree.files.items()}
    for held in (lying, wanted):
        held.pop(STATE)
    assert lying.keys() == wanted.keys()
    assert {path for path in lying if lying[path] != wanted[path]} <= {p for p in lying if p.endswith(".gz")}
    assert {path.stat().st_mode & 0o777 for path in root.rglob("*.json")} == {0o644}


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../b", ".git/config", "a//b", "", "a/", "a\0b", "ä"])
def test_no_path_leads_out_of_the_tree(tmp_path: Path, path: str) -> None:
    tree = FileTree(tmp_path)
    assert tree.file(path) is None
    assert tree.changed(path) is None
    with pytest.raises(ValueError, match="no place"):
        tree.write(path, b"x")


def test_a_file_is_written_where_bytes_differ_and_left_alone_where_they_do_not(tmp_path: Path) -> None:
    tree, lies = FileTree(tmp_path), tmp_path / "a" / "b.json"
    tree.write("a/b.json", b"one")
    first = lies.stat().st_ino
    tree.write("a/b.json", b"one")
    assert lies.stat().st_ino == first
    for body in (b"two", b"four", b""):
        tree.write("a/b.json", body)
        assert lies.read_bytes() == body
    assert [path.name for path in lies.parent.iterdir()] == ["b.json"]


def _in_line(place: Place, line: str) -> list[str]:
    feed = ET.fromstring(place.tree.files[f"p/{PROJECT}/line/{line}.atom"].body)
    return [str(each.findtext(f"{ATOM}id")).rpartition("/")[2] for each in feed.findall(f"{ATOM}entry")]


def test_each_release_line_has_a_feed_of_its_own_with_the_newest_first(place: Place) -> None:
    place.publish(1, 2)
    site.grow(place.writer)
    place.clock.advance(timedelta(hours=1))
    place.publish(3)
    site.grow(place.writer)
    assert _in_line(place, "7.3") == _in_line(place, "7.4") == [named(3), named(2), named(1)]
    told = place.json(f"p/{PROJECT}/line/7.3.json")
    assert told["feed_url"] == f"{URL}/p/{PROJECT}/line/7.3.json"
    assert "7.3" in str(told["title"])
    place.publish(1, revision=2)
    site.grow(place.writer)
    assert _in_line(place, "7.3") == [named(1), named(3), named(2)]


def test_a_revision_that_names_a_line_no_more_leaves_its_feed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.publish(1, 2)
    site.grow(place.writer)
    monkeypatch.setattr(Advisory, "concerned_lines", frozenset({"7.4", "../../etc", "a b"}))
    place.publish(2, revision=2)
    site.grow(place.writer)
    assert _in_line(place, "7.3") == [named(1)]
    assert _in_line(place, "7.4") == [named(2), named(1)]
    assert {path for path in place.tree.files if "/line/" in path} == {
        f"p/{PROJECT}/line/{line}.{kind}" for line in ("7.3", "7.4") for kind in ("atom", "json")
    }


def test_the_feed_of_a_line_is_the_same_in_a_tree_that_is_made_anew(place: Place) -> None:
    place.publish(*range(1, 61))
    site.grow(place.writer, limit=7)
    while site.grow(place.writer, limit=7):
        pass
    grown = {path: each.body for path, each in place.tree.files.items() if "/line/" in path}
    assert len(_in_line(place, "7.3")) == 50
    place.tree.files.clear()
    while site.grow(place.writer):
        pass
    assert {path: each.body for path, each in place.tree.files.items() if "/line/" in path} == grown


def test_what_is_read_at_every_look_does_not_grow_with_what_was_published(place: Place) -> None:
    """Negative control: what the feeds of lines hold stood here, of every project, and came to megabytes."""
    place.publish(1)
    site.grow(place.writer)
    before = len(place.tree.files[STATE].body)
    place.publish(*range(2, 60))
    while site.grow(place.writer, 10):
        pass
    assert len(_in_line(place, "7.3")) == 50
    assert len(place.tree.files[STATE].body) <= before + 100


def test_what_the_feeds_of_lines_hold_is_asked_of_the_project_that_publishes_alone(place: Place) -> None:
    other = f"{HELD}/community.json"
    place.tree.write(other, b"what would be misread")
    place.tree.written.clear()
    place.publish(1)
    site.grow(place.writer)
    assert place.tree.files[other].body == b"what would be misread"
    assert f"{HELD}/{PROJECT}.json" in place.tree.written


def test_where_the_feeds_of_lines_are_forgotten_everything_is_filed_again(place: Place) -> None:
    place.publish(1)
    site.grow(place.writer)
    place.tree.write(f"{HELD}/{PROJECT}.json", b"{")
    place.publish(2)
    while site.grow(place.writer):
        pass
    assert [each[-3:] for each in _in_line(place, "7.3")] == ["002", "001"]


def test_no_file_of_the_tree_names_somebody_without_consent_or_tells_what_others_scored(place: Place) -> None:
    secret = (b"Shy Finder", b"Some Vendor")
    shy, glad = adv.Credit(name="Shy Finder"), adv.Credit(name="Glad Finder", consented=True)
    record = advisory(1, T0)
    other = adv.Score(vector="CVSS:4.0/AV:L/AC:H/AT:N/PR:H/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N", scorer="Some Vendor")
    record = msgspec.structs.replace(record, credits=(shy, glad), scores=(*record.scores, other))
    allowed = cleared(record, T0)
    made = publication.signed_by(place.signer, publication.documents(record))
    assert not [each for each in made if any(told in each.body for told in secret)]
    whole = msgspec.json.encode(record)
    assert all(each in whole for each in secret), "as earlier versions stored it"
    made = tuple(
        msgspec.structs.replace(each, body=whole) if each.format == publication.RECORD else each for each in made
    )
    place.shelf.put(allowed, made, publication.card(allowed))
    site.grow(place.writer)
    given = place.json(f"p/warehousepg/advisories/{record.id}.record.json")
    assert [each["name"] for each in given["credits"]] == ["Glad Finder"]  # type: ignore[attr-defined]
    telling = [path for path, file in place.tree.files.items() if any(each in file.body for each in secret)]
    assert not telling
