# SPDX-License-Identifier: Apache-2.0
"""Drafts that are TLP:AMBER or TLP:RED: listed and given out to who may read their cases, and to nobody else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import PROJECT, Half
from tests.api.test_story import DRAFT, li, ready, reported
from tests.desk.story import second
from tests.site.schemas import wrong_with_feed, wrong_with_metadata
from tocsin.core.feeds.csaf import Edition
from tocsin.core.vocabulary import Role
from tocsin.core.wire.access import Scope
from tocsin.services import restricted, worker
from tocsin.services.documents.lint import lint
from tocsin.testing.house import House

HERE = f"/projects/{PROJECT}/csaf"


@pytest.fixture
def drafted(house: House, desk: Half, front: Half) -> str:
    ref = reported(front)
    ready(house, desk, ref)
    desk.move(ref, "draft-advisory", DRAFT)
    return ref


def walked(desk: Half) -> dict[str, list[dict[str, Any]]]:
    """The entries of each feed, found from the metadata on."""
    metadata = desk.get(f"{HERE}/provider-metadata.json")
    (distribution,) = metadata["distributions"]
    found = {}
    for each in distribution["rolie"]["feeds"]:
        found[each["tlp_label"]] = desk.get(below(each["url"]))["feed"]["entry"]
    return found


def below(url: str) -> str:
    return url.partition("/api/v1")[2]


def test_a_draft_is_red_until_somebody_outside_is_told_and_amber_from_then_on(drafted: str, desk: Half) -> None:
    found = walked(desk)
    assert [each["title"] for each in found["RED"]] == [DRAFT["title"]]
    assert found["AMBER"] == []
    desk.move(drafted, "invite", {"part": "vendor", "name": "Acme", "why": "They ship it."})
    found = walked(desk)
    assert (len(found["RED"]), len(found["AMBER"])) == (0, 1)
    document = desk.get(below(found["AMBER"][0]["content"]["src"]))
    assert document["document"]["distribution"]["tlp"]["label"] == "AMBER"
    assert "AMBER+STRICT" in document["document"]["distribution"]["text"]
    assert document["document"]["tracking"]["status"] == "draft"


def test_a_document_has_its_hashes_and_passes_the_standards_tests(drafted: str, desk: Half, house: House) -> None:
    (entry,) = walked(desk)["RED"]
    links = {each["rel"]: below(each["href"]) for each in entry["link"] if each["rel"] != "hash"}
    body = desk("GET", links["self"]).content
    assert json.loads(body)["document"]["distribution"]["tlp"]["label"] == "RED"
    for name in ("sha256", "sha512"):
        told = desk("GET", f"{links['self']}.{name}").content.decode().split()[0]
        assert told == hashlib.new(name, body).hexdigest()
    wrong = [each for each in lint("d.json", body, house.desk.now()).findings if each.severity == "error"]
    assert wrong == []


def test_metadata_and_feeds_meet_their_schemas(drafted: str, desk: Half) -> None:
    assert wrong_with_metadata(Edition.V20, desk.get(f"{HERE}/provider-metadata.json")) == []
    for name in ("amber", "red"):
        assert wrong_with_feed(desk.get(f"{HERE}/feed-tlp-{name}.json")) == []


def test_strangers_learn_nothing_and_people_without_a_part_learn_nothing(
    drafted: str, house: House, desk: Half, front: Half, token: Callable[..., str], member: Callable[..., str]
) -> None:
    (entry,) = walked(desk)["RED"]
    places = [f"{HERE}/provider-metadata.json", f"{HERE}/feed-tlp-red.json", below(entry["content"]["src"])]
    narrow = Half("desk", token("", Scope.WRITE))
    nothing = desk("GET", "/projects/none/csaf/provider-metadata.json").content
    for place in places:
        assert Half("desk")("GET", place).status_code == 401
        assert Half("desk", "wrong")("GET", place).status_code == 401
        assert front("GET", place).status_code == 404
        assert narrow("GET", place).status_code == 403
    other = second(house)
    away = Half("desk", token(member("Else", other, Role.OWNER), project=other))
    for place in places:
        answer = away("GET", place)
        assert (answer.status_code, answer.content) == (404, nothing)
    assert DRAFT["title"] not in str(front("GET", "/advisories").content)


def test_a_token_for_one_project_reads_no_draft_of_another_and_a_distributor_reads_none(
    drafted: str, house: House, desk: Half, token: Callable[..., str]
) -> None:
    (entry,) = walked(desk)["RED"]
    places = ["provider-metadata.json", "feed-tlp-red.json", below(entry["content"]["src"]).partition("/csaf/")[2]]
    other = second(house)
    both = {PROJECT: frozenset({Role.OWNER}), other: frozenset({Role.OWNER})}
    away = Half("desk", token(house.desk.people.add("Bo", "bo@example.org", both).id, project=other))
    packer = house.desk.people.add("Pat", "pat@example.org", {PROJECT: frozenset({Role.DISTRIBUTOR})}).id
    for place in places:
        assert away("GET", f"{HERE}/{place}").status_code == 404
        assert restricted.file(house.desk, packer, PROJECT, place) is None
        assert restricted.file(house.desk, house.dana, PROJECT, place) is not None, "while a member reads it"


def test_what_is_published_is_listed_among_drafts_no_more(drafted: str, desk: Half, house: House) -> None:
    (entry,) = walked(desk)["RED"]
    seen = desk.get(f"/cases/{drafted}/advisory")
    order = {"confirmation": seen["advisory_id"], "digest": seen["digest"]}
    desk("POST", f"/cases/{drafted}/moves/publish", order)
    (wish,) = desk.get(f"/cases/{drafted}")["asks"]
    li(house).move(drafted, "approve", {"digest": wish["digest"]})
    worker.run_once(house.desk)
    assert desk.get(f"/cases/{drafted}")["phase"] == "published"
    assert walked(desk) == {"AMBER": [], "RED": []}
    assert desk("GET", below(entry["content"]["src"])).status_code == 404
    assert house.desk.drafts[PROJECT] == {}, "and nothing of it stays in memory"


def test_a_list_that_is_asked_for_again_opens_no_case(drafted: str, desk: Half, house: House) -> None:
    walked(desk)
    before = house.desk.drafts.copy()
    assert list(before[PROJECT]) == [drafted]
    walked(desk)
    assert house.desk.drafts == before
    desk.move(drafted, "draft-advisory", DRAFT | {"title": "A better title"})
    assert [each["title"] for each in walked(desk)["RED"]] == ["A better title"]
