# SPDX-License-Identifier: Apache-2.0
"""The last step of every JSON format: instants and bytes, the same ones every time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(order="sorted")


@lru_cache(maxsize=1024)
def instant(moment: datetime) -> str:
    """UTC with seconds and `Z` (RFC 3339), the one form that OSV, CVE and CSAF all accept."""
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def dated(moment: datetime | None, field: str) -> str:
    """`instant`, or ValueError for a record that has not been given the date yet."""
    if moment is None:
        raise ValueError(f"{field}: the advisory has no such date yet")
    return instant(moment)


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """UTF-8 JSON, indented by two, keys sorted (CSAF 2.0 test 6.2.13 asks for it, readers of a diff are glad of it)."""
    return msgspec.json.format(_ENCODER.encode(document), indent=2) + b"\n"


def filled(**values: Any) -> dict[str, Any]:
    """The values that are there: optional properties are left out, never written empty; so is the number 0."""
    return values if all(values.values()) else {name: value for name, value in values.items() if value}
