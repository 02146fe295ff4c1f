# SPDX-License-Identifier: Apache-2.0
"""What a CSAF provider publishes, copied into a tree of files: for those who may not ask the provider themselves.

Everything is found the way CSAF 2.0 says (7.1: provider metadata, ROLIE feeds, documents with hash and signature), and
kept at the path that it has there, so the copy is served as the original, with the provider's keys and its lists of
documents. A document that does not have the hash that stands beside it is not kept. What is there already, by its hash,
is not asked for again. Whether a copy holds together is `services.feed_verify`'s question.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import msgspec

from tocsin.core.feeds.csaf import METADATA
from tocsin.services.loose import mapping, mappings
from tocsin.services.ports.fetch import Fetch
from tocsin.services.ports.site import Tree

_ALGORITHMS: Final = {64: "sha256", 128: "sha512"}
"""By the length of a hash in hexadecimal (CSAF 2.0, 7.1.18)."""


class Mirrored(msgspec.Struct, frozen=True):
    """What was done: documents that are new, that were there, and what was wrong with others."""

    new: int
    kept: int
    wrong: tuple[str, ...]


class NoProvider(Exception):
    """There is no CSAF provider at the address; the message says why."""


def mirror(fetch: Fetch, tree: Tree, address: str) -> Mirrored:
    """Copy what the provider at `address` (https://host) publishes. Raises NoProvider; a document that cannot be had,
    or is not what its hash says, is named and the others go on."""
    origin = address.rstrip("/")
    metadata = _json(fetch, tree, f"{origin}/{METADATA}", origin)
    new = kept = 0
    wrong: list[str] = []
    for entry in _entries(fetch, tree, metadata, origin):
        links = [(str(link.get("rel")), str(link.get("href"))) for link in mappings(entry.get("link"))]
        url = str(mapping(entry.get("content")).get("src") or dict(links).get("self"))
        try:
            done = _document(fetch, tree, url, links, origin)
        except (OSError, ValueError) as error:
            wrong.append(f"{url}: {error}")
        else:
            new, kept = new + done, kept + (not done)
    for url in _besides(metadata):
        try:
            tree.write(_path(url, origin), fetch(url))
        except (OSError, ValueError) as error:
            wrong.append(f"{url}: {error}")
    tree.flush()
    return Mirrored(new=new, kept=kept, wrong=tuple(wrong))


def _entries(fetch: Fetch, tree: Tree, metadata: dict[str, Any], origin: str) -> Iterator[dict[str, Any]]:
    for distribution in mappings(metadata.get("distributions")):
        for feed in mappings(mapping(distribution.get("rolie")).get("feeds")):
            found = _json(fetch, tree, url := str(feed.get("url")), origin).get("feed")
            if not isinstance(found, dict):
                raise NoProvider(f"{url} is no ROLIE feed")
            yield from mappings(found.get("entry"))


def _besides(metadata: dict[str, Any]) -> Iterator[str]:
    """What a copy is verified with: the keys, and the lists of each folder of documents (7.1.20, 7.1.12, 7.1.13)."""
    for key in mappings(metadata.get("public_openpgp_keys")):
        yield str(key.get("url"))
    for distribution in mappings(metadata.get("distributions")):
        folder = distribution.get("directory_url") or mapping(distribution.get("directory")).get("url")
        if folder:
            yield from (f"{str(folder).rstrip('/')}/{name}" for name in ("index.txt", "changes.csv"))


def _document(fetch: Fetch, tree: Tree, url: str, links: Sequence[tuple[str, str]], origin: str) -> bool:
    """Keep one document with every hash and signature beside it; False where it was there already."""
    path = _path(url, origin)
    hashes = {place: fetch(place) for kind, place in links if kind == "hash"}
    sums = [wanted for each in hashes.values() if (wanted := _sum(each))]
    standing = tree.file(path)
    known = bool(standing and sums and _is(standing.body, sums))
    if not known:
        body = fetch(url)
        if not _is(body, sums):
            raise ValueError("it is not what its hash says, and was not kept")
        tree.write(path, body)
    for place, each in hashes.items():
        tree.write(_path(place, origin), each)
    for place in (place for kind, place in links if kind == "signature"):
        if not (known and tree.file(_path(place, origin))):
            tree.write(_path(place, origin), fetch(place))
    return not known


def _sum(file: bytes) -> str:
    """The hash that a file beside a document states, where it is one of those that CSAF knows; else ""."""
    words = file.split(maxsplit=1)
    stated = words[0].decode("ascii", "replace").lower() if words else ""
    return stated if len(stated) in _ALGORITHMS else ""


def _is(body: bytes, sums: Iterable[str]) -> bool:
    return all(hashlib.new(_ALGORITHMS[len(each)], body).hexdigest() == each for each in sums)


def _json(fetch: Fetch, tree: Tree, url: str, origin: str) -> dict[str, Any]:
    path = _path(url, origin)
    try:
        body = fetch(url)
        found = json.loads(body)
    except (OSError, ValueError, RecursionError) as error:
        raise NoProvider(str(error) if url in str(error) else f"{url} cannot be used: {error}") from None
    if not isinstance(found, dict):
        raise NoProvider(f"{url} is no object")
    tree.write(path, body)
    return found


def _path(url: str, origin: str) -> str:
    """Where something lies in the tree. Raises ValueError for what lies with somebody else."""
    whole = urljoin(f"{origin}/", url)
    if not whole.startswith(f"{origin}/") or urlsplit(whole).query:
        raise ValueError("it lies with somebody else")
    return whole.removeprefix(f"{origin}/")
