# SPDX-License-Identifier: Apache-2.0
"""Ranking: which texts on the given shelves may speak of the same matter as a new one, and by which words.

`candidates` names a few texts; here they are compared whole: BM25 divided by what a perfect answer would get, the
cosine of TF-IDF vectors, and for the best of them the share of neighbouring word pairs that both have, and how much of
what the earlier text says the new one says too, so that a long text does not seem to be about everything. The four are
added; the score lies in 0..1 and is only good for putting hits in order and for a threshold.

Plain Python on purpose: a query's rare words lead to so few texts that numpy would not pay for its start.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Set
from heapq import nlargest
from math import log, sqrt
from operator import attrgetter
from typing import Final, NamedTuple

from tocsin.core.similar.candidates import candidates
from tocsin.core.similar.index import NOTHING, Shelf
from tocsin.core.similar.query import Evidence, Query
from tocsin.core.similar.weights import Squares, dilution, saturated
from tocsin.core.similar.words import flat, words
from tocsin.core.vocabulary import Value

COSINE: Final = 1.0
PAIRS: Final = 0.3
COVER: Final = 0.3
"""Weights of cosine, word pairs, and what a text says that the query says too, beside normalised BM25."""

FINAL: Final = 12
"""Texts whose word pairs and cover are looked at; at least as many as are asked for."""


class Hit(Value):
    """A text that may speak of the same matter: its id, how alike (0..1), and by what."""

    id: str
    score: float
    evidence: tuple[Evidence, ...] = ()


class _Compared(NamedTuple):
    """A text that was compared: what it scores so far, where it stands, and the terms that the query has too."""

    score: float
    shelf: Shelf
    number: int
    shared: Set[int]

    @property
    def told(self) -> array[int]:
        """Its terms."""
        return self.shelf.texts[self.number] or NOTHING


_SCORE: Final = attrgetter("score")


class View:
    """The shelves that one reader may see, ready to be searched. Keep it for as long as they may see the same.

    Weights of terms are worked out when first asked for and again when the shelves have grown or shrunk by a tenth.
    """

    def __init__(self, shelves: Iterable[Shelf]) -> None:
        self.shelves = tuple(shelves)
        self._weigh()

    def search(self, text: str, top: int = 5, without: str = "") -> list[Hit]:
        """Return at most `top` texts that are like `text`, the likest first; `without` is the id of the text itself."""
        self._refresh()
        said = words(text)
        return self._search(Query(flat(said), self._squares, said), top, without)

    def like(self, told: array[int], top: int = 5, without: str = "") -> list[Hit]:
        """The same for a text of which only the terms are known: hits without evidence."""
        self._refresh()
        return self._search(Query(told, self._squares), top, without)

    def _search(self, query: Query, top: int, without: str) -> list[Hit]:
        least = max(FINAL, top)
        compared = [
            self._compare(query, shelf, number)
            for shelf, number in candidates(query.best, self.shelves, least)
            if shelf.ids[number] != without
        ]
        final = [self._looked_at(query, each) for each in nlargest(least, compared, key=_SCORE)]
        hits = nlargest(top, final, key=_SCORE)
        scale = query.substance / (1 + COSINE + PAIRS + COVER)
        return [
            Hit(id=each.shelf.ids[each.number], score=round(min(1.0, each.score * scale), 4), evidence=evidence)
            for each, evidence in zip(hits, query.evidence([each.shared for each in hits]), strict=True)
        ]

    def _weigh(self) -> None:
        self._squares = Squares(self.shelves)
        self._norms: dict[int, dict[int, float]] = {id(shelf): {} for shelf in self.shelves}
        self._wholes: dict[int, dict[int, float]] = {id(shelf): {} for shelf in self.shelves}
        self._swept = self._sweeps()

    def _sweeps(self) -> int:
        """How often texts were numbered anew; what is kept by number is then worth nothing."""
        return sum(shelf.sweeps for shelf in self.shelves)

    def _refresh(self) -> None:
        total, known = sum(map(len, self.shelves)), self._squares.known
        if abs(total - known) * 10 > known or self._swept != self._sweeps():
            self._weigh()

    def _compare(self, query: Query, shelf: Shelf, number: int) -> _Compared:
        """Compare a whole text with the query. Runs for every candidate, hence the sums over plain lists."""
        told, often = shelf.texts[number] or NOTHING, shelf.often[number]
        best, vector = query.best, query.vector
        shared = best.keys() & told
        always, each = dilution(shelf)
        diluted = always + each * len(told)
        once = saturated(1, diluted)
        bm25 = sum(map(best.__getitem__, shared)) * once
        dot = sum(map(vector.__getitem__, shared))
        for term, count in zip(often[::2], often[1::2], strict=True):
            if term in best:
                bm25 += best[term] * (saturated(count, diluted) - once)
                dot += vector[term] * log(count)
        cosine = dot / (query.norm * self._norm(shelf, number, told))
        return _Compared(bm25 / query.perfect + COSINE * cosine, shelf, number, shared)

    def _looked_at(self, query: Query, each: _Compared) -> _Compared:
        """Add what the few best get beside: neighbouring pairs, and how much of what they say the query says."""
        said = sum(map(self._squares.__getitem__, each.shared))
        cover = said / self._whole(each.shelf, each.number, each.told)
        return each._replace(score=each.score + PAIRS * query.pairs(each.told) + COVER * cover)

    def _norm(self, shelf: Shelf, number: int, told: array[int]) -> float:
        """Length of a text's vector; kept, because texts that are like one are like many. Repeated words count fully,
        which is nearly what their sublinear weight would come to."""
        known = self._norms[id(shelf)]
        norm = known.get(number)
        if norm is None:
            known[number] = norm = sqrt(sum(map(self._squares.__getitem__, told))) or 1.0
        return norm

    def _whole(self, shelf: Shelf, number: int, told: array[int]) -> float:
        """All that a text says, each word once; kept like its norm."""
        known = self._wholes[id(shelf)]
        whole = known.get(number)
        if whole is None:
            known[number] = whole = sum(map(self._squares.__getitem__, set(told))) or 1.0
        return whole
