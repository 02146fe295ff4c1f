# SPDX-License-Identifier: Apache-2.0
"""A feed for each release line: the newest advisories that name the line as affected, for those who run only that one.

What the feeds of a project hold is remembered beside the tree, so that one more publication costs the lines of its
project and nothing else. A revision that names a line no more takes the advisory out of that line's feed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from tocsin.core.advisory import Advisory
from tocsin.core.feeds import atom, jsonfeed
from tocsin.core.feeds.entry import Entry, Page
from tocsin.core.vocabulary import Value
from tocsin.services.ports.shelf import ShelfCard
from tocsin.services.ports.world import ProjectInfo
from tocsin.services.site.writer import FULL, Made, Writer

KINDS: Final = {"atom": atom.render, "json": jsonfeed.render}

TOGETHER: Final = 20
"""Feeds whose cards are read in one statement: 20 times `FULL`, of the thousand that the shelf gives at once."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}")
"""Names that can be those of a file; a line of any other name has no feed of its own."""


HELD: Final = "site-lines"
"""Where it is remembered, a file for each project."""


class Held(Value):
    """The advisories in the feed of each line of a project, newest first."""

    made: Made = Made()
    lines: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


_HELD: Final = msgspec.json.Decoder(Held)


class Forgotten(Exception):
    """What the feeds of a project held cannot be read, so that everything has to be filed again."""


class Filing(NamedTuple):
    """An advisory as it was published last; without a record it is in no line's feed."""

    card: ShelfCard
    record: Advisory | None


def line_path(project: str, line: str, kind: str) -> str:
    """Where the feed of a line lies; "" for a name that cannot be a file's."""
    return f"p/{project}/line/{line}.{kind}" if _NAME.fullmatch(line) else ""


def grow(writer: Writer, filed: Mapping[str, Filing], known: Mapping[str, Entry]) -> None:
    """File what was published since, by advisory and in its order, into the feeds of its lines. Entries that are not
    `known` are read. Doing it twice is doing it once. Raises `Forgotten`."""
    for project in sorted({each.card.project for each in filed.values()}):
        if (info := writer.projects.get(project)) is not None:
            _grow(writer, info, [each for each in filed.values() if each.card.project == project], known)


def _grow(writer: Writer, info: ProjectInfo, filed: Sequence[Filing], known: Mapping[str, Entry]) -> None:
    now, touched = _held(writer, info.id), set[str]()
    for card, record in filed:
        for line in [line for line, ids in now.items() if card.id in ids]:
            now[line] = tuple(each for each in now[line] if each != card.id)
            touched.add(line)
        for line in _lines(card, record):
            now[line] = (card.id, *now.get(line, ()))[:FULL]
            touched.add(line)
    feeds = sorted(touched)
    for some in (feeds[at : at + TOGETHER] for at in range(0, len(feeds), TOGETHER)):
        _write(writer, info, {line: now[line] for line in some}, known)
    if touched:
        _hold(writer, info.id, now)


def _held(writer: Writer, project: str) -> dict[str, tuple[str, ...]]:
    found = writer.tree.file(f"{HELD}/{project}.json")
    try:
        held = _HELD.decode(found.body) if found else Held()
    except msgspec.MsgspecError as error:
        _hold(writer, project, {})
        raise Forgotten(project) from error
    return dict(held.lines) if held.made == writer.made else {}


def _hold(writer: Writer, project: str, lines: dict[str, tuple[str, ...]]) -> None:
    writer.tree.write(f"{HELD}/{project}.json", msgspec.json.encode(Held(made=writer.made, lines=lines)))


def _lines(card: ShelfCard, record: Advisory | None) -> list[str]:
    every = record.concerned_lines if record else ()
    return sorted(line for line in every if line_path(card.project, line, "atom"))


def _write(writer: Writer, info: ProjectInfo, feeds: Mapping[str, tuple[str, ...]], known: Mapping[str, Entry]) -> None:
    """Write some feeds: what they need is read together, because lines mostly hold the same advisories."""
    cards = writer.shelf.named(sorted({each for ids in feeds.values() for each in ids if each not in known}))
    entries = {**known, **{name: writer.entry(card) for name, card in cards.items()}}
    for line, ids in feeds.items():
        _write_line(writer, info, line, [entries[each] for each in ids if each in entries])


def _write_line(writer: Writer, info: ProjectInfo, line: str, entries: Sequence[Entry]) -> None:
    updated = max((each.updated for each in entries), default=writer.now())
    for kind, render in KINDS.items():
        path = line_path(info.id, line, kind)
        this = f"{writer.url}/{path}"
        frame = Page(
            title=f"{info.name} {line} security advisories", home=writer.home(info.id), this=this, current=this,
            updated=updated, author=f"{info.name} security",
        )  # fmt: skip
        writer.tree.write(path, render(frame, entries))
