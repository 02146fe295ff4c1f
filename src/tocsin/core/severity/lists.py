# SPDX-License-Identifier: Apache-2.0
"""Reads the published lists of known attacks (CISA KEV, JSON) and of their likelihood (FIRST EPSS, CSV) from text.

Sources: JSON schema of the Known Exploited Vulnerabilities catalogue; EPSS data, a first line with model and date, then
`cve,epss,percentile`. A file that is neither is refused with what is wrong, and nothing of it is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from tocsin.core.vocabulary import Refused, Value

_DATED: Final = re.compile(r"score_date:(\d{4}-\d{2}-\d{2})")
_COLUMNS: Final = ["cve", "epss", "percentile"]


class _Listed(msgspec.Struct, rename="camel"):
    cve_id: str = msgspec.field(name="cveID")
    date_added: str
    known_ransomware_campaign_use: str = "Unknown"


class _Catalogue(msgspec.Struct, rename="camel"):
    vulnerabilities: list[_Listed]
    date_released: str = ""


class KnownAttacks(Value):
    """The catalogue: id to the day it was listed, the ids used for ransom, the catalogue's day."""

    since: dict[str, str]
    ransomware: frozenset[str]
    as_of: str


def known_attacks(text: bytes) -> KnownAttacks | Refused:
    """Read the catalogue of known exploited vulnerabilities."""
    try:
        told = msgspec.json.decode(text, type=_Catalogue)
    except msgspec.MsgspecError as error:
        return Refused(code="unreadable", because=f"This is no KEV catalogue: {error}", rule="CISA KEV schema")
    return KnownAttacks(
        since={each.cve_id: each.date_added for each in told.vulnerabilities},
        ransomware=frozenset(
            each.cve_id for each in told.vulnerabilities if each.known_ransomware_campaign_use == "Known"
        ),
        as_of=told.date_released[:10],
    )


class Likelihoods(Value):
    """The day of the scores, and the lines that hold them."""

    as_of: str
    rows: tuple[tuple[str, float, float], ...]


def likelihoods(lines: Iterable[str]) -> Likelihoods | Refused:
    """Read EPSS scores: probability and percentile, both from 0 to 1."""
    unread = iter(lines)
    first = next(unread, "")
    dated = _DATED.search(first)
    head = next(unread, "") if first.startswith("#") else first
    if head.strip().split(",") != _COLUMNS:
        because = f"This is no EPSS file: its columns are not {', '.join(_COLUMNS)}."
        return Refused(code="unreadable", because=because, rule="EPSS data")
    try:
        rows = tuple(_rows(unread))
    except ValueError as error:
        return Refused(code="unreadable", because=f"This is no EPSS file: {error}", rule="EPSS data")
    return Likelihoods(as_of=dated[1] if dated else "", rows=rows)


def _rows(lines: Iterator[str]) -> Iterator[tuple[str, float, float]]:
    for line in lines:
        row = line.strip().split(",")
        if len(row) != len(_COLUMNS):
            raise ValueError(f"a line has {len(row)} columns: {','.join(row)[:80]}")
        cve, chance, percentile = row[0], float(row[1]), float(row[2])
        if not (0 <= chance <= 1 and 0 <= percentile <= 1):
            raise ValueError(f"{cve}: a probability lies between 0 and 1")
        yield cve, chance, percentile
