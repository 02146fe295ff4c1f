# SPDX-License-Identifier: Apache-2.0
"""What every JSON format is made of and ends in: parts of a document, instants, bytes; the same ones every time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, dataclass_transform

import msgspec

_ENCODER = msgspec.json.Encoder()
_SORTING = msgspec.json.Encoder(order="sorted")


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Part(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """An object of a document. Optional properties are empty by default and then left out, never written empty.

    Properties are declared in the order of their names, in which they are written: sorting them again for each document
    would cost as much as writing it. A tree has no cycles, so the collector need not look at it.
    """


@lru_cache(maxsize=1024)
def instant(moment: datetime) -> str:
    """UTC with seconds and `Z` (RFC 3339), the one form that OSV, CVE and CSAF all accept.

    Cut from what the encoder writes between quotes, because `isoformat` takes four times as long.
    """
    return f"{_ENCODER.encode(moment.astimezone(UTC))[1:20].decode()}Z"


def dated(moment: datetime | None, field: str) -> str:
    """`instant`, or ValueError for a record that has not been given the date yet."""
    if moment is None:
        raise ValueError(f"{field}: the advisory has no such date yet")
    return instant(moment)


def document_bytes(document: Part) -> bytes:
    """UTF-8 JSON in one line, keys sorted (CSAF 2.0 test 6.2.13 asks for it): programs read it, a fifth less of it.

    People read page, text and Markdown, and what they are shown of it is `readable`. To indent what is published would
    cost a fifth of what making all documents does.
    """
    return _ENCODER.encode_lines((document,))


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """The same of a document that others wrote."""
    return _SORTING.encode_lines((document,))


def readable(document: bytes) -> bytes:
    """A document as people read and compare it: JSON indented by two, anything else as it is."""
    return msgspec.json.format(document, indent=2).rstrip() + b"\n" if document.startswith(b"{") else document
