# SPDX-License-Identifier: Apache-2.0
"""Numbers and dots; what follows them does not count. Source: vers specification, type `intdot`."""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.versions.dotted import prefix_span
from tocsin.core.versions.scheme import Scheme

_INTDOT: Final = re.compile(r"v?(\d+(?:\.\d+)*)(?![\d.])", re.ASCII)


def _key(version: str) -> tuple[int, ...]:
    """Numbers up to the first thing that is none; zeros at the end do not count."""
    found = _INTDOT.match(version)
    if not found:
        raise ValueError(f"{version!r} is not a version of numbers and dots")
    numbers = [int(each) for each in found[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


SCHEME: Final = Scheme(name="intdot", key=_key, span=prefix_span, cve_type="custom", vers_type="intdot")
