# SPDX-License-Identifier: Apache-2.0
"""Whether a provider's tree of files holds together, on disk and without asking anybody: a mirror, or what is served.

What CSAF 2.0 and 2.1 say of a provider is looked at document by document (7.1): each is what its hashes say (18),
signed by a key of the provider (19, 20), listed alike in the ROLIE feeds (15), `index.txt` (12) and `changes.csv` (13),
named and dated in itself as in these lists, and nothing lies there that no list names. OSV documents, where there are
any, are compared with `modified_id.csv`, and those of `all.zip` with them. A tree whose keys are its own shows that it
was not damaged; that it is the provider's shows only a key that came another way (`trusted`). Whether the documents are
good CSAF is a validator's question.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import msgspec

from tocsin.core.feeds.csaf import HASHES, METADATA
from tocsin.core.vocabulary import Refused
from tocsin.services.loose import mapping, mappings
from tocsin.services.ports.openpgp import Reads, Signed
from tocsin.services.ports.site import TreeReader

_METADATA: Final = re.compile(r"\.well-known/csaf/(v[0-9.]+/)?provider-metadata\.json")
_DOCUMENT: Final = re.compile(r"[0-9]{4}/[^/]+\.json")
_OSV: Final = re.compile(r"osv/[^/]+\.json")
_PROVIDER: Final = re.compile("https?://[^/?#\\s]+(/[^?#\\s]*)?")
_ODD: Final = re.compile("[^+a-z0-9-]+")
_LIST: Final = "osv/modified_id.csv"
_DUMP: Final = "osv/all.zip"
_LARGEST: Final = 20_000_000
_PACKED: Final = 100
_ALWAYS: Final = 1 << 30
"""Bytes of one document; how many times its size the archive may unpack to, and how many bytes in any case."""
_UNPACKABLE: Final = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)

Say = Callable[[str, str], None]
"""Takes note of something wrong: where, and what."""


class Wrong(msgspec.Struct, frozen=True):
    """Something that does not hold: the file, and what is wrong with it."""

    path: str
    because: str


class Verified(msgspec.Struct, frozen=True):
    """What was looked at: documents, how many of them bear a good signature and whose, OSV documents; what is wrong.

    `trusted` says that the keys were given, and not taken from the tree itself.
    """

    provider: str
    documents: int
    signed: int
    keys: tuple[str, ...]
    trusted: bool
    osv: int
    wrong: tuple[Wrong, ...]


class Listed(msgspec.Struct, frozen=True):
    """A document as one feed names it."""

    id: str
    updated: str
    beside: dict[str, str]
    """Kind of link, `hash` or `signature`, with the path; a hash's kind is its suffix."""


class NoTree(Exception):
    """There is no provider's metadata below the directory; the message says what was looked for."""


def verify(tree: TreeReader, names: Collection[str], reads: Reads, trusted: Sequence[bytes] = ()) -> Verified:
    """Look at a tree whose files are `names`. With `trusted` certificates only these count. Raises NoTree."""
    places = sorted(name for name in names if _METADATA.fullmatch(name))
    if not places:
        raise NoTree(f"there is no {METADATA}: this is no provider's tree, nor a mirror of one")
    looks = [_Look(tree, names, reads, trusted, place) for place in places]
    for look in looks:
        look.all()
    wrong = [each for look in looks for each in look.wrong]
    osv = list(_osv(tree, names, lambda path, because: wrong.append(Wrong(path, because))))
    documents = {path: good for look in looks for path, good in look.good.items()}
    return Verified(
        provider=looks[0].provider,
        documents=len(documents),
        signed=sum(bool(by) for by in documents.values()),
        keys=tuple(sorted({by for by in documents.values() if by})),
        trusted=bool(trusted),
        osv=len(osv),
        wrong=tuple(dict.fromkeys(wrong)),
    )


class _Look:
    """One look at what one `provider-metadata.json` names."""

    def __init__(
        self, tree: TreeReader, names: Collection[str], reads: Reads, trusted: Sequence[bytes], place: str
    ) -> None:
        self._tree, self._names, self._reads, self._trusted, self._place = tree, names, reads, trusted, place
        self.wrong: list[Wrong] = []
        self.good: dict[str, str] = {}
        """Documents, each with the fingerprint that signed it, or ""."""
        self._metadata = self._json(place) or {}
        self._origin = str(self._metadata.get("canonical_url", "")).partition("/.well-known/")[0]
        self.provider = str(mapping(self._metadata.get("publisher")).get("name", ""))
        self._known: list[bytes] = []
        if self._metadata and not _PROVIDER.fullmatch(self._origin):
            self._say(place, "its canonical_url names no provider")

    def all(self) -> None:
        """Look at keys, feeds, documents and lists."""
        self._known = [*self._trusted] or list(self._keys())
        listed = self._feeds()
        for path, each in listed.items():
            self.good[path] = self._document(path, each)
        for place in mappings(self._metadata.get("distributions")):
            url = place.get("directory_url") or mapping(place.get("directory")).get("url")
            if url:
                self._directory(self._path(str(url)), listed)

    # ------------------------------------------------------------------------------------------------------- what names

    def _keys(self) -> Iterator[bytes]:
        for each in mappings(self._metadata.get("public_openpgp_keys")):
            path, wanted = self._path(str(each.get("url", ""))), str(each.get("fingerprint", "")).upper()
            body = self._body(path)
            found = self._reads.certificates(body) if body else ()
            if isinstance(found, Refused) or (body and wanted not in {one.fingerprint.upper() for one in found}):
                self._say(path, f"it is not the key {wanted} that {self._place} names")
            elif body:
                yield body

    def _feeds(self) -> dict[str, Listed]:
        listed: dict[str, Listed] = {}
        for distribution in mappings(self._metadata.get("distributions")):
            for feed in mappings(mapping(distribution.get("rolie")).get("feeds")):
                path = self._path(str(feed.get("url", "")))
                for entry in mappings(mapping((self._json(path) or {}).get("feed")).get("entry")):
                    self._entry(path, entry, listed)
        return listed

    def _entry(self, feed: str, entry: dict[str, Any], listed: dict[str, Listed]) -> None:
        beside: dict[str, str] = {}
        at = str(mapping(entry.get("content")).get("src", ""))
        for link in mappings(entry.get("link")):
            path, rel = self._path(str(link.get("href", ""))), link.get("rel")
            if rel == "self":
                at = at or str(link.get("href", ""))
            elif rel == "hash":
                beside[path.rpartition(".")[2]] = path
            elif rel == "signature":
                beside["signature"] = path
        found = Listed(id=str(entry.get("id", "")), updated=str(entry.get("updated", "")), beside=beside)
        path = self._path(at)
        if not path:
            self._say(feed, f"its entry {found.id!r} names no document of this provider")
        elif listed.setdefault(path, found) != found:
            self._say(feed, f"it says something else of {path} than another feed does")

    # ---------------------------------------------------------------------------------------------------- what is named

    def _document(self, path: str, each: Listed) -> str:
        body = self._body(path)
        if body is None:
            return ""
        self._hashes(path, body, each)
        told = mapping(mapping(self._parsed(path, body)).get("document"))
        tracking = mapping(told.get("tracking"))
        name, dated = str(tracking.get("id", "")), str(tracking.get("current_release_date", ""))
        if f"{_ODD.sub('_', name.lower())}.json" != path.rpartition("/")[2]:
            self._say(path, f"its file name is not made of its id {name!r}")
        if not _same(dated, each.updated):
            self._say(path, f"it is of {dated!r}, the feed has it of {each.updated!r}")
        return self._signature(path, body, each)

    def _hashes(self, path: str, body: bytes, each: Listed) -> None:
        there = [kind for kind in HASHES if kind in each.beside or f"{path}.{kind}" in self._names]
        if not there:
            self._say(path, "no hash stands beside it")
        for kind in there:
            place = each.beside.get(kind, f"{path}.{kind}")
            words = (self._body(place) or b"").decode("ascii", "replace").split()
            if words and words[0].lower() != hashlib.new(kind, body).hexdigest():
                self._say(path, f"it is not what {place.rpartition('/')[2]} says")
            if words and words[-1].lstrip("*").rpartition("/")[2] not in (words[0], path.rpartition("/")[2]):
                self._say(place, "it is the hash of another file")

    def _signature(self, path: str, body: bytes, each: Listed) -> str:
        place = each.beside.get("signature", f"{path}.asc" if f"{path}.asc" in self._names else "")
        if not place:
            if self._metadata.get("role") == "csaf_trusted_provider":
                self._say(path, "it is not signed, and the provider calls itself a trusted one")
            return ""
        given = self._body(place)
        if given is None:
            return ""
        found = self._reads.verify(body, given, self._known)
        if found.state is Signed.GOOD:
            return found.by
        because = {
            Signed.BAD: "its signature does not hold",
            Signed.UNKNOWN: f"it is signed by a key that is neither given nor the provider's: {found.by or 'unnamed'}",
        }
        self._say(path, because.get(found.state, "it bears no signature that can be read"))
        return ""

    def _directory(self, folder: str, listed: dict[str, Listed]) -> None:
        """Compare the lists of one folder of documents with the feeds, and with what lies there."""
        folder = folder.rstrip("/") + "/" if folder else ""
        here = {path.removeprefix(folder): each for path, each in listed.items() if path.startswith(folder)}
        index, changes = f"{folder}index.txt", f"{folder}changes.csv"
        told = (self._body(index) or b"").decode("utf-8", "replace").split()
        self._agree(index, set(told), set(here))
        dates = {row[0]: row[1] for row in _rows(changes, self._body(changes) or b"", self._say)}
        self._agree(changes, set(dates), set(here))
        for name in sorted(set(dates) & set(here)):
            if not _same(dates[name], here[name].updated):
                self._say(changes, f"it has {name} of {dates[name]}, the feed of {here[name].updated}")
        for name in sorted(self._names):
            below = name.removeprefix(folder)
            if name.startswith(folder) and _DOCUMENT.fullmatch(below) and below not in here:
                self._say(name, "no feed lists it")

    def _agree(self, place: str, told: set[str], here: set[str]) -> None:
        if place in self._names:
            for name in sorted(here - told):
                self._say(place, f"it lacks {name}, which a feed lists")
            for name in sorted(told - here):
                self._say(place, f"it lists {name}, which no feed does")

    # ------------------------------------------------------------------------------------------------------------ files

    def _path(self, url: str) -> str:
        """Where the file of an address lies; "" for what lies with somebody else."""
        below = url.removeprefix(f"{self._origin}/")
        return "" if below == url or not self._origin else below

    def _body(self, path: str) -> bytes | None:
        file = self._tree.file(path) if path else None
        if file is None:
            self._say(path or self._place, "it is not there" if path else "it names a file of somebody else")
        return file.body if file else None

    def _json(self, path: str) -> dict[str, Any] | None:
        body = self._body(path)
        return self._parsed(path, body) if body is not None else None

    def _parsed(self, path: str, body: bytes) -> dict[str, Any] | None:
        found = _loaded(body)
        if found is None:
            self._say(path, "it is no JSON object")
        return found

    def _say(self, path: str, because: str) -> None:
        self.wrong.append(Wrong(path=path, because=because))


def _osv(tree: TreeReader, names: Collection[str], say: Say) -> Iterator[str]:
    """Every OSV document that the list names; what does not agree is said."""
    file = tree.file(_LIST) if _LIST in names else None
    if file is None:
        return
    listed = {row[1]: row[0] for row in _rows(_LIST, file.body, say)}
    for name, modified in listed.items():
        path = f"osv/{name}.json"
        body = tree.file(path)
        told = _loaded(body.body) if body else None
        if told is None:
            say(path, "it is no JSON object" if body else f"it is not there, and {_LIST} lists it")
        elif told.get("id") != name or not _same(str(told.get("modified", "")), modified):
            say(path, f"it says {told.get('id')!r} of {told.get('modified')!r}, {_LIST} {name!r} of {modified!r}")
        yield name
    for path in sorted(name for name in names if _OSV.fullmatch(name)):
        if path.removeprefix("osv/").removesuffix(".json") not in listed:
            say(path, f"{_LIST} does not list it")
    if _DUMP in names:
        _dump(tree, listed, say)


def _dump(tree: TreeReader, listed: Mapping[str, str], say: Say) -> None:
    """Compare what the archive holds with the documents beside it. It is written seldom: what it lacks, or has of an
    earlier day, is no fault. Not unpacked without end, whatever sizes it states."""
    file = tree.file(_DUMP)
    body = file.body if file else b""
    room = max(_ALWAYS, _PACKED * len(body))
    try:
        with ZipFile(io.BytesIO(body)) as archive:
            for entry in archive.infolist():
                name = entry.filename.removesuffix(".json")
                beside = tree.file(f"osv/{name}.json") if name in listed else None
                if beside is None:
                    say(_DUMP, f"it holds {entry.filename!r}, which {_LIST} does not list")
                    continue
                if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                    raise BadZipFile("it is packed as no OSV dump is")
                with archive.open(entry) as packed:
                    held = packed.read(_LARGEST)
                room -= len(held)
                if room < 0:
                    raise BadZipFile(f"it unpacks to more than {_PACKED} times its size")
                if held != beside.body and _same(str((_loaded(held) or {}).get("modified", "")), listed[name]):
                    say(_DUMP, f"its {entry.filename} is of the same moment as the file beside it and says otherwise")
    except _UNPACKABLE as error:
        say(_DUMP, f"it cannot be unpacked: {error}")


def _rows(path: str, body: bytes, say: Say) -> list[list[str]]:
    """The rows of a list that have two columns at least; what is no such list is said."""
    try:
        return [row for row in csv.reader(io.StringIO(body.decode("utf-8", "replace"), newline="")) if len(row) > 1]
    except csv.Error as error:
        say(path, f"it is no list of comma-separated values: {error}")
        return []


def _loaded(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _same(one: str, other: str) -> bool:
    """Whether two instants are the same, however they are written."""
    try:
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    except (ValueError, TypeError):
        return one == other
