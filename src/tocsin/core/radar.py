# SPDX-License-Identifier: Apache-2.0
"""Does something public show what is still under embargo? Public commits and texts against embargoed patches and words.

A patch is known again by its changed lines, without whitespace and without lines that stand in every file; a line that
several watched patches share, or that a public commit only moves, says little and weighs little. Words are planted ones
and names that nobody outside should know: a case's reference, an advisory's id, a CVE id that is only reserved.
Comparing is local: nothing of a patch leaves the machine. A hit is evidence for a person, who decides what it means.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final

from tocsin.core.backports.similarity import telling
from tocsin.core.vocabulary import CaseRef, Value

PART: Final = 0.34
"""Share of a patch's telling lines from which on a public change is worth showing."""

MOST: Final = 0.8
"""Share from which on it is the same change as far as anybody can tell."""

FEWEST: Final = 3
"""Fewer lines in common are chance, unless they are the whole patch."""

_SHORTEST_WORD: Final = 5
_COMMIT: Final = re.compile(r"^(?:commit|From) ([0-9a-f]{7,64})\b", re.MULTILINE)
_HEADER: Final = ("+++ ", "--- ")


class Strength(StrEnum):
    """How much a hit says: the same change, a part of it, or a word."""

    SAME = "same"
    PART = "part"
    WORD = "word"


class Watched(Value):
    """What must not be seen of one case: the diff of its fix, and words."""

    case: CaseRef
    diff: str = ""
    words: tuple[str, ...] = ()


class Hit(Value):
    """Something public that shows a case: where, how much of the patch, and the lines or words in common."""

    case: CaseRef
    where: str
    strength: Strength
    share: float = 0.0
    seen: tuple[str, ...] = ()


class Radar:
    """An index of what is watched; a look costs the lines of what is looked at, not the number of patches."""

    def __init__(self, watched: Iterable[Watched]) -> None:
        self._watched = tuple(watched)
        self._shapes = [frozenset(changed(each.diff)) for each in self._watched]
        self._by_line: dict[str, list[int]] = {}
        for number, shape in enumerate(self._shapes):
            for line in shape:
                self._by_line.setdefault(line, []).append(number)
        words = {word.casefold() for each in self._watched for word in each.words if len(word) >= _SHORTEST_WORD}
        self._words = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True)))) if words else None

    def look(self, text: str) -> tuple[Hit, ...]:
        """Look through the output of `git log -p`, patches, or any text; the strongest hits first."""
        found = (hit for where, part in _parts(text) for hit in self._one(where, part))
        order = list(Strength)
        return tuple(sorted(found, key=lambda hit: (order.index(hit.strength), -hit.share, hit.case, hit.where)))

    def _one(self, where: str, text: str) -> Iterator[Hit]:
        common: Counter[int] = Counter()
        lines: dict[int, list[str]] = {}
        for line in set(changed(text)):
            for number in self._by_line.get(line, ()):
                common[number] += 1
                lines.setdefault(number, []).append(line)
        for number, count in common.items():
            whole = len(self._shapes[number])
            share = count / whole
            if share >= PART and (count >= FEWEST or share >= MOST):
                yield Hit(
                    case=self._watched[number].case,
                    where=where,
                    strength=Strength.SAME if share >= MOST else Strength.PART,
                    share=round(share, 3),
                    seen=tuple(sorted(lines[number]))[:5],
                )
        yield from self._named(where, text)

    def _named(self, where: str, text: str) -> Iterator[Hit]:
        said = set(self._words.findall(text.casefold())) if self._words else set()
        for each in self._watched if said else ():
            seen = tuple(word for word in each.words if word.casefold() in said)
            if seen:
                yield Hit(case=each.case, where=where, strength=Strength.WORD, seen=seen)


def changed(diff: str) -> Iterator[str]:
    """Yield the telling changed lines of a diff, each with its sign; of a text that is no diff, none."""
    inside = False
    for line in diff.splitlines():
        if line.startswith("@@ "):
            inside = True
        elif line.startswith("diff --git ") or (line.startswith(_HEADER) and not inside):
            inside = False
        elif inside and line[:1] in ("+", "-") and (bare := telling(line[1:])):
            yield line[0] + bare


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Cut the output of git at its commits; what stands before the first, or has none, is `text`."""
    marks = list(_COMMIT.finditer(text))
    if not marks or marks[0].start():
        yield "text", text[: marks[0].start()] if marks else text
    ends: Sequence[int] = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=False):
        yield mark[1], text[mark.start() : end]
