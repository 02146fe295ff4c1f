# SPDX-License-Identifier: Apache-2.0
"""How alike two changes are, and whether the code that a change touches is there at all.

Lines are compared without whitespace, and only those of four characters or more: braces match everything. The measure
is multiset overlap: shared lines over the larger of the two. Thresholds were read off published backports
(docs/explanation/backports.md); they say what is worth showing to a person, not what is true.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from tocsin.core.backports.commits import Patch

SHORTEST: Final = 4
_BLANK: Final = re.compile(r"\s+")
_DOCUMENTS: Final = re.compile(
    r"(?:^|/)(?:doc|docs|documentation|changes|changelog|news|release|releases)(?:/|$|\.)|\.(?:md|rst|txt|sgml|html|adoc|po|pot)$",
    re.IGNORECASE,
)
_TESTS: Final = re.compile(
    r"(?:^|/)(?:tests?|testing|expected|t|spec|fuzz)(?:/|$)|(?:^|[/_.-])tests?(?:[_.-]|$)|_test\.", re.IGNORECASE
)


TRIVIAL: Final = frozenset({
    "", "{", "}", "};", "});", ");", ")", "(", "} else {", "else {", "else", "return;", "break;", "continue;", "#endif",
    "#else", "*/", "/*", "//", "*", "/**", " */", "return 0;", "return 1;", "return NULL;", "return false;",
    "return true;", "return None", "goto err;", "goto end;", "end:", "err:", "int", "void", "static", "default:", "do",
    "do {", "if (1)", "{0}", "NULL,", "0,", "true,", "false,", "pass", "else:", "try:", "finally:",
})  # fmt: skip
"""Lines that stand in every file and say nothing about whether some code is there."""


def plain(line: str) -> str:
    """A line without whitespace; "" when it is too short to tell anything."""
    bare = _BLANK.sub("", line)
    return bare if len(bare) >= SHORTEST else ""


_SAYS_NOTHING: Final = frozenset(_BLANK.sub("", line) for line in TRIVIAL)


def telling(line: str) -> str:
    """A line without whitespace; "" when it stands in every file."""
    bare = plain(line)
    return "" if bare in _SAYS_NOTHING else bare


def similarity(first: Patch, second: Patch) -> float:
    """Share of changed lines that two patches have in common, 0 to 1; 0 where either changes nothing that counts."""
    mine, theirs = _signed(first), _signed(second)
    larger = max(mine.total(), theirs.total())
    return (mine & theirs).total() / larger if larger else 0.0


def _signed(patch: Patch) -> Counter[str]:
    counted: Counter[str] = Counter()
    for sign, files in (("-", patch.removed), ("+", patch.added)):
        counted.update(sign + bare for lines in files.values() for line in lines if (bare := plain(line)))
    return counted


def is_code(path: str) -> bool:
    """Whether a file is source code rather than documents or tests, going by its path."""
    return not _DOCUMENTS.search(path) and not _TESTS.search(path)


class Hunk(msgspec.Struct, frozen=True):
    """What one hunk expects to find: removed lines and context, in order."""

    path: str
    before: tuple[str, ...]


class Presence(msgspec.Struct, frozen=True):
    """How much of what a fix expects is there: the best hunk's share, and the share over all hunks."""

    best: float
    overall: float
    hunks: int

    @property
    def present(self) -> bool:
        """Whether the code that the fix changes is there."""
        return self.best >= BEST or self.overall >= OVERALL

    @property
    def absent(self) -> bool:
        """Whether next to nothing of it is there. What lies between the two is for a person to look at."""
        return self.overall <= ABSENT


BEST: Final = 0.8
OVERALL: Final = 0.3
ABSENT: Final = 0.05


def presence(hunks: Iterable[Hunk], files: Mapping[str, Sequence[str]]) -> Presence | None:
    """Look for what a fix expects in a line's files, by the path the fix knows; None where it expects nothing.

    A file that is not there counts with all its lines as missing.
    """
    found = total = seen = 0
    best = 0.0
    kept = {path: {bare for line in lines if (bare := telling(line))} for path, lines in files.items()}
    for hunk in hunks:
        wanted = [bare for line in hunk.before if (bare := telling(line))]
        if not wanted:
            continue
        here = sum(line in kept.get(hunk.path, ()) for line in wanted)
        seen += 1
        found, total = found + here, total + len(wanted)
        best = max(best, here / len(wanted))
    return Presence(best=best, overall=found / total, hunks=seen) if seen else None


def distinctive(hunks: Iterable[Hunk], most: int = 40) -> tuple[str, ...]:
    """Lines by which moved code is found again wherever it went: the longest that a fix expects, stripped."""
    lines = {line.strip() for hunk in hunks for line in hunk.before}
    return tuple(sorted((line for line in lines if len(line) >= LONG), key=lambda line: (-len(line), line))[:most])


LONG: Final = 20
"""Characters from which a line is hardly there by chance."""
