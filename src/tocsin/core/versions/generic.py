# SPDX-License-Identifier: Apache-2.0
"""Numbering without a rule of its own: numbers compare as numbers, words as words, pre-release words before nothing.

For products that follow none of the other schemes, and for reading old documents. It never refuses a non-empty string,
so it is the last resort and not a default that hides typing errors.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.versions.dotted import prefix_span
from tocsin.core.versions.scheme import Scheme

_RUN: Final = re.compile(r"\d+|[a-z]+")
_BEFORE: Final = {"dev": 0, "snapshot": 0, "a": 1, "alpha": 1, "b": 2, "beta": 2, "m": 3, "milestone": 3}
_BEFORE_LAST: Final = {"pre": 4, "preview": 4, "c": 5, "cr": 5, "rc": 5}
_PRE: Final = _BEFORE | _BEFORE_LAST
_END: Final = (1, 0, "")
_NUMBER: Final = 3

_Key = tuple[tuple[int, int, str], ...]


def _key(version: str) -> _Key:
    runs = _RUN.findall(version.removeprefix("v").lower())
    if not runs:
        raise ValueError(f"{version!r} holds neither a number nor a word")
    parts: list[tuple[int, int, str]] = []
    for part in (*map(_part, runs), _END):
        # `1.0-beta1` lies before `1.0` and equals `1-beta1`: zeros say nothing where no number follows.
        while part[0] != _NUMBER and len(parts) > 1 and parts[-1] == (_NUMBER, 0, ""):
            parts.pop()
        parts.append(part)
    return tuple(parts)


def _part(run: str) -> tuple[int, int, str]:
    """Pre-release words sort below the end of a version, other words above it, numbers above words."""
    if run.isdigit():
        return _NUMBER, int(run), ""
    return (0, _PRE[run], "") if run in _PRE else (2, 0, run)


SCHEME: Final = Scheme(name="generic", key=_key, span=prefix_span, cve_type="custom", vers_type="generic")
