# SPDX-License-Identifier: Apache-2.0
"""Writes what lists everything: ROLIE feeds, `index.txt`, `changes.csv`, `modified_id.csv`, folder pages, the
provider's metadata, security.txt; and, more rarely, the OSV dump.

Lists are put together of months (`months`), of which only those are made anew in which something changed, and feeds of
years are written only for years of such months. What is left grows with what there is (CSAF wants one feed of
everything, 7.1.15), so it never stands in the way of a publication, happens at most once a minute, and the longer it
takes the longer it rests.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from typing import Final

import msgspec

from tocsin.core.feeds import csaf
from tocsin.core.feeds.csaf import Edition, Provider
from tocsin.core.feeds.pieces import Piece, gathered, piece
from tocsin.services.security_txt import PATH, security_txt
from tocsin.services.site import months
from tocsin.services.site.dump import dump
from tocsin.services.site.months import Row
from tocsin.services.site.writer import State, Writer, rested

RESTS: Final = 20
"""How many times as long as it took it rests, where that is longer than a minute."""

_HEAD: Final = (
    '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>{title}</title>\n<main>\n<h1>{title}</h1>\n"
)
"""The top of a plain page, without a script."""

_FIRST, _NEXT, _TAIL = piece(b"\n"), piece(b",\n"), piece(csaf.FEED_TAIL)


def assemble(writer: Writer, force: bool = False) -> bool:
    """Write the lists if something changed and it is time; `force` writes all of them now. True when it did."""
    state, now = writer.state(), writer.now()
    fresh = state.assembled == state.serial and state.day == f"{now:%Y-%m-%d}"
    due = force or (not fresh and rested(now, state.assembled_at, state.cost, RESTS))
    if due:
        _assemble(writer, state, now, force or state.assembled_at is None)
    return dump(writer, force) or due


def _assemble(writer: Writer, state: State, now: datetime, whole: bool) -> None:
    began = time.monotonic()
    provider, stale = writer.provider(), state.months if whole else state.stale
    for month in stale:
        months.make(writer, provider, month)
    rows = [row for month in state.months for row in months.rows(writer, provider, month)]
    rows.sort(key=lambda row: (row.updated, row.id), reverse=True)
    updated = datetime.fromisoformat(rows[0].updated) if rows else now
    years = sorted({int(month[:4]) for month in stale})
    for edition in Edition:
        _lists(writer, provider, edition, rows, state, years)
        _provider(writer, provider, edition, updated, state)
    lines = (f"{row.updated},{row.osv}\n".encode() for row in rows if row.osv)
    writer.tree.join("osv/modified_id.csv", gathered(lines))
    _pages(writer, rows)
    _security_txt(writer)
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


def _lists(
    writer: Writer, provider: Provider, edition: Edition, rows: Sequence[Row], state: State, years: Iterable[int]
) -> None:
    """The summary feed, `index.txt`, `changes.csv`, and the feeds and folders of the years that changed."""
    tree, folder = writer.tree, edition.folder
    tree.join(f"{folder}/{edition.feed}", _feed(writer, provider, edition, state.months, rows))
    tree.join(f"{folder}/index.txt", gathered(csaf.index_line(row.path) for row in rows))
    tree.join(f"{folder}/changes.csv", gathered(csaf.changes_line(edition, row.path, row.updated) for row in rows))
    for year in years:
        within = [month for month in state.months if month.startswith(f"{year:04}-")]
        inside = [row for row in rows if row.path.startswith(f"{year:04}/")]
        tree.join(f"{folder}/{edition.year_feed(year)}", _feed(writer, provider, edition, within, inside, year))
        page = _folder(f"{folder}/{year:04}", inside, bool(writer.signer))
        tree.join(f"{folder}/{year:04}/index.html", gathered([page]))


def _feed(
    writer: Writer, provider: Provider, edition: Edition, within: Sequence[str], rows: Sequence[Row], year: int = 0
) -> Iterator[Piece]:
    """A ROLIE feed of these months, the newest first; `rows` are its advisories."""
    name = edition.year_feed(year) if year else edition.feed
    updated = datetime.fromisoformat(rows[0].updated) if rows else writer.now()
    yield piece(csaf.feed_head(provider, edition, name, updated, year))
    between = _FIRST
    for month in reversed(within):
        found = months.entries(writer, provider, month, edition)
        if found.body:
            yield between
            yield found
            between = _NEXT
    yield _TAIL


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


def _folder(folder: str, rows: Iterable[Row], signed: bool) -> bytes:
    """The page of one year's folder: every document with its hashes and its signature."""
    names = []
    for row in rows:
        name = row.path[5:]
        names += [name, *(f"{name}.{suffix}" for suffix in csaf.HASHES), *([f"{name}.asc"] if signed else [])]
    return _listing(folder, names)


def _listing(folder: str, names: Iterable[str]) -> bytes:
    """A folder as a plain page (requirement 14), without a script."""
    title = escape(f"/{folder}/")
    links = "".join(f'<li><a href="{escape(name)}">{escape(name)}</a></li>\n' for name in names)
    up = '<ul>\n<li><a href="../">../</a></li>\n'
    return f"{_HEAD.format(title=title)}{up}{links}</ul>\n</main>\n</html>\n".encode()


def _pages(writer: Writer, rows: Iterable[Row]) -> None:
    """A page for each project that lists its advisories by title, the one changed last first."""
    listed: dict[str, list[str]] = {}
    for row in rows:
        listed.setdefault(row.project, []).append(row.item)
    for info in writer.projects.all():
        title = escape(f"{info.name} security advisories")
        links = "".join(listed.get(info.id, ()))
        page = f"{_HEAD.format(title=title)}<ul>\n{links}</ul>\n</main>\n</html>\n"
        writer.tree.write(f"p/{info.id}/advisories/index.html", page.encode())


def _security_txt(writer: Writer) -> None:
    renewed = (writer.renewed or writer.now)()
    text = security_txt(
        writer.projects,
        writer.url,
        renewed,
        csaf=True,
        keys=lambda path: bool(writer.tree.changed(path)),
        closed=writer.closed,
    )
    writer.tree.write(PATH, text.encode())
