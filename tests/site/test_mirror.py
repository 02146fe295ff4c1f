# SPDX-License-Identifier: Apache-2.0
"""A provider's publications behind an air gap: the same files at the same places, checked against their hashes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.site.published import URL
from tests.site.test_tree import Place
from tocsin.services import site
from tocsin.services.mirror import Mirrored, NoProvider, mirror
from tocsin.testing.site import MemoryTree

DOCUMENT = re.compile(r"csaf(-2\.1)?/\d{4}/[^/]+\.json")
METADATA = ".well-known/csaf/provider-metadata.json"


class Wire:
    """The provider as it is reached, and what was asked."""

    def __init__(self, place: Place) -> None:
        self.tree = place.tree
        self.asked: list[str] = []

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        found = self.tree.file(url.removeprefix(f"{URL}/"))
        if found is None:
            raise OSError("404")
        return found.body


@pytest.fixture
def place() -> Place:
    made = Place()
    made.publish(1, 2, 3)
    site.grow(made.writer)
    site.assemble(made.writer, force=True)
    return made


def copy(place: Place, copied: MemoryTree) -> tuple[Mirrored, Wire]:
    wire = Wire(place)
    return mirror(wire, copied, URL), wire


def test_the_copy_is_the_original_at_the_same_places(place: Place) -> None:
    copied = MemoryTree(place.clock)
    done, _ = copy(place, copied)
    assert (done.kept, done.wrong) == (0, ())
    assert done.new >= 3
    assert METADATA in copied.files
    documents = [path for path in copied.files if DOCUMENT.fullmatch(path)]
    assert documents
    for path in copied.files:
        assert copied.files[path].body == place.tree.files[path].body
        if path in documents:
            assert f"{path}.sha256" in copied.files or f"{path}.sha512" in copied.files
            assert f"{path}.asc" in copied.files


def test_a_second_time_asks_for_nothing_that_is_there(place: Place) -> None:
    copied = MemoryTree(place.clock)
    first, _ = copy(place, copied)
    again, wire = copy(place, copied)
    assert (again.new, again.kept) == (0, first.new)
    assert [url for url in wire.asked if DOCUMENT.fullmatch(url.removeprefix(f"{URL}/"))] == []


def test_what_is_not_what_its_hash_says_is_not_kept(place: Place) -> None:
    path = next(path for path in place.tree.files if DOCUMENT.fullmatch(path))
    place.tree.write(path, b"{}")
    copied = MemoryTree(place.clock)
    done, _ = copy(place, copied)
    assert len(done.wrong) >= 1
    assert "hash" in done.wrong[0]
    assert path not in copied.files


def test_what_lies_with_somebody_else_is_not_fetched(place: Place) -> None:
    feed = next(path for path in place.tree.files if "feed" in path and path.endswith(".json") and "csaf" in path)
    body = place.tree.files[feed].body.replace(f"{URL}/csaf".encode(), b"https://elsewhere.example/csaf")
    place.tree.write(feed, body)
    done, wire = copy(place, MemoryTree(place.clock))
    assert not [url for url in wire.asked if "elsewhere" in url]
    assert done.wrong


def test_where_there_is_no_provider_it_says_so() -> None:
    def nothing(url: str) -> bytes:
        raise OSError("404")

    with pytest.raises(NoProvider, match="cannot be used"):
        mirror(nothing, MemoryTree(Place().clock), "https://nobody.example")

    def unreachable(url: str) -> bytes:
        raise OSError(f"{url} cannot be read: ConnectError")

    with pytest.raises(NoProvider) as told:
        mirror(unreachable, MemoryTree(Place().clock), "https://nobody.example")
    assert str(told.value).count("https://") == 1


ROLIE = {"distributions": [{"rolie": {"feeds": [{"url": f"{URL}/feed.json"}]}}]}


@pytest.mark.parametrize(
    ("metadata", "feed"),
    [
        ({"public_openpgp_keys": ["a key"], "distributions": ["a place", {"directory": "a place"}]}, {}),
        ({"public_openpgp_keys": None, "distributions": [{"rolie": None}]}, {}),
        ({"distributions": None}, {}),
        (ROLIE, {"feed": {"entry": None}}),
        (ROLIE, {"feed": {"entry": ["a document", {"link": None, "content": None}, {"link": [{"rel": []}]}]}}),
    ],
)
def test_a_provider_of_another_shape_is_copied_as_far_as_it_goes(
    place: Place, metadata: dict[str, Any], feed: dict[str, Any]
) -> None:
    there = {f"{URL}/{METADATA}": metadata, f"{URL}/feed.json": feed}

    def fetch(url: str) -> bytes:
        if url not in there:
            raise OSError("404")
        return json.dumps(there[url]).encode()

    assert mirror(fetch, MemoryTree(place.clock), URL).new == 0


def test_a_feed_that_is_none_is_named(place: Place) -> None:
    bodies = {f"{URL}/{METADATA}": json.dumps(ROLIE), f"{URL}/feed.json": '{"feed": []}'}
    with pytest.raises(NoProvider, match="no ROLIE feed"):
        mirror(lambda url: bodies[url].encode(), MemoryTree(place.clock), URL)
