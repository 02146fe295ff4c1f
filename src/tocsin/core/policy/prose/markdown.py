# SPDX-License-Identifier: Apache-2.0
"""Markdown to sentences, each with its lines, its heading and its place in a list or table.

Only what a policy document uses is understood: headings, paragraphs, lists, quotes, tables, code, comments, links and
emphasis. Marks are taken off the words, the words keep their lines: a finding has to point at the line somebody sees.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from tocsin.core.policy.prose.blocks import Block, Blocks, Shape, references, without_comments
from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST: Final = 4000
"""Characters of a sentence that rules look at; real sentences are shorter, hostile ones are cut."""


class Link(Value):
    """A link, the line its address stands on, and where in the sentence it is."""

    url: str
    line: int
    offset: int = 0


class Unit(Value):
    """One sentence, heading, table row or code block. `raw` is its source, `block` numbers the paragraph or item it
    comes from, `lead` is the number of a step, `intro` the last sentence before the list an item stands in."""

    text: str
    raw: str
    starts: tuple[int, ...]
    lines: tuple[int, ...]
    heading: str
    shape: Shape
    block: int
    links: tuple[Link, ...] = ()
    lead: str = ""
    intro: str = ""

    @property
    def first(self) -> int:
        """First line."""
        return self.lines[0]

    @property
    def last(self) -> int:
        """Last line."""
        return self.lines[-1]

    @property
    def lowered(self) -> str:
        """The text in lower case, with every character in its place."""
        lowered = self.text.lower()
        return lowered if len(lowered) == len(self.text) else self.text

    def line_at(self, offset: int) -> int:
        """Line of the character at `offset` of `text`."""
        return self.lines[max(0, bisect_right(self.starts, offset) - 1)]


_MARK: Final = re.compile(
    r"!?\[(?P<label>[^\[\]]{0,500})\]\((?P<target><[^<>]{0,2000}>|[^()\s]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,200})?)"
    r"(?:\s+\"[^\"]{0,200}\")?\)"
    r"|\[(?P<reflabel>[^\[\]]{1,500})\](?:\[(?P<ref>[^\[\]]{0,200})\])"
    r"|<a\s[^<>]{0,500}?href=[\"'](?P<href>[^\"'<>]{0,2000})[\"'][^<>]{0,500}>"
    r"|<(?P<auto>(?:https?://|mailto:)[^<>\s]{1,2000})>"
    r"|(?P<bare>https?://[^\s<>()\[\]\"'`*]{1,2000})"
    r"|(?P<tag></?[a-zA-Z][^<>]{0,500}>)"
    r"|(?P<emphasis>\*{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|`+)"
    r"|(?P<escape>\\(?=[\\`*_{}\[\]()#+.!-]))"
    r"|(?P<space>[ \t]*\n\s*|\t\s*|\s{2,})"
)
_EMPHASIS: Final = re.compile(r"[*_`]+")
_END: Final = re.compile(r"[.!?:][\"')\u201d]*(?:\s+(?=[A-Z\"'(\u201c\d])|$)")
_NOT_END: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|incl|resp|inc|ltd|mr|ms|dr|no|st)|\b[A-Z]|\d)\.[\"')]*\s*$", re.I
)
_QUOTES: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " "})


def units(text: str) -> tuple[Unit, ...]:
    """Split a document into units, in its order."""
    return tuple(_units(without_comments(text).split("\n")))


def _units(lines: list[str]) -> Iterator[Unit]:
    addresses = references(lines)
    heading = intro = ""
    for index, block in enumerate(Blocks(lines).read()):
        cleaned = _code(block) if block.shape is Shape.CODE else _Cleaner(block, addresses).clean()
        if block.shape is Shape.HEADING:
            heading = cleaned.text
        for unit in _sentences(cleaned, block, heading, index, intro) if cleaned.text else ():
            yield unit
            intro = intro if unit.shape in (Shape.ITEM, Shape.STEP) else unit.text


class _Cleaner:
    """Takes the marks off the words of a block and remembers where each part stands: its line and source place."""

    def __init__(self, block: Block, references: dict[str, str]) -> None:
        self.raw = "\n".join(line for _, line in block.lines)
        self.numbers = [number for number, _ in block.lines]
        self.breaks = [found.start() for found in re.finditer("\n", self.raw)]
        self.references = references
        self.parts: list[str] = []
        self.starts, self.lines, self.origins = [0], [self.numbers[0]], [(0, 0)]
        self.links: list[Link] = []
        self.length = 0

    def clean(self) -> _Cleaned:
        position = 0
        for mark in _MARK.finditer(self.raw):
            if mark.start() > position:
                self._put(self.raw[position : mark.start()], position)
            position = mark.end()
            self._link(mark)
            self._words(mark)
        if position < len(self.raw):
            self._put(self.raw[position:], position)
        return _Cleaned(
            text="".join(self.parts).translate(_QUOTES),
            starts=tuple(self.starts),
            lines=tuple(self.lines),
            raw=self.raw,
            links=tuple(self.links),
            origins=tuple(self.origins),
        )

    def _put(self, words: str, at: int) -> None:
        line = self._line(at - 1) if at else self.numbers[0]
        if line != self.lines[-1]:
            self.starts.append(self.length)
            self.lines.append(line)
        self.parts.append(words)
        self.origins.append((self.length, at))
        self.length += len(words)

    def _line(self, at: int) -> int:
        return self.numbers[bisect_right(self.breaks, at)]

    def _link(self, mark: re.Match[str]) -> None:
        url = mark["target"] or self._referred(mark) or mark["href"] or mark["auto"] or mark["bare"]
        if url:
            at = mark.start("target") if mark["target"] else mark.start()
            url = url.rstrip(".,;:!") if mark["bare"] else url
            self.links.append(Link(url=url.strip("<>"), line=self._line(at), offset=self.length))

    def _referred(self, mark: re.Match[str]) -> str:
        if mark["reflabel"] is None:
            return ""
        return self.references.get((mark["ref"] or mark["reflabel"]).lower(), "")

    def _words(self, mark: re.Match[str]) -> None:
        """Put what a reader sees of a mark; emphasis, tags and escapes leave nothing."""
        label = mark["label"] if mark["label"] is not None else mark["reflabel"]
        at = mark.start()
        if label is not None:
            for words in re.split(r"(\s+)", _EMPHASIS.sub("", label)):
                self._put(" " if words.isspace() else words, at)
                at += len(words)
        elif mark["auto"] or mark["bare"]:
            self._put((mark["auto"] or mark["bare"]).removeprefix("mailto:"), at)
        elif mark["space"]:
            self._put(" ", at)


class _Cleaned(Value):
    """A block without its marks; `origins` pairs places in `text` with places in `raw`."""

    text: str
    starts: tuple[int, ...]
    lines: tuple[int, ...]
    raw: str
    links: tuple[Link, ...] = ()
    origins: tuple[tuple[int, int], ...] = ((0, 0),)

    def source(self, start: int, end: int | None) -> str:
        """Return the source of the words from `start` to `end`, with the marks that open there."""
        return self.raw[self._origin(start) : None if end is None else self._origin(end)].strip()

    def _origin(self, offset: int) -> int:
        at, raw = self.origins[max(0, bisect_right(self.origins, (offset, len(self.raw))) - 1)]
        raw += offset - at
        while raw and self.raw[raw - 1] in "*_`[":
            raw -= 1
        return raw if offset else 0


def _code(block: Block) -> _Cleaned:
    """Code keeps its marks."""
    raw = "\n".join(line for _, line in block.lines)
    return _Cleaned(text=raw, starts=(0,), lines=(block.lines[0][0],), raw=raw)


def _sentences(cleaned: _Cleaned, block: Block, heading: str, index: int, intro: str) -> Iterator[Unit]:
    """Cut a block into its sentences; headings, rows and code stay whole."""
    spans = [(0, len(cleaned.text))]
    if block.shape in (Shape.TEXT, Shape.ITEM, Shape.STEP):
        spans = list(_spans(cleaned.text))
    for number, (begin, end) in enumerate(spans):
        words = cleaned.text[begin:end]
        text = words.strip()
        if not text:
            continue
        start = begin + len(words) - len(words.lstrip())
        first = max(0, bisect_right(cleaned.starts, start) - 1)
        last = max(first, bisect_right(cleaned.starts, start + len(text) - 1) - 1)
        lines = cleaned.lines[first : last + 1]
        yield Unit(
            text=text[:LONGEST],
            raw=cleaned.source(start, spans[number + 1][0] if number + 1 < len(spans) else None),
            starts=tuple(max(0, at - start) for at in cleaned.starts[first : last + 1]),
            lines=lines,
            heading=heading,
            shape=block.shape,
            block=index,
            links=tuple(
                Link(url=link.url, line=link.line, offset=link.offset - start)
                for link in cleaned.links
                if start <= link.offset < start + max(1, len(text))
            ),
            lead=block.lead,
            intro=intro,
        )


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in _END.finditer(text):
        if text[end.start()] == ":" and end.end() < len(text):
            continue
        near = text[max(start, end.start() - 12) : end.end()]
        if text[end.start()] == "." and end.end() < len(text) and _NOT_END.search(near):
            continue
        yield start, end.end()
        start = end.end()
    if start < len(text):
        yield start, len(text)
