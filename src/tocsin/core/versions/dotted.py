# SPDX-License-Identifier: Apache-2.0
"""What schemes of dotted numbers share: a line is a prefix (`4.2` names 4.2, 4.2.1 ...), a digit comes first."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from tocsin.core.versions.scheme import Span

_DOTTED: Final = re.compile(r"\d+(?:\.\d+)*", re.ASCII)


@lru_cache(maxsize=1024)
def prefix_span(line: str) -> Span:
    """`7.4` is 7.4 up to 7.5: the line itself stands for its first version. Other names have no known bounds."""
    if not _DOTTED.fullmatch(line):
        return "", ""
    *head, last = line.split(".")
    return line, ".".join((*head, str(int(last) + 1)))


def no_lines(_: str) -> Span:
    """For schemes in which a line has no bounds that its name would tell."""
    return "", ""


def starts_with_digit(version: str) -> None:
    """Raise ValueError for a version that starts otherwise: it may stand in an old list, not in a new advisory."""
    if not re.match(r"v?\d[^\x00-\x20]*\Z", version, re.ASCII):
        raise ValueError(f"{version!r} is not a version: it starts with no digit")
