# SPDX-License-Identifier: Apache-2.0
"""A new text as a query: its terms weighed by what the shelves hold, and the few texts worth comparing with it.

The rarest terms name candidates until a budget of postings is spent, so that a search costs the same among a thousand
texts and a hundred thousand.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import islice, pairwise
from math import log, sqrt
from typing import Final

from tocsin.core.similar.index import Shelf
from tocsin.core.similar.words import Kind, kind, numbers, words
from tocsin.core.vocabulary import Value

MAX_TERMS: Final = 200
"""A query's rarest terms that name candidates."""
BUDGET: Final = 1200
"""Postings that are looked at to find candidates."""
CANDIDATES: Final = 96
"""Texts that are compared whole with the query."""
FAINT: Final = 0.3
"""A candidate whose rare terms weigh less than this share of the best one's is not compared."""
ENOUGH: Final = 3.0
"""A query with this much to say, in words that nobody else uses, has its score halved: agreeing on three words is less
evidence than agreeing on thirty."""
BACKGROUND: Final = 1000
"""Texts about anything else, of which every count is told: among a hundred copies of one report its words would
otherwise be worth nothing, and a first score would mean less on a small installation than on a large one."""
MAX_EVIDENCE: Final = 12
"""Shared things that are named for a hit."""

NOTHING: Final[array[int]] = array("I")


class Evidence(Value):
    """One thing that both texts have, as the new text spells it."""

    kind: Kind
    value: str


class Squares(dict[int, float]):
    """Squared TF-IDF weights of terms; a dictionary that fills itself, because summing it then runs in C."""

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        super().__init__()
        self.postings = [shelf.postings for shelf in shelves]
        self.known = sum(map(len, shelves))
        self.total = self.known + BACKGROUND

    def count(self, term: int) -> int:
        """How many texts have a term, as far as anybody counted."""
        many = 0
        for postings in self.postings:
            many += len(postings.get(term, NOTHING))
        return min(self.known, many)

    def __missing__(self, term: int) -> float:
        self[term] = square = (log((1 + self.total) / (1 + self.count(term))) + 1) ** 2
        return square


class Query:
    """A new text, weighed by what the shelves hold."""

    def __init__(self, text: str, told: array[int], squares: Squares) -> None:
        self.text = text
        counts = Counter(told)
        total = squares.total
        self.best: dict[int, float] = {}
        self.vector: dict[int, float] = {}
        perfect = norm = 0.0
        for number, count in counts.items():
            found = squares.count(number)
            weight = log(1 + (total - found + 0.5) / (found + 0.5))
            length = (log((1 + total) / (1 + found)) + 1) * (1 + log(count) if count > 1 else 1.0)
            perfect += weight
            norm += length * length
            if found:
                self.best[number], self.vector[number] = weight, length
        self.perfect = perfect or 1.0
        said = perfect / log(2 + total)
        self.substance = said / (said + ENOUGH)
        norm = sqrt(norm) or 1.0
        self.vector = {number: length / norm * sqrt(squares[number]) for number, length in self.vector.items()}
        self.neighbours = {
            pair: max(self.best[pair[0]], self.best[pair[1]])
            for pair in pairwise(told)
            if pair[0] in self.best and pair[1] in self.best
        }
        self.all_pairs = sum(self.neighbours.values()) or 1.0

    def candidates(self, shelves: Sequence[Shelf]) -> list[tuple[Shelf, int]]:
        """Name the texts that share the rarest terms, within the budget."""
        found: list[dict[int, float]] = [{} for _ in shelves]
        left = BUDGET
        for term in sorted(self.best, key=self.best.__getitem__, reverse=True)[:MAX_TERMS]:
            weight = self.best[term]
            for shelf, scores in zip(shelves, found, strict=True):
                having = shelf.postings.get(term, NOTHING)
                for number in having if len(having) <= left else having[: max(0, left)]:
                    scores[number] = scores.get(number, 0.0) + weight
                left -= len(having)
            if left <= 0:
                break
        least = FAINT * max((max(scores.values(), default=0.0) for scores in found), default=0.0)
        ranked = [
            (-score, place, number)
            for place, (shelf, scores) in enumerate(zip(shelves, found, strict=True))
            for number, score in scores.items()
            if score >= least and shelf.texts[number] is not None
        ]
        ranked.sort()
        return [(shelves[place], number) for _, place, number in ranked[:CANDIDATES]]

    def pairs(self, told: array[int]) -> float:
        """Return how much of the query's neighbouring pairs a text has, 0..1."""
        shared = self.neighbours.keys() & pairwise(told)
        return sum(map(self.neighbours.__getitem__, shared)) / self.all_pairs

    def evidence(self, theirs: array[int]) -> tuple[Evidence, ...]:
        """Name what a text shares with the query, names of code before words, the rarest first."""
        shared = self.best.keys() & theirs
        return tuple(islice((each for each, told in self.spelt if shared.issuperset(told)), MAX_EVIDENCE))

    @cached_property
    def spelt(self) -> list[tuple[Evidence, tuple[int, ...]]]:
        """The query's words as they are spelt, of which some shelf knows every term; the most telling first."""
        found: dict[str, tuple[bool, float, str, tuple[int, ...]]] = {}
        for word in dict.fromkeys(words(self.text)):
            told = numbers(word)
            weights = [self.best.get(number, 0.0) for number in told]
            if weights and all(weights):
                found.setdefault(word.casefold(), (kind(word) is Kind.WORD, -max(weights), word, told))
        return [(Evidence(kind=kind(word), value=word), told) for _, _, word, told in sorted(found.values())]
