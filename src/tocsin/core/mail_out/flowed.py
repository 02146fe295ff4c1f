# SPDX-License-Identifier: Apache-2.0
"""Sets a text in at most 72 columns, so that programs that know how join its lines again (RFC 3676, format=flowed).

A line that was broken ends with a space; every other line does not. Lines that would be taken for something else are
stuffed with a space in front. A single word that is longer (an address of the web) is never broken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

COLUMNS: Final = 72
SIGNATURE: Final = "-- "
_QUOTES: Final = re.compile(r"(>+) ?(.*)", re.DOTALL)


def flowed(text: str) -> str:
    """The text in flowed lines, each ended with a line feed."""
    return "".join(f"{line}\n" for line in _lines(text) for line in _flow(line))


def fixed(text: str) -> str:
    """The text in lines of at most 72 columns that nothing joins again, for lists and signed text."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(text) for line in _flow(line, stuff=False))


def columns(line: str) -> int:
    """Columns of a line: letters of East Asia take two, combining marks none."""
    return sum(0 if unicodedata.combining(each) else 1 + (unicodedata.east_asian_width(each) in "WF") for each in line)


def _lines(text: str) -> Iterator[str]:
    cleaned = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    for line in cleaned.split("\n"):
        kept = "".join(each for each in line.expandtabs(4) if each >= " " and each != "\x7f")
        yield kept if kept == SIGNATURE else kept.rstrip()


def _flow(line: str, *, stuff: bool = True) -> Iterator[str]:
    quoted = _QUOTES.fullmatch(line)
    prefix, body = (f"{quoted.group(1)} ", quoted.group(2)) if quoted else ("", line)
    if body == SIGNATURE or columns(prefix + body) <= COLUMNS:
        yield _stuffed(prefix, body, stuff).rstrip(" ") if body != SIGNATURE else prefix + body
        return
    words = re.findall(r" *[^ ]+", body)
    current = ""
    for word in words:
        # One column is kept for the space that says: this line goes on.
        if current and columns(prefix + current + word) > COLUMNS - 1 - stuff:
            yield _stuffed(prefix, current, stuff) + " "
            current = word.removeprefix(" ")
        else:
            current += word
    yield _stuffed(prefix, current, stuff)


def _stuffed(prefix: str, body: str, stuff: bool) -> str:
    if prefix or not stuff or not (body.startswith((" ", ">", "From "))):
        return prefix + body
    return f" {body}"
