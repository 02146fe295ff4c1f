# SPDX-License-Identifier: Apache-2.0
"""What a mail may cost, counted before a parser sees a byte of it.

The parser of the standard library takes seconds for a few kilobytes made to hurt it: thousands of parts, of header
lines, of encoded words, of nested messages. What hurts can be counted with a search for lines, in one pass. A mail
beyond a bound is kept whole, and a person is told: refused would be lost.

Source of the numbers: measured on CPython 3.11 (`./bench mail`); RFC 5322 section 2.1.1 for what is usual.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from tocsin.core.vocabulary import Value

MAX_BYTES: Final = 30 * 1024 * 1024
MAX_HEADER_BYTES: Final = 64 * 1024
"""Of one block of headers, the message's own or a part's."""

MAX_DASHES: Final = 1000
"""Lines that begin with `--`: each may be the start of a part."""

MAX_HEADERS: Final = 1000
MAX_FOLDS: Final = 200
MAX_WORDS: Final = 200
"""Encoded words (`=?`) of one header."""

MAX_PARAMETERS: Final = 64
"""Semicolons in one `Content-` header."""

MAX_ALL_LINES: Final = 20_000
"""Lines of headers in all parts together."""

MAX_ALL_PARAMETERS: Final = 10_000
"""Semicolons in the headers of all parts together."""

MAX_DEPTH: Final = 20
LEAST_LINES: Final = 100_000
BYTES_A_LINE: Final = 60
"""Lines may number `LEAST_LINES`, and one more for each so many bytes: more is made of nothing but line ends."""

LEAST_COMPARED: Final = 600_000
BYTES_A_COMPARISON: Final = 16
"""Each line is compared with the boundary of each level above it: so many times, and once more for so many bytes."""

_DASHED: Final = re.compile(rb"^--[^\r\n]*", re.MULTILINE)
_BLOCK: Final = re.compile(rb"(?:(?:From |[!-9;-~]*:|[\t ])[^\r\n]*(?:\r\n|\r|\n|\Z))*")
"""Lines as long as each can be one of a header: where `email.feedparser` stops, too."""

_BOUNDARY: Final = re.compile(rb'boundary\*?0?\*?\s*=\s*(?:"([^"\r\n]{1,998})"|([^\s;"]{1,998}))', re.IGNORECASE)
_NESTS: Final = re.compile(rb"^content-type[ \t]*:[\s\r\n]*message/", re.IGNORECASE | re.MULTILINE)
_HEADER: Final = re.compile(rb"^[!-9;-~]+[ \t]*:", re.MULTILINE)


class Exceeded(Value):
    """The bound that a mail goes beyond, in words for a person: “1,205 headers; at most 1,000”."""

    because: str


def exceeded(raw: bytes) -> Exceeded | None:
    """Return the first bound that a message goes beyond, or None. Costs one pass over its lines."""
    found = _counts(raw)
    if found:
        return Exceeded(because=found)
    depth, problem = _walk(raw)
    if problem:
        return Exceeded(because=problem)
    lines = _lines(raw)
    if lines * depth > LEAST_COMPARED + len(raw) // BYTES_A_COMPARISON:
        return Exceeded(because=f"{lines:,} lines, {depth} levels deep")
    return None


def _lines(raw: bytes) -> int:
    return raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")


def _counts(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        return f"{len(raw):,} bytes; at most {MAX_BYTES:,}"
    lines = _lines(raw)
    most = LEAST_LINES + len(raw) // BYTES_A_LINE
    if lines > most:
        return f"{lines:,} lines; at most {most:,} in {len(raw):,} bytes"
    dashed = raw.count(b"\n--") + raw.count(b"\r--") + raw.startswith(b"--")
    return f"{dashed:,} lines that may begin a part; at most {MAX_DASHES:,}" if dashed > MAX_DASHES else ""


def _walk(raw: bytes) -> tuple[int, str]:
    """Go from block of headers to block of headers as a parser would, without parsing: how deep it gets, and what is
    wrong with a block."""
    levels: list[bytes] = []  # boundaries; an empty one stands for a message in a message
    deepest, start, lines, parameters = 1, 0, 0, 0
    dashed = _DASHED.finditer(raw)
    while deepest <= MAX_DEPTH:
        block, end = _block(raw, start)
        lines, parameters = lines + block.count(b"\n"), parameters + block.count(b";")
        if problem := _problem(block) or _too_much(lines, parameters):
            return deepest, problem
        lower = block.lower()  # a word is found sooner than a pattern, and most blocks have neither
        found = _BOUNDARY.search(block) if b"boundary" in lower else None
        nests = not found and b"message/" in lower and _NESTS.search(block)
        if found:
            levels.append(found[1] or found[2])
        elif nests:
            levels.append(b"")
        deepest = max(deepest, len(levels) + 1)
        if nests:
            start = _next_line(raw, end)  # the message inside begins after the empty line
            continue
        line = next((each for each in dashed if each.start() >= end and _opens(each[0], levels)), None)
        if line is None:
            return deepest, ""
        start = _next_line(raw, line.end())
    return deepest, f"parts within parts, more than {MAX_DEPTH} levels deep"


def _too_much(lines: int, parameters: int) -> str:
    if lines > MAX_ALL_LINES:
        return f"more than {MAX_ALL_LINES:,} lines of headers in all parts together"
    if parameters > MAX_ALL_PARAMETERS:
        return f"more than {MAX_ALL_PARAMETERS:,} parameters in all parts together"
    return ""


def _block(raw: bytes, start: int) -> tuple[bytes, int]:
    found = _BLOCK.match(raw, start)
    end = found.end() if found else start
    return raw[start:end], end


def _opens(line: bytes, levels: list[bytes]) -> bool:
    """Whether a dashed line begins a part; what it ends is taken off the levels."""
    for at in range(len(levels) - 1, -1, -1):
        boundary = levels[at]
        if boundary and line[2:].startswith(boundary):
            rest = line[2 + len(boundary) :].strip()
            if rest not in (b"", b"--"):
                continue
            ended = rest == b"--"
            del levels[at + (not ended) :]
            return not ended
    return False


def _next_line(raw: bytes, at: int) -> int:
    if raw[at : at + 2] == b"\r\n":
        return at + 2
    return at + 1 if raw[at : at + 1] in (b"\r", b"\n") else at


def _problem(block: bytes) -> str:
    """What is wrong with one block of headers, or nothing."""
    if len(block) > MAX_HEADER_BYTES:
        return f"{len(block):,} bytes of headers; at most {MAX_HEADER_BYTES:,}"
    if block.count(b"\n") <= MAX_FOLDS and block.count(b"=?") <= MAX_WORDS and block.count(b";") <= MAX_PARAMETERS:
        return ""  # as nearly always: too few in the whole block for any one header
    starts = [each.start() for each in _HEADER.finditer(block)]
    if len(starts) > MAX_HEADERS:
        return f"{len(starts):,} headers in one block; at most {MAX_HEADERS:,}"
    for start, end in pairwise((*starts, len(block))):
        header = block[start:end]
        name = header[: header.find(b":")].decode("ascii", "replace").strip()
        for what, most, many in (
            ("folded lines", MAX_FOLDS, len(header.splitlines()) - 1),
            ("encoded words", MAX_WORDS, header.count(b"=?")),
            ("parameters", MAX_PARAMETERS, header.count(b";") if name.lower().startswith("content-") else 0),
        ):
            if many > most:
                return f"{many:,} {what} in the header {name[:40]}; at most {most:,}"
    return ""
