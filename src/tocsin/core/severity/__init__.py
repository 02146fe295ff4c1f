# SPDX-License-Identifier: Apache-2.0
"""Scores CVSS 2.0, 3.0, 3.1 and 4.0 vectors, converts 3.0 and 3.1 into each other, drafts a vector from a report.

The public names: `score`, `must_score`, `convert`, `Severity`, `Rating`, `AttackSurface`, `draft`. Arithmetic is the
`cvss` library's. Which priority class a score falls into, and which version is authoritative, is the policy's business.
Sources: FIRST CVSS v2 guide, v3.0, v3.1 and v4.0 specifications (qualitative scale: v3.1 section 5, v4.0 section 6).
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Final

import cvss

from tocsin.core.severity import three_oh
from tocsin.core.severity.surface import AttackSurface, Draft, Effect, Login, Reach, draft
from tocsin.core.severity.vector import metrics, version_of
from tocsin.core.vocabulary import Refused, Value

__all__ = [
    "AttackSurface",
    "Draft",
    "Effect",
    "Login",
    "Rating",
    "Reach",
    "Severity",
    "convert",
    "draft",
    "metrics",
    "must_score",
    "rating",
    "score",
    "version_of",
]

_LIBRARY: Final = {"2.0": cvss.CVSS2, "3.0": cvss.CVSS3, "3.1": cvss.CVSS3, "4.0": cvss.CVSS4}


class Rating(StrEnum):
    """FIRST's qualitative severity words; documents write them in capitals."""

    NONE = "None"
    LOW = "Low"
    MEDIUM = "Medium"
    HIGH = "High"
    CRITICAL = "Critical"


class Severity(Value):
    """A scored vector.

    `vector` is canonical: metrics in the standard's order, undefined optional ones dropped. `base` (0.0 to 10.0) is
    what documents call the base score, `rating` its word. Up to 3.1 it comes from the base metrics alone, and `overall`
    takes the temporal and environmental ones into account; 4.0 has one score for a whole vector, so both are equal.
    """

    version: str
    vector: str
    base: float
    rating: Rating
    overall: float


def rating(points: float) -> Rating:
    """Word for a score. The scale is that of v3.x and v4.0; v2 had none of its own and NVD's ended at High."""
    for limit, word in ((0.0, Rating.NONE), (3.9, Rating.LOW), (6.9, Rating.MEDIUM), (8.9, Rating.HIGH)):
        if points <= limit:
            return word
    return Rating.CRITICAL


@lru_cache(maxsize=4096)
def score(vector: str) -> Severity | Refused:
    """Score a vector, or refuse naming the metric and the column (`cvss.vector`). Pure: the memo only saves time."""
    found = metrics(vector)
    if isinstance(found, Refused):
        return found
    version = version_of(vector) or ""  # `metrics` has refused every vector without one
    whole = _LIBRARY[version](vector)
    canonical = str(whole.clean_vector())
    base = abs(float(whole.base_score))  # v2's formula yields -0.0 for no impact
    overall = _overall(version, found, whole, base)
    return Severity(version=version, vector=canonical, base=base, rating=rating(base), overall=overall)


def must_score(vector: str) -> Severity:
    """Score a vector that has been accepted before; raises ValueError when it is none, because that is a bug."""
    found = score(vector)
    if isinstance(found, Severity):
        return found
    raise ValueError(found.because)


def convert(vector: str, version: str) -> str | Refused:
    """Carry a 3.0 vector over to 3.1 or back, metric by metric; the score must be computed again (v3.1 guide, 2.3).

    Refuses (`cvss.convert`) every other pair: from 3.x to 4.0 a person must say what the new metrics are.
    """
    found = score(vector)
    if isinstance(found, Refused):
        return found
    if {found.version, version} <= {"3.0", "3.1"}:
        return f"CVSS:{version}/{found.vector.partition('/')[2]}"
    because = f"a CVSS {found.version} vector does not convert to {version} by itself"
    return Refused(code="cvss.convert", because=because)


def _overall(version: str, found: dict[str, str], whole: cvss.CVSS3, base: float) -> float:
    if version == "3.0":
        return three_oh.overall(found)
    scores = [float(points) for points in whole.scores() if points is not None]
    return abs(scores[-1]) if scores else base
