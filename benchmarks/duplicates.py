# SPDX-License-Identifier: Apache-2.0
"""Look-alikes on `shared/duplicates`: is the right text among the first, how sure is its score, how long does it take;
beside BM25, LSA and SQLite FTS5 over the same texts in the same run.

The few constants of `core.similar` are the textbook's or round numbers that were chosen looking at all pairs. So every
method is also shown on both halves of the pairs, split by a hash of the vulnerability's id; `--held-out` chooses the
constants anew on one half alone (by steps, from a few values each) and prints what they do on the other half, which
they never saw. `--growth` measures at 100,000 texts, made by crossing real ones. Without scikit-learn the row of LSA is
left out.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import re
import sqlite3
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.measure import ROOT, rows
from tocsin.core.similar import candidates as naming
from tocsin.core.similar import query as asking
from tocsin.core.similar import search as ranking
from tocsin.core.similar import weights as weighing
from tocsin.core.similar.index import Shelf
from tocsin.core.similar.search import View
from tocsin.core.similar.words import terms

SUITE = ROOT.parent / "shared" / "duplicates"
TOP = 10
FALSE_ALARMS = 0.05
LARGE = 100_000
SLOW_SAMPLE = 8
"""FTS5 is asked every eighth query: its time is the point, and its quality does not change with the sample."""

Search = Callable[[str], Sequence[tuple[str, float]]]
"""A method: a text to ids with scores, the best first."""


@dataclass(frozen=True)
class Asked:
    """One query and its right answer; none for a fresh matter."""

    text: str
    right: str = ""
    kind: str = ""

    @property
    def half(self) -> int:
        """Which half of the pairs it belongs to: 0 or 1."""
        return hashlib.sha256(self.right.encode()).digest()[0] % 2


def read(name: str) -> list[dict[str, Any]]:
    """Read one file of the suite."""
    return [json.loads(line) for line in (SUITE / name).read_text().splitlines()]


def suite() -> tuple[dict[str, str], list[Asked], list[Asked]]:
    """Texts by id, pairs to find, and fresh matters that are in no text."""
    pairs = read("pairs.jsonl")
    texts = {row["vuln"]: row["b_text"] for row in pairs}
    texts |= {row["vuln"]: row["text"] for row in read("distractors.jsonl") if row["vuln"] not in texts}
    known = [Asked(f"{row['a_title'] or ''}\n{row['a_text']}", row["vuln"], row["kind"]) for row in pairs]
    return texts, known, [Asked(f"{row['title'] or ''}\n{row['text']}") for row in read("fresh.jsonl")]


def shelved(texts: dict[str, str]) -> Shelf:
    """The texts as `core.similar` keeps them."""
    shelf = Shelf()
    for id_, text in texts.items():
        shelf.add(id_, terms(text))
    return shelf


def ours(texts: dict[str, str]) -> Search:
    """`core.similar`, as the desk uses it."""
    return asked_of(shelved(texts))


def asked_of(shelf: Shelf) -> Search:
    """The way to ask a shelf, with the constants as they stand by now."""
    view = View([shelf])
    return lambda text: [(hit.id, hit.score) for hit in view.search(text, TOP)]


WORD = re.compile(r"\w+")


def bm25(texts: dict[str, str]) -> Search:
    """BM25 over all words, as it stands in the textbook."""
    ids, told = list(texts), [Counter(WORD.findall(text.lower())) for text in texts.values()]
    sizes = [counts.total() for counts in told]
    mean = statistics.mean(sizes)
    postings: dict[str, list[tuple[int, float]]] = {}
    for number, counts in enumerate(told):
        for word, count in counts.items():
            weight = count * 2.2 / (count + 1.2 * (0.25 + 0.75 * sizes[number] / mean))
            postings.setdefault(word, []).append((number, weight))

    def search(text: str) -> list[tuple[str, float]]:
        scores = [0.0] * len(ids)
        for word in set(WORD.findall(text.lower())):
            found = postings.get(word, [])
            idf = math.log(1 + (len(ids) - len(found) + 0.5) / (len(found) + 0.5))
            for number, weight in found:
                scores[number] += idf * weight
        best = sorted(range(len(ids)), key=scores.__getitem__, reverse=True)[:TOP]
        return [(ids[number], scores[number]) for number in best]

    return search


def fts5(texts: dict[str, str]) -> Search:
    """SQLite's full-text index, every word joined by OR."""
    database = sqlite3.connect(":memory:")
    database.execute("create virtual table texts using fts5(id unindexed, body)")
    database.executemany("insert into texts values (?, ?)", texts.items())

    def search(text: str) -> list[tuple[str, float]]:
        asked = " OR ".join(f'"{word}"' for word in set(WORD.findall(text.lower())))
        query = "select id, -bm25(texts) from texts where texts match ? order by bm25(texts) limit 10"
        return database.execute(query, (asked,)).fetchall()

    return search


def lsa(texts: dict[str, str]) -> Search | None:
    """Latent semantic analysis: 256 dimensions of TF-IDF; None where scikit-learn is absent."""
    try:
        import numpy as np
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError:
        return None
    vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    reduce = TruncatedSVD(256, random_state=0)
    space = reduce.fit_transform(vectorizer.fit_transform(texts.values()))
    space /= np.maximum(np.linalg.norm(space, axis=1, keepdims=True), 1e-9)
    ids = list(texts)

    def search(text: str) -> list[tuple[str, float]]:
        point = reduce.transform(vectorizer.transform([text]))[0]
        scores = space @ (point / max(float(np.linalg.norm(point)), 1e-9))
        return [(ids[number], float(scores[number])) for number in np.argsort(-scores)[:TOP]]

    return search


@dataclass(frozen=True)
class Measured:
    """What one method did: the rank of each right answer, scores, milliseconds."""

    asked: list[Asked]
    ranks: list[int]
    scores: list[float]
    alarms: list[float]
    times: list[float]

    def recall(self, most: int, kind: str = "", half: int | None = None) -> float:
        """Share of right answers among the first `most`."""
        found = [rank < most for each, rank in zip(self.asked, self.ranks, strict=True)
                 if kind in ("", each.kind) and half in (None, each.half)]  # fmt: skip
        return statistics.mean(found) if found else math.nan

    def sure(self, half: int | None = None) -> float:
        """Share of first hits that are right and score above all but five in a hundred fresh matters."""
        ordered = sorted(self.alarms)
        threshold = ordered[int(len(ordered) * (1 - FALSE_ALARMS))] if ordered else 0.0
        triples = zip(self.asked, self.ranks, self.scores, strict=True)
        return statistics.mean(
            rank == 0 and score > threshold for each, rank, score in triples if half in (None, each.half)
        )

    def mean(self) -> float:
        """Milliseconds of CPU a query."""
        return statistics.mean(self.times)

    def centile(self, share: float) -> float:
        """Milliseconds of CPU that a share of the queries stay below."""
        return sorted(self.times)[int(len(self.times) * share)]


def measure(search: Search, known: list[Asked], fresh: list[Asked]) -> Measured:
    """Ask everything, once to warm up a little and once for the clock."""
    for each in known[::20]:
        search(each.text)
    ranks, scores, times = [], [], []
    for each in known:
        start = time.process_time()
        hits = search(each.text)
        times.append((time.process_time() - start) * 1000)
        ids = [id_ for id_, _ in hits]
        ranks.append(ids.index(each.right) if each.right in ids else TOP)
        scores.append(hits[0][1] if hits else 0.0)
    alarms = [hits[0][1] if (hits := search(each.text)) else 0.0 for each in fresh]
    return Measured(known, ranks, scores, alarms, times)


def crossed(texts: dict[str, str], many: int) -> dict[str, str]:
    """Make more texts out of halves of real ones, so that words keep their frequencies."""
    chance, words = random.Random(1), [text.split() for text in texts.values()]
    grown = dict(texts)
    while len(grown) < many:
        first, second = chance.choice(words), chance.choice(words)
        grown[f"crossed-{len(grown)}"] = " ".join(first[: len(first) // 2] + second[len(second) // 2 :])
    return grown


def line(name: str, built: float, found: Measured) -> tuple[object, ...]:
    """One row of the table."""
    return (
        name, built, found.mean(), found.centile(0.5), found.centile(0.99),
        *(found.recall(most) for most in (1, 5, 10)),
        *(found.recall(5, kind) for kind in ("copy", "near", "paraphrase")),
        found.sure() if found.alarms else math.nan,
    )  # fmt: skip


CONSTANTS: dict[str, tuple[Any, tuple[float, ...]]] = {
    "COSINE": (ranking, (0.5, 0.75, 1.0, 1.5)),
    "PAIRS": (ranking, (0.0, 0.15, 0.3, 0.5, 0.8)),
    "COVER": (ranking, (0.0, 0.15, 0.3, 0.5)),
    "K1": (weighing, (0.9, 1.2, 1.6)),
    "B": (weighing, (0.5, 0.75, 0.9)),
    "FAINT": (naming, (0.2, 0.3, 0.4)),
    "ENOUGH": (asking, (1.5, 3.0, 6.0)),
}
"""The constants that a half of the pairs may choose: where each stands, and the values it may have."""


def worth(shelf: Shelf, known: list[Asked], fresh: list[Asked]) -> float:
    """What a choice of constants is judged by: the sum of the three figures that have goals."""
    found = measure(asked_of(shelf), known, fresh)
    return found.recall(5) + found.recall(5, "paraphrase") + found.sure()


def choose(shelf: Shelf, known: list[Asked], fresh: list[Asked]) -> dict[str, float]:
    """Choose each constant in turn, the others as they stand by then; leaves them set."""
    chosen = {}
    for name, (place, values) in CONSTANTS.items():
        found = []
        for value in values:
            setattr(place, name, value)
            found.append((worth(shelf, known, fresh), value))
        chosen[name] = max(found)[1]
        setattr(place, name, chosen[name])
    return chosen


def unseen(shelf: Shelf, known: list[Asked], fresh: list[Asked], half: int) -> tuple[object, ...]:
    """Choose on the other half, measure on this one. Fresh matters are halved by their place in the file."""
    usual = {name: getattr(place, name) for name, (place, _) in CONSTANTS.items()}
    others, these = ([each for each in known if each.half == h] for h in (1 - half, half))
    chosen = choose(shelf, others, fresh[1 - half :: 2])
    found = measure(asked_of(shelf), these, fresh[half::2])
    for name, (place, _) in CONSTANTS.items():
        setattr(place, name, usual[name])
    told = ", ".join(f"{name} {value:g}" for name, value in chosen.items() if value != usual[name])
    figures = map(exact, (found.recall(1), found.recall(5), found.recall(5, "paraphrase"), found.sure()))
    return (f"half {half}", len(these), *figures, told or "as shipped")


def held_out(texts: dict[str, str], known: list[Asked], fresh: list[Asked]) -> None:
    """Print what constants do on a half of the pairs that they were not chosen on; both ways."""
    shelf = shelved(texts)
    table = [unseen(shelf, known, fresh, half) for half in (0, 1)]
    rows(("held out", "pairs", "R@1", "R@5", "paraphr.", "sure at 5 %", "constants that the other half chose"), table)


HEADS = ("method", "build s", "ms", "p50", "p99", "R@1", "R@5", "R@10", "copy", "near", "paraphr.", "sure at 5 %")


def timed(make: Callable[[dict[str, str]], Search | None], texts: dict[str, str]) -> tuple[float, Search | None]:
    """Build an index; seconds of CPU and the way to ask it."""
    start = time.process_time()
    search = make(texts)
    return time.process_time() - start, search


def exact(value: float) -> str:
    """Write a share with the digit by which halves differ."""
    return f"{value:.3f}"


def judge(what: str, value: float, goal: float, *, most: bool = False) -> None:
    """Say whether a figure reached its goal."""
    good = value <= goal if most else value >= goal
    print(f"{what}: {value:.3f} (goal {'<=' if most else '>='} {goal:g}) {'ok' if good else 'MISSED'}")


def main() -> None:
    """Measure and print."""
    texts, known, fresh = suite()
    table, results = [], {}
    for name, make in (("tocsin", ours), ("BM25", bm25), ("LSA 256", lsa), ("SQLite FTS5", fts5)):
        built, search = timed(make, texts)
        if search is None:
            print(f"{name}: left out, its library is not installed")
            continue
        some = known[::SLOW_SAMPLE] if make is fts5 else known
        results[name] = measure(search, some, [] if make is fts5 else fresh)
        table.append(line(name, built, results[name]))
    rows(HEADS, table)
    best = results["tocsin"]
    judge("recall@5", best.recall(5), 0.91)
    judge("recall@5, paraphrases", best.recall(5, "paraphrase"), 0.82)
    judge("first hit right at 5 % false alarms", best.sure(), 0.66)
    halves = [
        (f"{name}, half {half}", *map(exact, (found.recall(1, half=half), found.recall(5, half=half),
         found.recall(5, "paraphrase", half=half), found.sure(half))))
        for name, found in results.items() if found.alarms for half in (0, 1)
    ]  # fmt: skip
    rows(("method", "R@1", "R@5", "paraphr.", "sure at 5 %"), halves)
    if "--held-out" in sys.argv:
        held_out(texts, known, fresh)
    judge("time beside FTS5", best.mean() / results["SQLite FTS5"].mean(), 1 / 20, most=True)
    judge("p99 / median", best.centile(0.99) / best.centile(0.5), 4, most=True)
    if "--growth" in sys.argv:
        built, large = timed(ours, crossed(texts, LARGE))
        assert large
        grown = measure(large, known, [])
        print(f"{LARGE:,} texts: built in {built:.1f} s")
        judge("ms a query there", grown.mean(), 5, most=True)


if __name__ == "__main__":
    main()
