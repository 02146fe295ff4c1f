# SPDX-License-Identifier: Apache-2.0
"""Wraps Markdown to a width without breaking its blocks: lists keep their indent, code its lines.

A paragraph whose lines all fit keeps them: its author may have meant them, as with two commands. A word longer than the
width (an address, mostly) stays whole: a broken link is worse than a long line. Code is folded at white space only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import wrap
from typing import Final

WIDTH: Final = 72

_FENCE: Final = re.compile(r" {0,3}(```|~~~)")
_ITEM: Final = re.compile(r"( {0,12}(?:[-*+]|\d{1,9}[.)]) +)(.*)")
_VERBATIM: Final = re.compile(r" {4}|\t|\||>|#")


def wrapped(text: str, width: int = WIDTH) -> str:
    """Markdown with no line longer than `width`, except for words that are longer by themselves."""
    return "\n".join(_fold_block(block, width) for block in _blocks(text.split("\n")))


def fold(text: str, first: str, rest: str, width: int = WIDTH) -> str:
    """One paragraph, its first line after `first` and the others after `rest`; a long word goes to the margin."""
    lines = wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(
        _to_the_margin(line, first if place == 0 else rest, width) for place, line in enumerate(lines)
    ) or (first.rstrip())


def _to_the_margin(line: str, indent: str, width: int) -> str:
    """A word that only the indent pushes over the edge starts at the margin, below its label."""
    if len(line) <= width:
        return line
    word = line[len(indent) :]
    return f"{indent.rstrip()}\n{word}" if indent.strip() else word


def fold_vector(vector: str, first: str, rest: str, width: int = WIDTH) -> str:
    """A CVSS vector, broken after a slash where it must be: it has no spaces."""
    lines, line = [], first
    for part in re.findall(r"[^/]+/?", vector):
        if len(line) + len(part) > width:
            lines.append(line)
            line = rest
        line += part
    return "\n".join((*lines, line))


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """Paragraphs and list items as lists of lines; code, tables, quotes and empty lines each by themselves.

    Plain text has no fences: fenced code is indented instead, which also keeps it from looking like a heading of ours.
    """
    block: list[str] = []
    fenced = False
    for line in lines:
        fence = bool(_FENCE.match(line))
        alone = fenced or fence or not line.strip() or (not block and _VERBATIM.match(line))
        if block and (alone or _ITEM.fullmatch(line)):
            yield block
            block = []
        if alone and not fence:
            yield [f"    {line}" if fenced and line.strip() else line]
        elif not alone:
            block.append(line)
        fenced = fenced != fence
    if block:
        yield block


def _fold_block(block: list[str], width: int) -> str:
    line = block[0].rstrip().expandtabs(4)
    if len(block) == 1 and len(line) <= width and (_VERBATIM.match(line) or not line):
        return line
    item = _ITEM.fullmatch(line)
    if item:
        return fold(" ".join((item[2], *block[1:])), item[1], " " * len(item[1]), width)
    if all(len(each) <= width for each in block):
        return "\n".join(each.strip() for each in block)
    indent = " " * min(len(line) - len(line.lstrip()), width // 2) if _VERBATIM.match(line) else ""
    return fold(" ".join(each.strip() for each in (line, *block[1:])), indent, indent and f"{indent}    ", width)
