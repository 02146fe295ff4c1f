# SPDX-License-Identifier: Apache-2.0
"""The contract of the public shelf, on every store. Everything put there went through `core.disclosure.clear`."""

from __future__ import annotations

import ast
import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

import tocsin.adapters.db.shelf
from tests.store.stores import OTHER, T0, WHPG, Stores
from tocsin.core.advisory.model import Advisory, Project, Publisher, Tlp, Urls
from tocsin.core.case.model import Case
from tocsin.core.case.tables import RM
from tocsin.core.disclosure import Cleared, clear, digest
from tocsin.core.intake import Report
from tocsin.services.ports.shelf import Document, ShelfCard

ID = "WHPG-SA-2026-001"
DAY = timedelta(days=1)


def cleared(advisory_id: str = ID, revision: int = 1, project: str = WHPG) -> Cleared:
    """The given revision of an advisory, cleared as the product would."""
    advisory = Advisory(
        id=advisory_id,
        project=Project(id=project, name=project, url="https://example.org"),
        publisher=Publisher(name=project, namespace="https://example.org"),
        urls=Urls(page=f"https://example.org/{advisory_id}"),
        title="A title",
        summary="A summary",
        details="Details",
        products=(),
    )
    case = Case(
        ref="WHPG-2026-k7x4m",
        project=project,
        policy="",
        seq=9,
        report=Report(title="A title", reproduce="Steps", version="1.0"),
        received_at=T0,
        updated_at=T0,
        rm=RM.ACCEPTED,
        ordered_digest=digest(advisory),
        revisions=tuple((number, T0, "") for number in range(1, revision)),
    )
    answer = clear(case, advisory, T0)
    assert isinstance(answer, Cleared)
    return answer


def card(advisory_id: str = ID, published_at: datetime = T0, **changes: object) -> ShelfCard:
    values: dict[str, object] = {
        "project": WHPG, "title": "Ein Titel “✓”", "summary": "A summary", "severity": "high", "score": 8.8,
        "cve_id": "CVE-2026-12345", "affected": "7.0 to 7.4", "fixed": "7.4.1", "modified_at": published_at,
    }  # fmt: skip
    return ShelfCard(id=advisory_id, published_at=published_at, **values | changes)


def document(format_name: str, body: bytes = b"\x00\xff body") -> Document:
    sha256 = hashlib.sha256(body).hexdigest()
    return Document(name=f"{ID}.{format_name}", format=format_name, media_type="text/plain", body=body, sha256=sha256)


def test_what_is_put_on_the_shelf_is_read_back_byte_for_byte(stores: Stores) -> None:
    documents = (document("text"), document("csaf", b"{}"), document("empty", b""))
    documents += (msgspec.structs.replace(document("signed"), signature="-----BEGIN PGP SIGNATURE-----"),)
    stores.shelf_writer.put(cleared(), documents, card())
    assert stores.shelf.card(ID) == card()
    assert tuple(stores.shelf.documents(ID)) == documents
    assert stores.shelf.document(ID, "csaf") == documents[1]
    assert stores.shelf.in_format([ID, "WHPG-SA-2026-009"], "csaf") == {ID: documents[1]}
    assert stores.shelf.in_format([ID], "osv") == {}
    assert stores.shelf.named([ID, "WHPG-SA-2026-009"]) == {ID: stores.shelf.card(ID)}


def test_what_was_never_published_is_not_there(stores: Stores) -> None:
    stores.shelf_writer.put(cleared(), (document("text"),), card())
    assert stores.shelf.card("WHPG-SA-2026-002") is None
    assert stores.shelf.document(ID, "csaf") is None
    assert stores.shelf.document("WHPG-SA-2026-002", "text") is None
    assert list(stores.shelf.documents("WHPG-SA-2026-002")) == []
    assert list(stores.shelf.cards(OTHER)) == []


def test_a_new_revision_replaces_the_old_one_whole(stores: Stores) -> None:
    stores.shelf_writer.put(cleared(), (document("text"), document("osv")), card())
    stores.shelf_writer.put(cleared(revision=2), (document("text", b"second"),), card(title="Second"))
    assert stores.shelf.card(ID) == card(title="Second")
    assert list(stores.shelf.documents(ID)) == [document("text", b"second")]


def test_publishing_twice_is_publishing_once(stores: Stores) -> None:
    for _ in range(2):
        stores.shelf_writer.put(cleared(), (document("text"),), card())
    assert list(stores.shelf.cards(WHPG)) == [card()]
    assert list(stores.shelf.documents(ID)) == [document("text")]


def test_a_revision_that_comes_late_changes_nothing(stores: Stores) -> None:
    stores.shelf_writer.put(cleared(revision=2), (document("text", b"second"),), card(title="Second"))
    stores.shelf_writer.put(cleared(revision=1), (document("text"), document("osv")), card())
    assert stores.shelf.card(ID) == card(title="Second")
    assert list(stores.shelf.documents(ID)) == [document("text", b"second")]


@pytest.mark.parametrize("wrong", [card("WHPG-SA-2026-002"), card(project=OTHER)], ids=["advisory", "project"])
def test_a_card_of_something_else_is_never_put(stores: Stores, wrong: ShelfCard) -> None:
    with pytest.raises(ValueError, match="card"):
        stores.shelf_writer.put(cleared(), (document("text"),), wrong)
    assert list(stores.shelf.cards(WHPG)) == list(stores.shelf.cards(OTHER)) == []


def test_cards_come_newest_first_in_pages(stores: Stores) -> None:
    for number, days in ((1, 0), (2, 2), (3, 1), (4, 1), (5, 0)):
        name = f"WHPG-SA-2026-00{number}"
        stores.shelf_writer.put(cleared(name), (), card(name, T0 + days * DAY))
    seen: list[str] = []
    after = None
    while page := stores.shelf.cards(WHPG, after, 2):
        seen += [each.id[-1] for each in page]
        after = (page[-1].published_at, page[-1].id)
    assert seen == ["2", "4", "3", "5", "1"]


def test_publications_are_numbered_for_the_installation_and_for_each_project(stores: Stores) -> None:
    put = stores.shelf_writer.put
    put(cleared("WHPG-SA-2026-001"), (), card("WHPG-SA-2026-001"))
    put(cleared("OTHER-SA-2026-001", project=OTHER), (), card("OTHER-SA-2026-001", project=OTHER))
    put(cleared("WHPG-SA-2026-001"), (), card("WHPG-SA-2026-001"))
    put(cleared("WHPG-SA-2026-001", revision=2), (), card("WHPG-SA-2026-001", T0 + DAY, title="Second"))
    shelf = stores.shelf
    assert shelf.serial() == 3
    assert [(each.serial, each.number, each.card.title) for each in shelf.publications(1, 5)] == [
        (2, 1, card().title),
        (3, 2, "Second"),
    ]
    assert [each.serial for each in shelf.newest(WHPG)] == [3, 1]
    assert [each.number for each in shelf.newest(WHPG, before=2)] == [1]
    assert list(shelf.publications(3, 5)) == []


def test_advisories_are_listed_by_their_last_change(stores: Stores) -> None:
    for number, days in ((1, 0), (2, 2), (3, 1)):
        name = f"WHPG-SA-2026-00{number}"
        stores.shelf_writer.put(cleared(name), (), card(name, T0 + days * DAY))
    first = stores.shelf.changed(limit=2)
    after = (first[-1].modified_at, first[-1].id)
    assert [each.id[-1] for each in (*first, *stores.shelf.changed(after))] == ["2", "3", "1"]


def test_advisories_are_found_by_when_they_were_published_first(stores: Stores) -> None:
    listed = (("WHPG-SA-2026-001", WHPG, 0), ("WHPG-SA-2026-002", WHPG, 2), ("OTHER-SA-2026-003", OTHER, 1))
    for name, project, days in listed:
        put = card(name, T0 + days * DAY, project=project)
        stores.shelf_writer.put(cleared(name, project=project), (), put)
    found = stores.shelf.first_published(T0, T0 + 2 * DAY)
    assert [each.id for each in found] == ["OTHER-SA-2026-003", "WHPG-SA-2026-001"]
    assert list(stores.shelf.first_published(T0 + 3 * DAY, T0 + 30 * DAY)) == []


def test_what_is_not_for_everybody_is_never_put(stores: Stores) -> None:
    secret = cleared()
    secret.advisory = msgspec.structs.replace(secret.advisory, tlp=Tlp.AMBER)
    with pytest.raises(ValueError, match="TLP:AMBER"):
        stores.shelf_writer.put(secret, (document("text"),), card())
    assert stores.shelf.serial() == 0


def test_the_reader_of_the_shelf_knows_no_case() -> None:
    tree = ast.parse(Path(tocsin.adapters.db.shelf.__file__).read_text("utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name for name in imported if name.startswith("tocsin.")} == {
        "tocsin.adapters.db.database",
        "tocsin.adapters.db.models.shelf",
        "tocsin.adapters.db.statements",
        "tocsin.core.vocabulary",
        "tocsin.services.ports.shelf",
    }
