# SPDX-License-Identifier: Apache-2.0
"""A feed for each release line: the newest advisories that name the line as affected, for those who run only that one.

What each feed holds is remembered with the tree, so that one more publication costs the lines that it names and
nothing else. A revision that names a line no more takes the advisory out of that line's feed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from tocsin.core.advisory import Advisory
from tocsin.core.feeds import atom, jsonfeed
from tocsin.core.feeds.entry import Page
from tocsin.services.ports.shelf import Published, ShelfCard
from tocsin.services.ports.world import ProjectInfo
from tocsin.services.site.writer import FULL, Writer

KINDS: Final = {"atom": atom.render, "json": jsonfeed.render}

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}")
"""Names that can be those of a file; a line of any other name has no feed of its own."""


def line_path(project: str, line: str, kind: str) -> str:
    """Where the feed of a line lies; "" for a name that cannot be a file's."""
    return f"p/{project}/line/{line}.{kind}" if _NAME.fullmatch(line) else ""


def grow(writer: Writer, held: dict[str, tuple[str, ...]], found: Sequence[Published]) -> dict[str, tuple[str, ...]]:
    """File what was published since into the feeds of its lines; returns what each feed holds now, newest first."""
    now, touched = dict(held), set[tuple[str, str]]()
    newest = {each.card.id: each.serial for each in found}  # a revision counts where it came, not where the first did
    for card in [each.card for each in found if newest[each.card.id] == each.serial]:
        named = _lines(writer, card)
        for key in [key for key, ids in now.items() if card.id in ids and key.startswith(f"{card.project}/")]:
            now[key] = tuple(each for each in now[key] if each != card.id)
            touched.add((card.project, key.partition("/")[2]))
        for line in named:
            now[f"{card.project}/{line}"] = (card.id, *now.get(f"{card.project}/{line}", ()))[:FULL]
            touched.add((card.project, line))
    for project, line in sorted(touched):
        info = writer.projects.get(project)
        if info is not None:
            _write(writer, info, line, now[f"{project}/{line}"])
    return now


def _lines(writer: Writer, card: ShelfCard) -> list[str]:
    record = next((each for each in writer.shelf.documents(card.id) if each.format == "record"), None)
    if record is None:
        return []
    every = msgspec.json.decode(record.body, type=Advisory).concerned_lines
    return sorted(line for line in every if line_path(card.project, line, "atom"))


def _write(writer: Writer, info: ProjectInfo, line: str, ids: tuple[str, ...]) -> None:
    known = writer.shelf.named(ids)
    cards = [known[each] for each in ids if each in known]
    entries = [writer.entry(card) for card in cards]
    updated = max((card.modified_at for card in cards), default=writer.now())
    for kind, render in KINDS.items():
        path = line_path(info.id, line, kind)
        this = f"{writer.url}/{path}"
        frame = Page(
            title=f"{info.name} {line} security advisories", home=writer.home(info.id), this=this, current=this,
            updated=updated, author=f"{info.name} security",
        )  # fmt: skip
        writer.tree.write(path, render(frame, entries))
