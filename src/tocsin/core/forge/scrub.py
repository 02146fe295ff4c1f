# SPDX-License-Identifier: Apache-2.0
"""Makes a private report that is not about security fit to be a public issue (S24, S25): a draft that a person reads.

Taken out: code, commands and traces that show how to make it happen, names and addresses, ids of the case and of rooms,
attachments. What stays is the title and the plain sentences. A draft is never sent by itself: the reporter agrees and
somebody of the project reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tocsin.core.intake import Report
from tocsin.core.vocabulary import Value

_FENCED: Final = re.compile(r"(?ms)^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1[^\n]*$|\Z)")
_INDENTED: Final = re.compile(r"(?m)(?:^(?: {4}|\t)[^\n]*\n?)+")
_COMMANDS: Final = re.compile(r"(?m)^\s*(?:\$|#|>|>>>|sqlmap|curl|wget|nc|python3?|psql)\s+\S[^\n]*$")
_FRAMES: Final = re.compile(r"(?m)^\s*(?:#\d+\s+0x|at \S+\(|==\d+==|Traceback \(most recent)[^\n]*$")
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|https?://\S+|@[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}\b")
_NUMBERS: Final = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[0-9a-f]{16,}\b", re.IGNORECASE)
_IDS: Final = re.compile(r"\b[A-Z][A-Z0-9]*-(?:SA-)?\d{4}-[a-z0-9]{3,}\b|\bGHSA(?:-\w{4}){3}\b|\b(?:rom|pty|cpy)_\w+\b")
_INLINE: Final = re.compile(r"`[^`\n]+`")
LEFT_OUT: Final = "[left out]"


class Draft(Value):
    """A public issue, to be read before it is one. `left_out` says what was taken out of the report."""

    title: str
    body: str
    left_out: tuple[str, ...] = ()


def draft(report: Report, names: Iterable[str], project: str) -> Draft:
    """Draft an issue from a report. `names` are the people and places that must not stand in it."""
    forbidden = [each for each in names if len(each.strip()) > 2]
    left: list[str] = []
    text, title = report.reproduce, report.title
    for what, pattern in (
        ("code", _FENCED), ("code", _INDENTED), ("commands", _COMMANDS), ("traces", _FRAMES), ("code", _INLINE),
        ("addresses", _ADDRESS), ("numbers", _NUMBERS), ("ids", _IDS),
    ):  # fmt: skip
        text, title = (_without(each, pattern, what, left) for each in (text, title))
    for name in forbidden:
        text, title = (
            _without(each, re.compile(re.escape(name), re.IGNORECASE), "names", left) for each in (text, title)
        )
    if report.attachments:
        left.append("attachments")
    words = re.sub(rf"(?:\s*{re.escape(LEFT_OUT)}\s*)+", f" {LEFT_OUT} ", text).strip()
    words = "\n".join(line.strip() for line in words.splitlines())
    return Draft(
        title=" ".join(title.split()) or f"A problem in {project}",
        body=f"{words}\n\nVersion: {_plain_version(report.version)}\n",
        left_out=tuple(dict.fromkeys(left)),
    )


def _without(text: str, pattern: re.Pattern[str], what: str, left: list[str]) -> str:
    found, count = pattern.subn(LEFT_OUT, text)
    if count:
        left.append(what)
    return found


def _plain_version(version: str) -> str:
    """A version as such, nothing around it."""
    found = re.fullmatch(r"[\w.+~ ,<>=*-]{1,60}", version.strip())
    return version.strip() if found and not _ADDRESS.search(version) else "unknown"


def holds(text: str, forbidden: Iterable[str]) -> tuple[str, ...]:
    """Which of the words that must not be public stand in a text all the same: for the last look before it is sent."""
    low = text.casefold()
    return tuple(each for each in forbidden if len(each.strip()) > 2 and each.casefold() in low)
