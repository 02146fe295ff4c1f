# SPDX-License-Identifier: Apache-2.0
"""A new text as a query: its terms weighed by what the shelves hold, its neighbouring pairs, and how it spells what an
earlier text says too."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence, Set
from itertools import islice, pairwise
from math import log, sqrt
from typing import Final

from tocsin.core.similar.weights import Squares
from tocsin.core.similar.words import Kind, kind, numbers
from tocsin.core.vocabulary import Value

ENOUGH: Final = 3.0
"""A query with this much to say, in words that nobody else uses, has its score halved: agreeing on three words is less
evidence than agreeing on thirty."""
MAX_EVIDENCE: Final = 12
"""Shared things that are named for a hit."""


class Evidence(Value):
    """One thing that both texts have, as the new text spells it."""

    kind: Kind
    value: str


class Query:
    """A new text, weighed by what the shelves hold: `best` are BM25's weights of the terms that some text has,
    `vector` the products that a cosine sums, `perfect` what a text would get that says all of it. `said` are its
    words as they are spelt; without them no evidence can be named."""

    def __init__(self, told: array[int], squares: Squares, said: Collection[str] = ()) -> None:
        self.said = said
        self.best: dict[int, float] = {}
        self.vector: dict[int, float] = {}
        perfect = norm = 0.0
        for number, count in Counter(told).items():
            found, weight, idf = squares.weigh(number)
            length = idf * (1 + log(count)) if count > 1 else idf
            perfect += weight
            norm += length * length
            if found:
                self.best[number], self.vector[number] = weight, length * idf
        self.perfect = perfect or 1.0
        self.norm = sqrt(norm) or 1.0
        much = perfect / log(2 + squares.total)
        self.substance = much / (much + ENOUGH)
        best = self.best
        self.neighbours = {
            pair: max(best[pair[0]], best[pair[1]]) for pair in pairwise(told) if pair[0] in best and pair[1] in best
        }
        self.all_pairs = sum(self.neighbours.values()) or 1.0

    def pairs(self, told: Iterable[int]) -> float:
        """Return how much of the query's neighbouring pairs a text has, 0..1."""
        shared = self.neighbours.keys() & pairwise(told)
        return sum(map(self.neighbours.__getitem__, shared)) / self.all_pairs

    def evidence(self, shared: Sequence[Set[int]]) -> list[tuple[Evidence, ...]]:
        """For each hit, by the terms that it shares with the query, name what both say: names of code before words, the
        rarest first."""
        spelt = self._spelt(frozenset[int]().union(*shared))
        return [tuple(islice((each for each, told in spelt if told <= here), MAX_EVIDENCE)) for here in shared]

    def _spelt(self, anywhere: Set[int]) -> list[tuple[Evidence, Set[int]]]:
        """The query's words as they are spelt, with their terms, of those made of these terms; the most telling first.

        Of a word that is spelt in several ways, the first."""
        found: dict[str, tuple[bool, float, str, Kind, Set[int]]] = {}
        for word in dict.fromkeys(self.said):
            told = frozenset(numbers(word))
            if told and told <= anywhere:
                what = kind(word)
                weight = max(map(self.best.__getitem__, told))
                found.setdefault(word.casefold(), (what is Kind.WORD, -weight, word, what, told))
        return [(Evidence(kind=what, value=word), told) for _, _, word, what, told in sorted(found.values())]
