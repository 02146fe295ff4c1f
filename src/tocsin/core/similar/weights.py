# SPDX-License-Identifier: Apache-2.0
"""What terms are worth among the texts of some shelves, and how repeats and the length of a text count.

The weights are BM25's (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", k1 1.2,
b 0.75) and the squares of TF-IDF's, smoothed as scikit-learn does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Final

from tocsin.core.similar.index import NOTHING, Shelf

K1: Final = 1.2
"""How fast further occurrences of a term stop counting."""
B: Final = 0.75
"""How much a text's length counts against it, 0..1."""
BACKGROUND: Final = 1000
"""Texts about anything else, of which every count is told: among a hundred copies of one report its words would
otherwise be worth nothing, and a first score would mean less on a small installation than on a large one."""


class Squares(dict[int, float]):
    """Squared TF-IDF weights of terms; a dictionary that fills itself, because summing it then runs in C."""

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        super().__init__()
        self.postings = [shelf.postings for shelf in shelves]
        self.known = sum(map(len, shelves))
        self.total = self.known + BACKGROUND
        self.rarest = log(1 + self.total) + 1

    def count(self, term: int) -> int:
        """How many texts have a term, as far as anybody counted."""
        many = 0
        for postings in self.postings:
            many += len(postings.get(term, NOTHING))
        return many if many < self.known else self.known

    def weigh(self, term: int) -> tuple[int, float, float]:
        """Return how many texts have a term, and its weight in BM25 and in TF-IDF."""
        found = self.count(term)
        return found, log(1 + (self.total - found + 0.5) / (found + 0.5)), self.rarest - log(1 + found)

    def __missing__(self, term: int) -> float:
        self[term] = square = (self.rarest - log(1 + self.count(term))) ** 2
        return square


def dilution(shelf: Shelf) -> tuple[float, float]:
    """Return BM25's K for the texts of a shelf: what every text has of it, and what each of its terms adds, so that in
    a long text each term counts for less."""
    return K1 * (1 - B), K1 * B * len(shelf) / (shelf.length or 1)


def saturated(count: int, diluted: float) -> float:
    """Return what a term counts for that occurs so often in a text that is diluted so much: 0..K1 + 1."""
    return count * (K1 + 1) / (count + diluted)
