# SPDX-License-Identifier: Apache-2.0
"""NuGet: Semantic Versioning with up to four numbers, letters without case.

Source: https://learn.microsoft.com/nuget/concepts/package-versioning.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.versions.dotted import prefix_span, starts_with_digit
from tocsin.core.versions.scheme import Scheme

_FORM: Final = re.compile(r"v?(\d+(?:\.\d+){0,3})(?:-([0-9a-z-]+(?:\.[0-9a-z-]+)*))?(?:\+.*)?", re.ASCII)
_NUMBERS: Final = 4
_RELEASED: Final = ((2, 0, ""),)

_Key = tuple[tuple[int, ...], tuple[tuple[int, int, str], ...]]


def _key(version: str) -> _Key:
    found = _FORM.fullmatch(version.strip().lower())
    if not found:
        raise ValueError(f"{version!r} is not a NuGet version")
    numbers = [int(each) for each in found[1].split(".")]
    before = found[2]
    order = tuple(_identifier(each) for each in before.split(".")) if before else _RELEASED
    return (*numbers, *[0] * (_NUMBERS - len(numbers))), order


def _identifier(part: str) -> tuple[int, int, str]:
    return (0, int(part), "") if part.isdigit() else (1, 0, part)


SCHEME: Final = Scheme(
    name="nuget", key=_key, span=prefix_span, cve_type="custom", vers_type="nuget", strict=starts_with_digit
)
