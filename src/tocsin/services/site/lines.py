# SPDX-License-Identifier: Apache-2.0
"""A feed for each release line: the newest advisories that name the line as affected, for those who run only that one.

What each feed holds is remembered with the tree, so that one more publication costs the lines that it names and
nothing else. A revision that names a line no more takes the advisory out of that line's feed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from tocsin.core.advisory import Advisory
from tocsin.core.feeds import atom, jsonfeed
from tocsin.core.feeds.entry import Entry, Page
from tocsin.services.ports.shelf import ShelfCard
from tocsin.services.ports.world import ProjectInfo
from tocsin.services.site.writer import FULL, Writer

KINDS: Final = {"atom": atom.render, "json": jsonfeed.render}

TOGETHER: Final = 20
"""Feeds whose cards are read in one statement: 20 times `FULL`, of the thousand that the shelf gives at once."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}")
"""Names that can be those of a file; a line of any other name has no feed of its own."""


class Filing(NamedTuple):
    """An advisory as it was published last; without a record it is in no line's feed."""

    card: ShelfCard
    record: Advisory | None


def line_path(project: str, line: str, kind: str) -> str:
    """Where the feed of a line lies; "" for a name that cannot be a file's."""
    return f"p/{project}/line/{line}.{kind}" if _NAME.fullmatch(line) else ""


def grow(
    writer: Writer, held: dict[str, tuple[str, ...]], filed: Mapping[str, Filing], known: Mapping[str, Entry]
) -> dict[str, tuple[str, ...]]:
    """File what was published since, by advisory and in its order, into the feeds of its lines; returns what each feed
    holds now, newest first. Entries that are not `known` are read."""
    now, touched = dict(held), set[tuple[str, str]]()
    for advisory, (card, record) in filed.items():
        for key in [key for key, ids in now.items() if advisory in ids and key.startswith(f"{card.project}/")]:
            now[key] = tuple(each for each in now[key] if each != advisory)
            touched.add((card.project, key.partition("/")[2]))
        for line in _lines(card, record):
            now[f"{card.project}/{line}"] = (advisory, *now.get(f"{card.project}/{line}", ()))[:FULL]
            touched.add((card.project, line))
    feeds = sorted(touched)
    for some in (feeds[at : at + TOGETHER] for at in range(0, len(feeds), TOGETHER)):
        _write(writer, {(project, line): now[f"{project}/{line}"] for project, line in some}, known)
    return now


def _lines(card: ShelfCard, record: Advisory | None) -> list[str]:
    every = record.concerned_lines if record else ()
    return sorted(line for line in every if line_path(card.project, line, "atom"))


def _write(writer: Writer, feeds: Mapping[tuple[str, str], tuple[str, ...]], known: Mapping[str, Entry]) -> None:
    """Write some feeds: what they need is read together, because lines mostly hold the same advisories."""
    cards = writer.shelf.named(sorted({each for ids in feeds.values() for each in ids if each not in known}))
    entries = {**known, **{name: writer.entry(card) for name, card in cards.items()}}
    for (project, line), ids in feeds.items():
        info = writer.projects.get(project)
        if info is not None:
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
