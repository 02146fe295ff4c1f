# SPDX-License-Identifier: Apache-2.0
"""The few texts that are worth comparing whole with a query, so that a search costs the same among a thousand texts
and a hundred thousand, and for a long text little more than for a short one.

The rarest terms name them until a budget of postings is spent. They are put in order by BM25 over these terms alone,
which knows the length of a text without reading it, and read in that order until a budget of terms is spent: on
`shared/duplicates` reading all that is named, twice as many terms, finds one right answer more in 1,582.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tocsin.core.similar.index import NOTHING, Shelf
from tocsin.core.similar.weights import dilution

MAX_TERMS: Final = 200
"""A query's rarest terms that name candidates."""
BUDGET: Final = 1200
"""Postings that are looked at to find candidates."""
FAINT: Final = 0.3
"""A candidate whose rare terms weigh less than this share of the best one's is not compared."""
CANDIDATES: Final = 96
"""Texts that are compared whole with the query."""
READ: Final = 60
"""Terms of texts that are read to compare them, counted in texts of the usual length. Of long texts fewer are read,
hence a query that many long texts are like costs not much more than another."""


def candidates(best: Mapping[int, float], shelves: Sequence[Shelf], least: int) -> Iterator[tuple[Shelf, int]]:
    """Yield the texts, by shelf and number, that share the rarest of some weighted terms, the most promising first.

    Those beyond `least` only while the budget of terms lasts.
    """
    left = READ * sum(shelf.length for shelf in shelves) / (sum(map(len, shelves)) or 1)
    for done, (_, place, number, size) in enumerate(_ranked(_named(best, shelves), shelves)[: max(least, CANDIDATES)]):
        left -= size
        if left < 0 and done >= least:
            return
        yield shelves[place], number


def _named(best: Mapping[int, float], shelves: Sequence[Shelf]) -> list[dict[int, float]]:
    """For each shelf, the texts that have the rarest terms, with the weight of those they have."""
    found: list[dict[int, float]] = [{} for _ in shelves]
    left = BUDGET
    for term in sorted(best, key=best.__getitem__, reverse=True)[:MAX_TERMS]:
        weight = best[term]
        for shelf, scores in zip(shelves, found, strict=True):
            having = shelf.postings.get(term, NOTHING)
            for number in having if len(having) <= left else having[: max(0, left)]:
                scores[number] = scores.get(number, 0.0) + weight
            left -= len(having)
        if left <= 0:
            break
    return found


def _ranked(found: Sequence[dict[int, float]], shelves: Sequence[Shelf]) -> list[tuple[float, int, int, int]]:
    """Put texts in order, without the faint ones: negative score, place of the shelf, number, terms."""
    faint = FAINT * max((max(scores.values(), default=0.0) for scores in found), default=0.0)
    ranked = []
    for place, (shelf, scores) in enumerate(zip(shelves, found, strict=True)):
        always, each = dilution(shelf)
        for number, score in scores.items():
            if score >= faint and (told := shelf.texts[number]) is not None:
                size = len(told)
                ranked.append((-score / (1 + always + each * size), place, number, size))
    ranked.sort()
    return ranked
