# SPDX-License-Identifier: Apache-2.0
"""Python's PEP 440, ordered by the reference implementation `packaging`.

Old advisories hold versions from before PEP 440 (`0.9-eevee`). They are no versions for a new advisory, but they still
have a place when an old one is read: below every proper version and among themselves as setuptools once ordered them.
"""

from __future__ import annotations

import re
from typing import Final

from packaging.version import InvalidVersion, Version

from tocsin.core.versions.dotted import prefix_span
from tocsin.core.versions.scheme import Scheme

_PIECE: Final = re.compile(r"(\d+|[a-z]+|\.|-)")
_MEANING: Final = {"pre": "c", "preview": "c", "rc": "c", "-": "final-", "dev": "@"}

_Legacy = tuple[int, tuple[str, ...]]
_Proper = tuple[int, Version]


def _proper(version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion as wrong:
        raise ValueError(f"{version!r} is not a PEP 440 version") from wrong


def _key(version: str) -> _Proper | _Legacy:
    try:
        return 1, Version(version)
    except InvalidVersion:
        return 0, _legacy(version)


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
