# SPDX-License-Identifier: Apache-2.0
"""Instants as versions: RFC 3339 with upper case T and Z. Source: vers specification, type `datetime`."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from tocsin.core.versions.dotted import no_lines
from tocsin.core.versions.scheme import Scheme

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_FRACTION: Final = re.compile(r"\.(\d+)")


def _key(version: str) -> tuple[datetime, str]:
    """The instant to the second and, apart from it, every digit of the fraction."""
    if not _INSTANT.fullmatch(version):
        raise ValueError(f"{version!r} is not a version: it is no RFC 3339 instant with upper case T and Z")
    fraction = _FRACTION.search(version)
    return datetime.fromisoformat(_FRACTION.sub("", version)), (fraction[1] if fraction else "").rstrip("0")


SCHEME: Final = Scheme(name="datetime", key=_key, span=no_lines, cve_type="custom", vers_type="datetime")
