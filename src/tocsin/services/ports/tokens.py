# SPDX-License-Identifier: Apache-2.0
"""Sealed tokens that a browser keeps for us: form nonces, files already uploaded, the return page's session.

The server stores nothing for them. They are opaque to their holder, say nothing after they expire, and a token made for
one purpose is worth nothing for another. They are not single use: what must happen once is guarded where it is stored.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Tokens(Protocol):
    """Seals values into URL-safe text and opens them again."""

    def seal(self, value: Any, purpose: str, expires_at: datetime) -> str:
        """Seal `value` (a Struct, or what msgspec encodes) for `purpose` until `expires_at`, an instant with a zone."""

    def open(self, token: str, purpose: str, now: datetime, kind: type[T]) -> T | None:
        """The value, as a `kind`; None when expired, made for another purpose, altered, of another shape or no token.

        `now` is an instant with a zone. The token is still good at the microsecond before `expires_at`.
        """

    def mark(self, purpose: str, text: str = "") -> bytes:
        """32 bytes that only this installation can make of `purpose` and `text`, the same every time.

        A keyed hash: an id by which a text is found again and that does not betray it, or a secret shared with one
        other system, which then is stored nowhere.
        """
