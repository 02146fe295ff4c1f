# SPDX-License-Identifier: Apache-2.0
"""Markdown (CommonMark): the same text as the plain one, for release notes, forges and web pages.

Names, titles and versions are plain text and are escaped; the free texts are Markdown by themselves. Whoever turns this
into HTML sanitises it there.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Final

from tocsin.core.advisory import Advisory
from tocsin.core.formats import words
from tocsin.core.formats.format import BY_OTHER_NAMES, Facts, Format, Loss
from tocsin.core.formats.prose import Rows, head_facts, section_facts

_MEANING: Final = re.compile(r"([\\`*_\[\]<>#|~&!])")
_ESCAPED: Final = re.compile(r"\\([\\`*_\[\]<>#|~&!])")
_ROW: Final = re.compile(r"- \*\*(.+?):\*\* (.*)")
_BARE: Final = re.compile(r"`([^`]*)`|<(https?://[^<>\s]*)>")


def render(advisory: Advisory) -> bytes:
    """The Markdown document."""
    banner = words.banner(advisory)
    parts = [
        f"# {advisory.id}: {escaped(advisory.title)}",
        f"**{escaped(banner)}**" if banner else "",
        escaped(advisory.summary),
        _rows(words.head(advisory)),
        *(_section(section) for section in words.sections(advisory)),
    ]
    return ("\n\n".join(filter(None, parts)) + "\n").encode()


def escaped(text: str) -> str:
    """Plain text that Markdown leaves as it is."""
    return _MEANING.sub(r"\\\1", text)


def _section(section: words.Section) -> str:
    return "\n\n".join(filter(None, (f"## {escaped(section.heading)}", _rows(section.rows), section.text)))


def _rows(rows: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(f"- **{escaped(label)}:** {_value(label, value)}" for label, value in rows)


def _value(label: str, value: str) -> str:
    if label.startswith("CVSS "):
        return f"`{value}`"
    return f"<{value}>" if re.fullmatch(r"https?://[^<>\s]+", value) else escaped(value)


def read_facts(document: bytes) -> Facts:
    """Facts of a Markdown document of ours."""
    lines = document.decode().split("\n")
    heads = [place for place, line in _outside_code(lines) if line.startswith("## ")]
    head = lines[: heads[0]] if heads else lines
    found = head_facts(_plain(head[0].removeprefix("# ")), _read(head))
    for place in heads:
        body = list(takewhile(lambda line: line.startswith("- **"), lines[place + 2 :]))
        found.update(section_facts(_plain(lines[place].removeprefix("## ")), _read(body)))
    return found


def _outside_code(lines: list[str]) -> list[tuple[int, str]]:
    found, fence = [], ""
    for place, line in enumerate(lines):
        mark = re.match(r" {0,3}(```+|~~~+)", line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence:
            found.append((place, line))
    return found


def _read(lines: list[str]) -> Rows:
    matches = [_ROW.fullmatch(line) for line in lines]
    return [(_plain(each[1]), _unmarked(each[2])) for each in matches if each]


def _unmarked(value: str) -> str:
    """The value as it was typed: a vector stands in backticks, an address in angle brackets, the rest is escaped."""
    bare = _BARE.fullmatch(value)
    return bare[1] or bare[2] if bare else _plain(value)


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _lossless(_: Advisory) -> tuple[Loss, ...]:
    return ()


FORMAT: Final = Format(
    name="markdown",
    title="Markdown",
    media_type="text/markdown; charset=utf-8",
    suffix=".md",
    file_name=lambda advisory: f"{advisory.id}.md",
    render=render,
    cannot_express=_lossless,
    facts=read_facts,
    silent_on=BY_OTHER_NAMES | {"score"},
)
