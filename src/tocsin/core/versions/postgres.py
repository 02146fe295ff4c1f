# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's numbering and that of its relatives: dotted numbers of any length, `beta` and `rc` before a release.

`16` equals `16.0`; `17beta2` comes before `17rc1`, that before `17.0`. A line is whatever prefix the project names:
`16`, `9.6` or WarehousePG's `7.4`. Source: https://www.postgresql.org/support/versioning/.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.versions.scheme import Scheme, Span

_FORM: Final = re.compile(r"v?(\d+(?:\.\d+)*)(?:[-._]?(alpha|beta|rc|devel)\.?(\d*))?", re.ASCII | re.IGNORECASE)
_STAGE: Final = {"devel": 0, "alpha": 1, "beta": 2, "rc": 3}
_RELEASED: Final = 4

_Key = tuple[tuple[int, ...], int, int]


def _key(version: str) -> _Key:
    found = _FORM.fullmatch(version)
    if not found:
        raise ValueError(f"{version!r} is not a PostgreSQL version")
    dotted, stage, count = found.groups()
    numbers = [int(number) for number in dotted.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), _STAGE[stage.lower()] if stage else _RELEASED, int(count or 0)


def _span(line: str) -> Span:
    """`16` is 16 up to 17, `7.4` is 7.4 up to 7.5: the line itself stands for its first version."""
    if not re.fullmatch(r"\d+(?:\.\d+)*", line, re.ASCII):
        return "", ""
    *head, last = line.split(".")
    return line, ".".join((*head, str(int(last) + 1)))


SCHEME: Final = Scheme(name="postgres", key=_key, span=_span, cve_type="custom", vers_type="generic")
