# SPDX-License-Identifier: Apache-2.0
"""Semantic Versioning 2.0.0, read as leniently as advisories write it: a leading `v`, one or two missing numbers.

Pre-releases order before their release, build metadata does not order (semver.org, 9 to 11).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from tocsin.core.versions.scheme import Scheme, Span

_FORM: Final = re.compile(
    r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII
)
_LINE: Final = re.compile(r"v?\d+(?:\.\d+)?", re.ASCII)

_RELEASED: Final = ((2, 0, ""),)
"""Sorts after every pre-release identifier: those are (0, number, "") and (1, 0, text)."""

_Key = tuple[int, int, int, tuple[tuple[int, int, str], ...]]


def _key(version: str) -> _Key:
    found = _FORM.fullmatch(version)
    if not found:
        raise ValueError(f"{version!r} is not a semantic version")
    major, minor, patch, before = found.groups()
    order = _RELEASED if before is None else tuple(_identifier(part) for part in before.split("."))
    return int(major), int(minor or 0), int(patch or 0), order


def _identifier(part: str) -> tuple[int, int, str]:
    return (0, int(part), "") if part.isdigit() else (1, 0, part)


@lru_cache(maxsize=1024)
def _span(line: str) -> Span:
    """`7` is 7.0.0 up to 8.0.0, `7.4` is 7.4.0 up to 7.5.0; a full version is no line."""
    if not _LINE.fullmatch(line):
        return "", ""
    numbers = [int(number) for number in line.removeprefix("v").split(".")]
    after = [*numbers[:-1], numbers[-1] + 1]
    return _full(numbers), _full(after)


def _full(numbers: list[int]) -> str:
    return ".".join(str(number) for number in (*numbers, 0, 0)[:3])


SCHEME: Final = Scheme(name="semver", key=_key, span=_span, cve_type="semver", vers_type="semver", osv_type="SEMVER")
