# SPDX-License-Identifier: Apache-2.0
"""The score in every CVSS version side by side: what people scored, and what can be carried over by rule.

3.0 and 3.1 convert into each other metric by metric and are computed again; to and from 4.0 nothing is guessed here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from tocsin.core.case.events import ScoreSet
from tocsin.core.severity import Severity, convert, score
from tocsin.core.vocabulary import Refused

VERSIONS: Final = ("3.0", "3.1", "4.0")
_TWINS: Final = {"3.0": "3.1", "3.1": "3.0"}


class Column(msgspec.Struct, frozen=True):
    """One CVSS version: its vector and what came of it, or `note` on why there is none."""

    version: str
    vector: str = ""
    base: float = 0.0
    rating: str = ""
    overall: float = 0.0
    note: str = ""


def board(vectors: Iterable[str]) -> tuple[Column, ...]:
    """Lay vectors out by version, the last of a version winning; fill 3.0 and 3.1 from each other."""
    found = {version: vector for vector in vectors for version in VERSIONS if vector.startswith(f"CVSS:{version}/")}
    return tuple(_column(version, found) for version in VERSIONS)


def recorded(scores: Iterable[ScoreSet]) -> tuple[Column, ...]:
    """Lay out what the project scored itself, authoritative or not; other parties' vectors are not mixed in."""
    own = [each for each in scores if each.authoritative]
    return board(each.vector for each in own)


def _column(version: str, found: dict[str, str]) -> Column:
    if version in found:
        return _scored(version, score(found[version]), "as given")
    twin = _TWINS.get(version, "")
    if twin not in found:
        return Column(version=version, note="not scored")
    carried = convert(found[twin], version)
    if isinstance(carried, Refused):
        return Column(version=version, note=carried.because)
    return _scored(version, score(carried), f"carried over from {twin}")


def _scored(version: str, answer: Severity | Refused, note: str) -> Column:
    if isinstance(answer, Refused):
        return Column(version=version, note=answer.because)
    return Column(
        version=version,
        vector=answer.vector,
        base=answer.base,
        rating=answer.rating.value,
        overall=answer.overall,
        note=note,
    )
