# SPDX-License-Identifier: Apache-2.0
"""Files what was published since: a handful of files for each publication, however many there are already."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from tocsin.core.advisory import Advisory
from tocsin.core.feeds import atom, jsonfeed, rss
from tocsin.core.feeds.entry import Entry
from tocsin.core.formats import format_named, page
from tocsin.services.ports.shelf import Document, Published, ShelfCard
from tocsin.services.ports.world import ProjectInfo
from tocsin.services.site import lines
from tocsin.services.site.lines import Filing
from tocsin.services.site.months import month_of
from tocsin.services.site.writer import FORMATS, FULL, State, Writer, csaf_path, feed_path

BATCH: Final = 200
PAGED: Final = {"atom": atom.render, "json": jsonfeed.render}


def grow(writer: Writer, limit: int = BATCH) -> int:
    """File up to `limit` publications; returns how many there were. What was filed before is not looked at."""
    state = writer.state()
    found = writer.shelf.publications(state.serial, limit)
    if not found:
        return 0
    newest = {each.card.id: each.serial for each in found}  # a revision counts where it came, not where the first did
    cards = [each.card for each in found if newest[each.card.id] == each.serial]
    filed = {card.id: Filing(card, _file(writer, card)) for card in cards}
    fresh = {month_of(card) for card in cards}
    shown = _feeds(writer, found)
    try:
        lines.grow(writer, filed, shown)
    except lines.Forgotten:
        writer.keep(State(made=writer.made))
        return len(found)
    writer.keep(
        msgspec.structs.replace(
            state,
            serial=found[-1].serial,
            months=tuple(sorted({*state.months, *fresh})),
            stale=tuple(sorted({*state.stale, *fresh})),
        )
    )
    return len(found)


def _file(writer: Writer, card: ShelfCard) -> Advisory | None:
    """Write one advisory's documents; returns its record."""
    own, record = f"p/{card.project}/advisories/{card.id}", None
    for each in writer.shelf.documents(card.id):
        if each.format == "record":
            record = msgspec.json.decode(each.body, type=Advisory)
            writer.tree.write(f"{own}.record.json", msgspec.json.encode(record.for_everybody))
            # Under the address that the advisory gives for itself, a web server finds this by leaving `.html` out.
            writer.tree.write(f"{own}.html", page.render(record))
        else:
            writer.tree.write(own + format_named(each.format).suffix, each.body)
        if each.format == "text" and each.signature:
            writer.tree.write(f"{own}.asc", each.signature.encode())
        elif each.format == "osv":
            writer.tree.write(f"osv/{each.name}", each.body)
        elif each.format in FORMATS:
            _provide(writer, f"{FORMATS[each.format].folder}/{csaf_path(card)}", each)
    return record


def _provide(writer: Writer, path: str, document: Document) -> None:
    """A CSAF document with its hashes (requirement 18) and its signature (19)."""
    name = path.rpartition("/")[2]
    writer.tree.write(path, document.body)
    for algorithm in ("sha256", "sha512"):
        digest = hashlib.new(algorithm, document.body).hexdigest()
        writer.tree.write(f"{path}.{algorithm}", f"{digest}  {name}\n".encode())
    if document.signature:
        writer.tree.write(f"{path}.asc", document.signature.encode())


def _feeds(writer: Writer, found: Iterable[Published]) -> dict[str, Entry]:
    """Write the pages that filled up, and the head of every project that has something new; returns the entries of the
    heads by advisory, as they were published last."""
    heads: dict[str, ProjectInfo] = {}
    for each in found:
        info = writer.projects.get(each.card.project)
        if info is None:
            continue
        heads[info.id] = info
        if each.number % FULL == 0:
            _archive(writer, info, each.number // FULL)
    return {name: entry for info in heads.values() for name, entry in _head(writer, info).items()}


def _archive(writer: Writer, info: ProjectInfo, number: int) -> None:
    """A page that is full and stays (RFC 5005, 4)."""
    shown = writer.shelf.newest(info.id, before=number * FULL + 1, limit=FULL)
    _write(writer, info, [writer.entry(each.card) for each in shown], number, number - 1)


def _head(writer: Writer, info: ProjectInfo) -> dict[str, Entry]:
    shown = writer.shelf.newest(info.id, limit=FULL)
    entries = [writer.entry(each.card) for each in shown]
    _write(writer, info, entries, 0, (shown[0].number - 1) // FULL)
    frame = writer.page(info, "rss", 0, 0, entries[0].updated)
    writer.tree.write(feed_path(info.id, "rss", 0), rss.render(frame, entries))
    return {each.card.id: entry for each, entry in zip(reversed(shown), reversed(entries), strict=True)}


def _write(writer: Writer, info: ProjectInfo, entries: Sequence[Entry], number: int, older: int) -> None:
    updated = max(each.updated for each in entries)
    for kind, render in PAGED.items():
        frame = writer.page(info, kind, number, older, updated)
        writer.tree.write(feed_path(info.id, kind, number), render(frame, entries))
