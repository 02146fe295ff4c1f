# SPDX-License-Identifier: Apache-2.0
"""What a commit message says about other commits, and its subject without what backporting puts around it.

Only recorded forms count: `cherry picked from commit X` (git cherry-pick -x), `Backport of X from main` (Django), and
`commit X upstream` / `[ Upstream commit X ]` (Linux stable). A bare hash in a message is a follow-up or a revert far
more often than a backport. `This reverts commit X` is git revert's own sentence; `Fixes: X` names what X broke.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.vocabulary import Value

_ONE: Final = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
_HASH: Final = r"([0-9a-f]{7,64})\b"
PICKED: Final = re.compile(
    rf"cherry[- ]picked from (?:commit )?{_HASH}"
    rf"|^\s*backport(?:ed)? (?:of|from)(?: commit)? {_HASH}(?: from \S+)?"
    rf"|^\s*commit {_HASH} upstream"
    rf"|^\s*\[\s*upstream commit {_HASH}\s*\]",
    re.IGNORECASE | re.MULTILINE,
)
REVERTED: Final = re.compile(
    r"this reverts(?: the)? commits? ((?:[0-9a-f]{7,64}\b(?:\s*(?:,|and|,\s*and)\s*)?)+)", re.IGNORECASE
)
FIXED: Final = re.compile(rf"^fixes:? {_HASH}", re.IGNORECASE | re.MULTILINE)

_BEFORE: Final = re.compile(
    r"^(?:\[[^\]]{1,40}\]|\(?(?:backport|cherry[- ]?pick(?:ed)?)(?: (?:of|to) \S+)?\)?:)\s*", re.IGNORECASE
)
_AFTER: Final = re.compile(r"\s*(?:\(#\d+\)|\(GH-\d+\)|\(backport[^)]*\)|[.:])$", re.IGNORECASE)
_BLANK: Final = re.compile(r"\s+")


class Said(Value):
    """Hashes a message names, as they are written: full or shortened, lower case."""

    picked: tuple[str, ...] = ()
    reverts: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()


def subject(line: str) -> str:
    """A subject as people mean it: without `[5.2.x]`, `Backport:`, `(#123)`, final dot, case and doubled spaces."""
    text = _BLANK.sub(" ", line).strip()
    while cut := _BEFORE.match(text):
        text = text[cut.end() :]
    while cut := _AFTER.search(text):
        text = text[: cut.start()]
    return text.casefold()


def said(message: str) -> Said:
    """Read the recorded relations out of a whole message."""
    return Said(picked=_named(PICKED, message), reverts=_named(REVERTED, message), fixes=_named(FIXED, message))


def _named(form: re.Pattern[str], message: str) -> tuple[str, ...]:
    found = (next(group for group in match.groups() if group) for match in form.finditer(message))
    return tuple(dict.fromkeys(each.lower() for names in found for each in _ONE.findall(names)))
