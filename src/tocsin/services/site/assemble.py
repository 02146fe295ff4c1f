# SPDX-License-Identifier: Apache-2.0
"""Writes what lists everything, from the cards of the shelf: ROLIE feeds, `index.txt`, `changes.csv`, folder pages,
the OSV dump, the provider's metadata, security.txt.

It costs as much as there is, so it never stands in the way of a publication, happens at most once a minute, and the
longer it takes the longer it rests. Feeds of years are written only for years in which something changed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import islice
from typing import IO, Final, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec

from tocsin.core.feeds import csaf
from tocsin.core.feeds.csaf import Edition, Filed, Provider
from tocsin.core.feeds.entry import Entry, instant
from tocsin.core.formats.words import visible
from tocsin.services.ports.shelf import Document, ShelfCard
from tocsin.services.security_txt import PATH, security_txt
from tocsin.services.site.writer import State, Writer

REST: Final = timedelta(minutes=1)
RESTS: Final = 20
"""How many times as long as it took it rests, where that is longer."""

BATCH: Final = 1000
PAGE: Final = 200
"""Documents that are held at a time."""

EPOCH: Final = datetime(1980, 1, 1, tzinfo=UTC)
"""The first instant that a zip file can name."""

_HEAD: Final = (
    '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>{title}</title>\n<main>\n<h1>{title}</h1>\n"
)
"""The top of a plain page, without a script."""


def assemble(writer: Writer, force: bool = False) -> bool:
    """Write the lists if something changed and it is time; `force` writes all of them now. True when it did."""
    state, now = writer.state(), writer.now()
    fresh = state.assembled == state.serial and state.day == f"{now:%Y-%m-%d}"
    rest = max(REST, timedelta(seconds=RESTS * state.cost))
    if not force and (fresh or (state.assembled_at is not None and now < state.assembled_at + rest)):
        return False
    began = time.monotonic()
    stale = state.years if force or state.assembled_at is None else state.stale
    filed = [writer.filed(card) for card in cards(writer)]
    provider, updated = writer.provider(), max((each.entry.updated for each in filed), default=now)
    for edition in Edition:
        _lists(writer, provider, edition, filed, stale)
        _provider(writer, provider, edition, updated, state)
    _osv(writer)
    _pages(writer, filed)
    renewed = (writer.renewed or writer.now)()
    text = security_txt(
        writer.projects, writer.url, renewed, csaf=True, keys=lambda path: bool(writer.tree.changed(path))
    )
    writer.tree.write(PATH, text.encode())
    writer.keep(
        msgspec.structs.replace(
            state,
            stale=(),
            assembled=state.serial,
            assembled_at=now,
            day=f"{now:%Y-%m-%d}",
            cost=round(time.monotonic() - began, 3),
        )
    )
    return True


def cards(writer: Writer) -> Iterator[ShelfCard]:
    """Every advisory, the one changed last first."""
    after = None
    while page := writer.shelf.changed(after, BATCH):
        yield from page
        after = (page[-1].modified_at, page[-1].id)


def _lists(writer: Writer, provider: Provider, edition: Edition, filed: list[Filed], stale: Iterable[int]) -> None:
    """The summary feed, `index.txt`, `changes.csv`, and the feeds and folders of the years that changed."""
    tree, folder = writer.tree, edition.folder
    years: dict[int, list[tuple[Filed, bytes]]] = {year: [] for year in stale}

    def entries() -> Iterator[bytes]:
        for each in filed:
            entry = csaf.entry(provider, edition, each)
            if each.year in years:
                years[each.year].append((each, entry))
            yield entry

    updated = max((each.entry.updated for each in filed), default=writer.now())
    tree.stream(f"{folder}/{edition.feed}", _feed(provider, edition, edition.feed, updated, entries()))
    tree.stream(f"{folder}/index.txt", map(csaf.index_line, filed))
    tree.stream(f"{folder}/changes.csv", (csaf.changes_line(edition, each) for each in filed))
    for year, found in years.items():
        name = edition.year_feed(year)
        changed = max((each.entry.updated for each, _ in found), default=updated)
        tree.stream(f"{folder}/{name}", _feed(provider, edition, name, changed, (each for _, each in found), year))
        tree.stream(f"{folder}/{year:04}/index.html", _folder(f"{folder}/{year:04}", (each for each, _ in found)))


def _feed(
    provider: Provider, edition: Edition, name: str, updated: datetime, entries: Iterable[bytes], year: int = 0
) -> Iterator[bytes]:
    yield csaf.feed_head(provider, edition, name, updated, year)
    for number, each in enumerate(entries):
        yield (b",\n" if number else b"\n") + each
    yield csaf.FEED_TAIL


def _provider(writer: Writer, provider: Provider, edition: Edition, updated: datetime, state: State) -> None:
    tree, folder, years = writer.tree, edition.folder, state.years
    metadata = csaf.metadata(provider, edition, updated, years)
    tree.write(csaf.metadata_path(edition), metadata)
    if edition is Edition.V20:
        tree.write(csaf.METADATA, metadata)  # 2.0 is authoritative as long as both are served (CSAF 2.1, 7.4.2)
        if writer.signer:
            tree.write(f"{csaf.KEYS}/{writer.signer.fingerprint}.asc", writer.signer.certificate.encode())
    tree.write(f"{folder}/service.json", csaf.service(provider, edition, years))
    tree.write(f"{folder}/category.json", csaf.category([each.name for each in writer.projects.all()]))
    names = [edition.feed, "service.json", "category.json", "index.txt", "changes.csv"]
    names += [edition.year_feed(year) for year in years] + [f"{year:04}/" for year in years]
    tree.write(f"{folder}/index.html", _listing(folder, names))


def _folder(folder: str, filed: Iterable[Filed]) -> Iterator[bytes]:
    """The page of one year's folder: every document with its hashes and its signature."""
    names = []
    for each in filed:
        name = each.path[5:]
        names += [name, *(f"{name}.{suffix}" for suffix in csaf.HASHES), *([f"{name}.asc"] if each.signed else [])]
    yield _listing(folder, names)


def _listing(folder: str, names: Iterable[str]) -> bytes:
    """A folder as a plain page (requirement 14), without a script."""
    title = escape(f"/{folder}/")
    links = "".join(f'<li><a href="{escape(name)}">{escape(name)}</a></li>\n' for name in names)
    up = '<ul>\n<li><a href="../">../</a></li>\n'
    return f"{_HEAD.format(title=title)}{up}{links}</ul>\n</main>\n</html>\n".encode()


def _pages(writer: Writer, filed: Iterable[Filed]) -> None:
    """A page for each project that lists its advisories by title, the one changed last first."""
    listed: dict[str, list[Entry]] = {}
    for each in filed:
        listed.setdefault(each.entry.link.rpartition("/")[0], []).append(each.entry)
    for info in writer.projects.all():
        home = writer.home(info.id)
        links = "".join(
            f'<li><a href="{escape(entry.link.removeprefix(home))}.html">{escape(entry.link.removeprefix(home))}</a> '
            f"{escape(visible(entry.title))}</li>\n"
            for entry in listed.get(home.rstrip("/"), ())
        )
        title = escape(f"{info.name} security advisories")
        page = f"{_HEAD.format(title=title)}<ul>\n{links}</ul>\n</main>\n</html>\n"
        writer.tree.write(f"p/{info.id}/advisories/index.html", page.encode())


def _osv(writer: Writer) -> None:
    """The OSV dump and the list of what changed when, newest first, as osv.dev has them."""
    found: list[tuple[str, datetime]] = []

    def parts() -> Iterator[bytes]:
        sink = _Sink()
        with ZipFile(cast("IO[bytes]", sink), "w", ZIP_DEFLATED, compresslevel=6) as archive:
            for card, stored in _stored(writer):
                found.append((stored.name.removesuffix(".json"), card.modified_at))
                at = max(card.modified_at.astimezone(UTC), EPOCH)
                info = ZipInfo(stored.name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
                archive.writestr(info, stored.body, ZIP_DEFLATED)
                yield sink.taken()
        yield sink.taken()

    writer.tree.stream("osv/all.zip", parts(), packed=False)
    lines = (f"{instant(at)},{name}\n".encode() for name, at in found)
    writer.tree.stream("osv/modified_id.csv", lines)


def _stored(writer: Writer) -> Iterator[tuple[ShelfCard, Document]]:
    """The OSV documents, many at a time: a question to the store for each would take nine tenths of the time."""
    shown = cards(writer)
    while page := list(islice(shown, PAGE)):
        found = writer.shelf.in_format([card.id for card in page], "osv")
        yield from ((card, found[card.id]) for card in page if card.id in found)


class _Sink:
    """What a zip file is written to and taken from part by part; without a way back, so none is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """What was written since."""
        body = b"".join(self._parts)
        self._parts.clear()
        return body
