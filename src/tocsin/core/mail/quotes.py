# SPDX-License-Identifier: Apache-2.0
"""Parts what somebody wrote from what their program quoted below it. The whole mail is kept in any case; this decides
what stands in the thread. Words between quotes are an answer to them, so only what comes last is taken off.
"""

from __future__ import annotations

import re
from typing import Final

_WROTE: Final = re.compile(
    r"^(?:on\b.{4,300}\bwrote|am\b.{4,300}\bschrieb.{0,200}|le\b.{4,300}\b[aà] [eé]crit|.{3,200}@.{3,200}\bwrote)"
    r"\s*:?\s*$",
    re.IGNORECASE,
)
_HEADER: Final = re.compile(r"^\s*-{2,}\s*original message\s*-{2,}\s*$", re.IGNORECASE)


def words(text: str) -> str:
    """The words of a mail without the quoted mail at its end; all of it where nothing else would be left."""
    lines = text.split("\n")
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith(">")):
        end -= 1
    if end < len(lines):
        end = _introduction(lines, end)
    cut = next((at for at, line in enumerate(lines[:end]) if _HEADER.match(line)), end)
    kept = "\n".join(lines[:cut]).strip("\n")
    return kept if kept.strip() else text.strip("\n")


def _introduction(lines: list[str], end: int) -> int:
    """Where the line “On Monday X wrote:” begins, which programs break in two."""
    for back in (1, 2, 3):
        if end - back >= 0 and _WROTE.match(" ".join(line.strip() for line in lines[end - back : end])):
            return end - back
    return end
