# SPDX-License-Identifier: Apache-2.0
"""On which line of a TOML file each key stands, so that a finding can point at it.

`tomllib` reads values but forgets lines. This scanner reads only what it needs: headers, keys at the start of a
statement, and where a statement that spans lines ends. It is run on text that `tomllib` has already accepted.
"""

from __future__ import annotations

import re
from typing import Final

_HEADER: Final = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_NAME: Final = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_KEY: Final = re.compile(rf"^\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_PART: Final = re.compile(_NAME)
_TOKEN: Final = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*|[\[\]{}]', re.S)


def key_lines(text: str) -> dict[str, int]:
    """Map each path (`intake.channel.0.kind`) to its line, counted from 1. Keys of inline tables are not listed."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    skip_until = 0
    listed = text.splitlines()
    for number, line in enumerate(listed, 1):
        if number <= skip_until:
            continue
        if header := _HEADER.match(line):
            table = _enter(header, counts)
            lines.setdefault(table, number)
            lines.setdefault(table.rpartition(".")[0] if header[1] == "[[" else table, number)
        elif key := _KEY.match(line):
            path = table
            for part in _parts(key[1]):
                path = f"{path}.{part}" if path else part
                lines.setdefault(path, number)
            skip_until = _statement_end(listed, number, key.end())
    return lines


def nearest_line(lines: dict[str, int], path: str) -> int:
    """Return the line of `path`, or of the nearest table around it; 1 when nothing is known."""
    while path:
        if path in lines:
            return lines[path]
        path = path.rpartition(".")[0]
    return 1


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]


def _enter(header: re.Match[str], counts: dict[str, int]) -> str:
    """Return the path of a table header, numbering the elements of arrays of tables."""
    parts = _parts(header[2])
    path = ""
    for index, part in enumerate(parts):
        path = f"{path}.{part}" if path else part
        last = index == len(parts) - 1
        if last and header[1] == "[[":
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = f"{path}.{counts[path]}"
    return path


def _statement_end(listed: list[str], number: int, column: int) -> int:
    """Return the last line of the statement that starts on line `number`."""
    depth = 0
    quote = ""
    line = listed[number - 1][column:]
    while True:
        depth, quote = _balance(line, depth, quote)
        if (not depth and not quote) or number >= len(listed):
            return number
        line = listed[number]
        number += 1


def _balance(line: str, depth: int, quote: str) -> tuple[int, str]:
    """Follow brackets and multi-line strings through one line."""
    position = 0
    while position < len(line):
        if quote:
            end = line.find(quote, position)
            if end < 0:
                return depth, quote
            position, quote = end + 3, ""
            continue
        token = _TOKEN.search(line, position)
        if not token or token[0].startswith("#"):
            return depth, quote
        position = token.end()
        if token[0] in ('"""', "'''"):
            quote = token[0]
        elif token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
    return depth, quote
