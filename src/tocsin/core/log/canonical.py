# SPDX-License-Identifier: Apache-2.0
"""Canonical JSON (RFC 8785) of the few values that are hashed or signed while somebody waits: maps with ASCII names,
lists, texts, whole numbers up to 2^53, true, false and null.

For these msgspec's sorted output is the standard's: it spells texts and whole numbers alike, and ASCII names have one
order. Tests hold it to the reference implementation, which takes thirty times as long; other numbers belong to it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def canonical(value: dict[str, Any]) -> bytes:
    """Return the one spelling of a value; raises UnicodeEncodeError for text that is none (a lone surrogate)."""
    return _ENCODER.encode(value)
