# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's numbering and that of its relatives: dotted numbers of any length, `beta` and `rc` before a release.

`16` equals `16.0`; `17beta2` comes before `17rc1`, that before `17.0`. A line is whatever prefix the project names:
`16`, `9.6` or WarehousePG's `7.4`. Source: https://www.postgresql.org/support/versioning/.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.versions.dotted import prefix_span
from tocsin.core.versions.scheme import Scheme

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


SCHEME: Final = Scheme(name="postgres", key=_key, span=prefix_span, cve_type="custom", vers_type="generic")
