# SPDX-License-Identifier: Apache-2.0
"""Texts by their terms: posting lists in memory, one set of them for each group of readers.

A `Shelf` holds the texts that are read together (one project's reports, or what is published), so that ranking looks
at nothing, not even how often a word occurs, outside the shelves somebody may see. Adding and removing cost O(words of
the text); a removed text leaves its numbers behind in the posting lists until they are worth sweeping.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection
from typing import Final

NOTHING: Final[array[int]] = array("I")
"""The places of a term that stands nowhere, and the terms of a text that is gone."""

SWEEP_ABOVE: Final = 64
"""Removed texts that may gather before a sweep; after that, a sweep comes when they are a third of all."""


class Shelf:
    """The texts of one group of readers. `texts` holds their terms in order, `often` those that occur more than once,
    each followed by how often; a removed text's place is None."""

    def __init__(self) -> None:
        self.postings: dict[int, array[int]] = {}
        self.texts: list[array[int] | None] = []
        self.often: list[array[int]] = []
        self.ids: list[str] = []
        self.length = 0
        self.sweeps = 0
        self._at: dict[str, int] = {}
        self._gone = 0

    def __len__(self) -> int:
        """How many texts stand here."""
        return len(self._at)

    def __contains__(self, id_: object) -> bool:
        """Whether a text of this id stands here."""
        return id_ in self._at

    def terms(self, id_: str) -> array[int] | None:
        """Return the terms of a text, None where there is none."""
        number = self._at.get(id_)
        return None if number is None else self.texts[number]

    def saying(self, wanted: Collection[int]) -> set[int]:
        """Numbers of the texts that hold every one of these terms, the later added the larger; none for no term. Costs
        O(postings of the terms), whatever else stands here."""
        lists = sorted((self.postings.get(term, NOTHING) for term in wanted), key=len)
        found = set(lists[0]) if lists else set[int]()
        for each in lists[1:]:
            if not found:
                break
            found.intersection_update(each)
        return {number for number in found if self.texts[number] is not None} if self._gone else found

    def depth(self, number: int, wanted: Collection[int]) -> int:
        """How far from its beginning a text says these terms, all of which it holds; 0 is at once."""
        told = self.texts[number] or NOTHING
        return sum(map(told.index, wanted))

    def add(self, id_: str, told: array[int]) -> None:
        """Put a text's terms here, in place of an earlier one's of the same id. O(its words)."""
        self.remove(id_)
        number = len(self.texts)
        counts = Counter(told)
        self.texts.append(told)
        self.often.append(array("I", [each for found in counts.items() if found[1] > 1 for each in found]))
        self.ids.append(id_)
        self._at[id_] = number
        self.length += len(told)
        for term in counts:
            if (found := self.postings.get(term)) is None:
                self.postings[term] = array("I", (number,))
            else:
                found.append(number)

    def remove(self, id_: str) -> None:
        """Take a text away; nothing happens where there is none. O(its words), counting its share of the sweeps."""
        number = self._at.pop(id_, None)
        if number is None:
            return
        told = self.texts[number]
        self.length -= len(told) if told else 0
        self.texts[number], self.often[number] = None, array("I")
        self._gone += 1
        if self._gone > max(SWEEP_ABOVE, len(self._at) // 2):
            self._sweep()

    def _sweep(self) -> None:
        """Number the texts that are left anew and write the posting lists again."""
        kept = [number for number, told in enumerate(self.texts) if told is not None]
        self.ids, self.texts, self.often = (
            [self.ids[number] for number in kept],
            [self.texts[number] for number in kept],
            [self.often[number] for number in kept],
        )
        self._at = {id_: number for number, id_ in enumerate(self.ids)}
        self._gone = 0
        self.sweeps += 1
        self.postings = {}
        for number, told in enumerate(self.texts):
            for term in set(told or ()):
                self.postings.setdefault(term, array("I")).append(number)
