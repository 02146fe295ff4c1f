# SPDX-License-Identifier: Apache-2.0
"""Python's PEP 440, read by the reference implementation `packaging` and ordered as it orders: by plain tuples, which
compare many times faster than its objects (tests/versions holds the two together).

Old advisories hold versions from before PEP 440 (`0.9-eevee`). They are no versions for a new advisory, but they still
have a place when an old one is read: below every proper version and among themselves as setuptools once ordered them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from packaging.version import InvalidVersion, Version

from tocsin.core.versions.dotted import prefix_span
from tocsin.core.versions.scheme import Scheme

_PIECE: Final = re.compile(r"(\d+|[a-z]+|\.|-)")
_MEANING: Final = {"pre": "c", "preview": "c", "rc": "c", "-": "final-", "dev": "@"}

_PLAIN: Final = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
_NEVER: Final = float("inf")
_BEFORE_ALL, _NONE = (-1, "", 0), (1, "", 0)
"""Where a version without pre-release stands beside those that have one: a bare development release comes first."""

_Legacy = tuple[int, tuple[str, ...]]
_Proper = tuple[Any, ...]


def _proper(version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion as wrong:
        raise ValueError(f"{version!r} is not a PEP 440 version") from wrong


def _key(version: str) -> _Proper | _Legacy:
    if _PLAIN.fullmatch(version):
        return 1, 0, _trimmed(map(int, version.split("."))), _NONE, -1, _NEVER, ()
    try:
        found = Version(version)
    except InvalidVersion:
        return 0, _legacy(version)
    post, dev = found.post, found.dev
    before = _BEFORE_ALL if post is None and dev is not None else _NONE
    local = (found.local or "").split(".") if found.local else ()
    return (
        1,
        found.epoch,
        _trimmed(found.release),
        (0, *found.pre) if found.pre else before,
        -1 if post is None else post,
        _NEVER if dev is None else dev,
        tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in local),
    )


def _trimmed(release: Iterable[int]) -> tuple[int, ...]:
    """A release without the zeros at its end: `1.0` is `1`."""
    numbers = list(release)
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _legacy(version: str) -> tuple[str, ...]:
    """Order of setuptools before PEP 440: zeros and dashes before a word that sinks a version do not count."""
    if not re.search(r"[0-9a-z]", version.lower()):
        raise ValueError(f"{version!r} is not a version of any Python package")
    parts: list[str] = []
    for piece in (*filter(None, _PIECE.split(version.lower())), "final"):
        word = _MEANING.get(piece, piece)
        if word == ".":
            continue
        if word[0].isdigit():
            parts.append(word.zfill(8))
            continue
        if word < "final":
            while parts and parts[-1] == "*final-":
                parts.pop()
        while parts and parts[-1] == "00000000":
            parts.pop()
        parts.append(f"*{word}")
    return tuple(parts)


SCHEME: Final = Scheme(name="pep440", key=_key, span=prefix_span, cve_type="python", vers_type="pypi", strict=_proper)
