# SPDX-License-Identifier: Apache-2.0
"""Maven: tokens parted by dots, hyphens and every change between digit and letter, with qualifiers that have a rank.

Source: "Version Order Specification" of the POM reference (https://maven.apache.org/pom.html#version-order-specification)
and, where that is silent, what `org.apache.maven.artifact.versioning.ComparableVersion` does.
"""

from __future__ import annotations

import re
from functools import total_ordering
from itertools import zip_longest
from typing import Final

from tocsin.core.versions.dotted import prefix_span, starts_with_digit
from tocsin.core.versions.scheme import Scheme

_TOKEN: Final = re.compile(r"([.-]?)(\d+|[^\d.-]+|(?=[.-]|$))")
_ALIAS: Final = {"ga": "", "final": "", "release": "", "cr": "rc"}
_SHORT: Final = {"a": "alpha", "b": "beta", "m": "milestone"}
_RANK: Final = {"alpha": 0, "beta": 1, "milestone": 2, "rc": 3, "snapshot": 4, "": 5, "sp": 6}
_UNKNOWN: Final = 7
_NOTHING: Final = ("", 0)

_Token = tuple[str, "int | str"]


@total_ordering
class _Key:
    """A version as prefixed tokens. The shorter of two is padded by what is nothing beside the other's token."""

    __slots__ = ("_tokens",)

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and all(_rank(*a) == _rank(*b) for a, b in self._pairs(other))

    def __lt__(self, other: _Key) -> bool:
        for mine, theirs in self._pairs(other):
            first, second = _rank(*mine), _rank(*theirs)
            if first != second:
                return first < second
        return False

    __hash__ = None  # type: ignore[assignment]

    def _pairs(self, other: _Key) -> list[tuple[_Token, _Token]]:
        return [
            (mine or _nothing(theirs), theirs or _nothing(mine))
            for mine, theirs in zip_longest(self._tokens, other._tokens)
        ]


def _nothing(beside: _Token) -> _Token:
    """Padding: zero beside a number after a dot, the empty qualifier beside everything else."""
    prefix, token = beside
    return prefix, 0 if isinstance(token, int) and prefix == "." else ""


def _rank(prefix: str, token: int | str) -> tuple[int, int, str]:
    """`.qualifier` < `-qualifier` < `-number` < `.number`; qualifiers by rank, unknown ones last."""
    dot = prefix == "."
    if isinstance(token, int):
        return (3 if dot else 2), token, ""
    return (0 if dot else 1), _RANK.get(token, _UNKNOWN), token if token not in _RANK else ""


def _key(version: str) -> _Key:
    if not version.strip() or "\0" in version:
        raise ValueError(f"{version!r} is not a Maven version")
    return _Key(_trimmed(_tokens(version.lower())))


def _tokens(version: str) -> list[_Token]:
    """Prefixed tokens: a change between digit and letter counts as a hyphen, an empty token as zero."""
    found: list[_Token] = []
    matches = list(_TOKEN.finditer(version))
    for place, match in enumerate(matches):
        separator, text = match.groups()
        if not match[0] and place:
            continue
        prefix = separator or ("-" if found else ".")
        if text.isdigit() or not text:
            found.append((prefix, int(text or 0)))
        else:
            followed = place + 1 < len(matches) and matches[place + 1][0][:1].isdigit()
            word = _SHORT.get(text, text) if followed else text
            found.append((prefix, _ALIAS.get(word, word)))
    return found


def _trimmed(tokens: list[_Token]) -> list[_Token]:
    """Without trailing nothings, at the end and before every hyphen."""
    kept: list[_Token] = []
    for prefix, token in tokens:
        if prefix == "-":
            _drop(kept)
        kept.append((prefix, token))
    _drop(kept)
    return kept


def _drop(kept: list[_Token]) -> None:
    while kept and kept[-1][1] in _NOTHING:
        kept.pop()


SCHEME: Final = Scheme(
    name="maven", key=_key, span=prefix_span, cve_type="maven", vers_type="maven", strict=starts_with_digit
)
