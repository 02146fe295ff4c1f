# SPDX-License-Identifier: Apache-2.0
"""Markdown to blocks: headings, paragraphs, list items, table rows and code, each with the numbers of its lines."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Iterator


class Shape(StrEnum):
    """Where a sentence stands."""

    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    STEP = "step"
    ROW = "row"
    CODE = "code"


_HEADING: Final = re.compile(r"^ {0,3}#{1,6}\s+(\S.*)$")
_UNDERLINE: Final = re.compile(r"^ {0,3}(=+|-+)\s*$")
_ITEM: Final = re.compile(r"^(\s*)(?:([-*+])|(\d{1,3})[.)])\s+(.*)$")
_FENCE: Final = re.compile(r"^ {0,3}(```+|~~~+)")
_REFERENCE: Final = re.compile(r"^ {0,3}\[([^\]\n]{1,200})\]:\s*<?(\S+?)>?\s*$")
_TABLE: Final = re.compile(r"^\s*\|.*\|?\s*$")
_RULE_LINE: Final = re.compile(r"^ {0,3}([-*_])(\s*\1){2,}\s*$")


class Block(Value):
    """Lines that belong together, with the shape they have."""

    lines: tuple[tuple[int, str], ...]
    shape: Shape
    lead: str = ""


class Blocks:
    """Walks over the lines of a document and yields its blocks."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.gathered: list[tuple[int, str]] = []
        self.shape, self.lead = Shape.TEXT, ""

    def read(self) -> Iterator[Block]:
        index = 0
        while index < len(self.lines):
            number, line = index + 1, self.lines[index]
            index += 1
            unquoted = line.lstrip()
            line = unquoted.lstrip("> ") if unquoted.startswith(">") else line
            if fence := _FENCE.match(line):
                yield from self._done()
                code, index = self._fenced(index, fence[1][:3])
                yield Block(lines=((number, line), *code), shape=Shape.CODE)
            else:
                yield from self._line(number, line)
        yield from self._done()

    def _done(self) -> Iterator[Block]:
        """End what was being gathered."""
        if self.gathered:
            yield Block(lines=tuple(self.gathered), shape=self.shape, lead=self.lead)
        self.gathered = []
        self.shape, self.lead = Shape.TEXT, ""

    def _line(self, number: int, line: str) -> Iterator[Block]:
        if _UNDERLINE.match(line) and len(self.gathered) == 1 and self.shape is Shape.TEXT:
            self.shape = Shape.HEADING
            yield from self._done()
        elif not line.strip() or _RULE_LINE.match(line) or (_REFERENCE.match(line) and not self.gathered):
            yield from self._done()
        elif heading := _HEADING.match(line):
            yield from self._done()
            yield Block(lines=((number, heading[1].rstrip().rstrip("#").rstrip()),), shape=Shape.HEADING)
        elif _TABLE.match(line):
            yield from self._done()
            yield Block(lines=((number, line.strip()),), shape=Shape.ROW)
        elif item := _ITEM.match(line):
            yield from self._done()
            self.shape, self.lead = (Shape.STEP if item[3] else Shape.ITEM), item[3] or ""
            self.gathered.append((number, item[4]))
        else:
            self.gathered.append((number, line.strip()))

    def _fenced(self, index: int, fence: str) -> tuple[tuple[tuple[int, str], ...], int]:
        code: list[tuple[int, str]] = []
        while index < len(self.lines):
            code.append((index + 1, self.lines[index]))
            index += 1
            if self.lines[index - 1].lstrip().startswith(fence):
                break
        return tuple(code), index


def references(lines: list[str]) -> dict[str, str]:
    """Return the addresses that `[label]: address` lines define."""
    stripped = (line for line in lines if line.lstrip()[:1] == "[")
    return {found[1].lower(): found[2] for line in stripped if (found := _REFERENCE.match(line))}


def without_comments(text: str) -> str:
    """Blank out HTML comments, keeping the lines."""
    parts = text.split("<!--")
    kept = [parts[0]]
    for part in parts[1:]:
        comment, end, rest = part.partition("-->")
        kept.append("\n" * comment.count("\n") + rest if end else "\n" * part.count("\n"))
    return "".join(kept)
