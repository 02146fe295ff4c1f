# SPDX-License-Identifier: Apache-2.0
"""Plain text of at most 72 columns, for mailing lists and terminals.

The facts stand on top, one a row, and then the sections in the order of Kubernetes' announcements. Lines longer than 72
columns occur only where a single word (an address) is longer. The bytes are UTF-8.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Final

from tocsin.core.advisory import Advisory
from tocsin.core.formats import words
from tocsin.core.formats.format import BY_OTHER_NAMES, Facts, Format, Loss
from tocsin.core.formats.prose import head_facts, section_facts
from tocsin.core.formats.wrap import WIDTH, fold, fold_vector, wrapped

_COLUMN: Final = 15
_RULE: Final = re.compile(r"-{3,}")


def render(advisory: Advisory) -> bytes:
    """The text."""
    title = fold(words.visible(f"{advisory.id}: {advisory.title}"), "", "")
    parts = [f"{title}\n{'=' * WIDTH}"]
    parts += [fold(words.visible(text), "", "") for text in (words.banner(advisory), advisory.summary) if text]
    parts.append("\n".join(_row(label, value) for label, value in words.head(advisory)))
    parts += [_section(section) for section in words.sections(advisory)]
    return ("\n\n".join(parts) + "\n").encode()


def _row(label: str, value: str) -> str:
    first, rest = f"{label}:".ljust(_COLUMN), " " * _COLUMN
    return fold_vector(value, first, rest) if label.startswith("CVSS ") else fold(value, first, rest)


def _section(section: words.Section) -> str:
    rows = "\n".join(fold(f"{label}: {value}", "  ", "      ") for label, value in section.rows)
    body = "\n\n".join(filter(None, (rows, wrapped(section.text))))
    return f"{fold(words.visible(section.heading), '', '')}\n{'-' * min(WIDTH, max(3, len(section.heading)))}\n{body}"


def read_facts(document: bytes) -> Facts:
    """Facts of a text of ours; other people's texts have no fixed form and state nothing here."""
    lines = document.decode().split("\n")
    rules = [place for place, line in enumerate(lines) if _RULE.fullmatch(line)]
    head = lines[: rules[0] - 1] if rules else lines
    title = list(takewhile(lambda line: line != "=" * WIDTH, head))
    found = head_facts(" ".join(title), [_split(line) for line in _whole(head[len(title) + 1 :]) if ":" in line])
    for rule in rules:
        heading = _heading(lines, rule)
        rows = [_split(line, last=heading == words.FIXED_VERSIONS) for line in _body(lines[rule + 1 :])]
        found.update(section_facts(heading, rows))
    return found


def _heading(lines: list[str], rule: int) -> str:
    """The heading over a rule, whose lines go back to the empty line before it."""
    above = takewhile(str.strip, reversed(lines[:rule]))
    return " ".join(reversed(list(above)))


def _whole(lines: list[str]) -> list[str]:
    """Rows with the lines that a long value was folded into; a vector was folded after a slash."""
    whole: list[str] = []
    for line in lines:
        if whole and line.startswith("    ") and line.strip():
            glue = "" if whole[-1].startswith("CVSS ") and whole[-1].endswith("/") else " "
            whole[-1] += glue + line.strip()
        else:
            whole.append(line)
    return whole


def _body(lines: list[str]) -> list[str]:
    """The rows that a section begins with: indented by two, folded by six. Free text never begins with two spaces."""
    rows = [line[2:] for line in takewhile(lambda line: line.startswith("  "), lines)]
    return _whole(rows) if rows and rows[0][:1] != " " else []


def _split(line: str, *, last: bool = False) -> tuple[str, str]:
    """`Label:   value`. A product's name may hold a colon and its versions none, so there the last one counts."""
    label, _, value = line.rpartition(": ") if last else line.partition(":")
    return label, value.strip()


def _lossless(_: Advisory) -> tuple[Loss, ...]:
    return ()


FORMAT: Final = Format(
    name="text",
    title="plain text",
    media_type="text/plain; charset=utf-8",
    suffix=".txt",
    file_name=lambda advisory: f"{advisory.id}.txt",
    render=render,
    cannot_express=_lossless,
    facts=read_facts,
    silent_on=BY_OTHER_NAMES | {"score"},
    signed=True,  # it is what people pass on
    marked=lambda body, line: f"{line}\n\n".encode() + body,
)
