# SPDX-License-Identifier: Apache-2.0
"""The advisory as one HTML page that stands alone: no script, no style from elsewhere, nothing to load.

For attachments, archives and sites that have no other page; the pages that Tocsin serves come from the public room.
Free texts are Markdown of a few kinds (paragraphs, lists, code); all else in them is shown as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Final

from tocsin.core.advisory import Advisory
from tocsin.core.formats import words
from tocsin.core.formats.format import Loss

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "dt{font-weight:600}pre,code{font-family:ui-monospace,monospace}pre{overflow-x:auto}"
    ".notice{border:2px solid;padding:.5rem 1rem}"
)
_FENCE: Final = re.compile(r" {0,3}(?:```+|~~~+)")
_ITEM: Final = re.compile(r" {0,3}[-*+] +(.*)")
_HEADING: Final = re.compile(r" {0,3}#{1,6} +(.*)")
_CODE: Final = re.compile(r"`([^`\n]+)`")
_LINK: Final = re.compile(r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]]")


def render(advisory: Advisory) -> bytes:
    """The page, UTF-8."""
    title = escape(words.visible(f"{advisory.id}: {advisory.title}"))
    banner = words.banner(advisory)
    parts = [
        f'<!doctype html>\n<html lang="{escape(advisory.lang)}">\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n<main>\n<h1>{title}</h1>",
        *([f'<p class="notice">{_inline(banner)}</p>'] if banner else []),
        f"<p>{_inline(advisory.summary)}</p>",
        _rows(words.head(advisory)),
    ]
    for section in words.sections(advisory):
        parts.append(f"<h2>{escape(section.heading)}</h2>")
        parts += [_rows(section.rows)] if section.rows else []
        parts += _blocks(section.text)
    return ("\n".join([*parts, "</main>\n</html>"]) + "\n").encode()


def _rows(rows: tuple[tuple[str, str], ...]) -> str:
    lines = (f"<dt>{_inline(label)}</dt><dd>{_inline(value)}</dd>" for label, value in rows)
    return "<dl>\n" + "\n".join(lines) + "\n</dl>"


def _inline(text: str) -> str:
    """One run of text: code and addresses marked up, all else escaped."""
    found, at = [], 0
    text = words.visible(text)
    for match in sorted((*_CODE.finditer(text), *_LINK.finditer(text)), key=lambda each: each.start()):
        if match.start() < at:
            continue
        found.append(escape(text[at : match.start()]))
        whole = escape(match[0])
        found.append(f"<code>{escape(match[1])}</code>" if match.re is _CODE else f'<a href="{whole}">{whole}</a>')
        at = match.end()
    return "".join(found) + escape(text[at:])


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs, lists and code of a free text."""
    lines = text.split("\n")
    while lines:
        line = lines.pop(0)
        if _FENCE.match(line):
            code = _take(lines, lambda each: not _FENCE.match(each))
            lines[:1] = []
            yield f"<pre>{escape(chr(10).join(code))}</pre>"
        elif _ITEM.fullmatch(line):
            items = [line, *_take(lines, lambda each: bool(each.strip()))]
            yield "<ul>\n" + "\n".join(f"<li>{_inline(each)}</li>" for each in _items(items)) + "\n</ul>"
        elif heading := _HEADING.fullmatch(line):
            yield f"<h3>{_inline(heading[1])}</h3>"
        elif line.strip():
            rest = _take(
                lines, lambda each: bool(each.strip()) and not _FENCE.match(each) and not _ITEM.fullmatch(each)
            )
            yield f"<p>{_inline(' '.join((line, *rest)))}</p>"


def _take(lines: list[str], wanted: Callable[[str], bool]) -> list[str]:
    """Lines from the front while they are wanted, taken off."""
    taken: list[str] = []
    while lines and wanted(lines[0]):
        taken.append(lines.pop(0))
    return taken


def _items(lines: list[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        item = _ITEM.fullmatch(line)
        if item:
            found.append(item[1])
        else:
            found[-1] = f"{found[-1]} {line.strip()}"
    return found


def cannot_express(_: Advisory) -> tuple[Loss, ...]:
    """Everything is said."""
    return ()
