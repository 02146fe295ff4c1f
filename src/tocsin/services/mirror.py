# SPDX-License-Identifier: Apache-2.0
"""What a CSAF provider publishes, copied into a tree of files: for those who may not ask the provider themselves.

Everything is found the way CSAF 2.0 says (7.1: provider metadata, ROLIE feeds, documents with hash and signature), and
kept at the path that it has there, so the copy is served as the original. A document that does not have the hash that
stands beside it is not kept. What is there already, by its hash, is not asked for again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import msgspec

from tocsin.core.feeds.csaf import METADATA
from tocsin.services.ports.fetch import Fetch
from tocsin.services.ports.site import Tree

_BESIDE: Final = ("hash", "signature")


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
        links = {link.get("rel"): str(link.get("href")) for link in entry.get("link", []) if isinstance(link, dict)}
        url = str(entry.get("content", {}).get("src") or links.get("self"))
        try:
            done = _document(fetch, tree, url, links, origin)
        except (OSError, ValueError) as error:
            wrong.append(f"{url}: {error}")
        else:
            new, kept = new + done, kept + (not done)
    tree.flush()
    return Mirrored(new=new, kept=kept, wrong=tuple(wrong))


def _entries(fetch: Fetch, tree: Tree, metadata: dict[str, Any], origin: str) -> Iterator[dict[str, Any]]:
    for distribution in metadata.get("distributions", ()):
        for feed in distribution.get("rolie", {}).get("feeds", ()):
            found = _json(fetch, tree, str(feed.get("url")), origin).get("feed", {})
            yield from (entry for entry in found.get("entry", ()) if isinstance(entry, dict))


def _document(fetch: Fetch, tree: Tree, url: str, links: dict[Any, str], origin: str) -> bool:
    """Keep one document with what lies beside it; False where it was there already."""
    path = _path(url, origin)
    beside = {kind: links[kind] for kind in _BESIDE if kind in links}
    sums = fetch(beside["hash"]) if "hash" in beside else b""
    wanted = sums.split(maxsplit=1)[0].decode("ascii", "replace").lower() if sums.split() else ""
    algorithm = {64: "sha256", 128: "sha512"}.get(len(wanted), "")
    standing = tree.file(path)
    if algorithm and standing and hashlib.new(algorithm, standing.body).hexdigest() == wanted:
        return False
    body = fetch(url)
    if algorithm and hashlib.new(algorithm, body).hexdigest() != wanted:
        raise ValueError("it is not what its hash says, and was not kept")
    tree.write(path, body)
    for kind, place in beside.items():
        tree.write(_path(place, origin), sums if kind == "hash" else fetch(place))
    return True


def _json(fetch: Fetch, tree: Tree, url: str, origin: str) -> dict[str, Any]:
    path = _path(url, origin)
    try:
        body = fetch(url)
        found = json.loads(body)
    except (OSError, ValueError) as error:
        raise NoProvider(f"{url} cannot be used: {error}") from None
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
