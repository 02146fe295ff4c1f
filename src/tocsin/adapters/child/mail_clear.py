# SPDX-License-Identifier: Apache-2.0
"""Finds a text with its signature inside of it among the words of a mail (RFC 9580, section 7), in one pass, and parts
it from what stands around it, which nobody signed. Runs in the child only; it is checked in another one.
"""

from __future__ import annotations

from typing import Final, NamedTuple

BEGIN: Final = b"-----BEGIN PGP SIGNED MESSAGE-----"
_END: Final = b"-----END PGP SIGNATURE-----"


class Found(NamedTuple):
    """A signed text from its first line to its last, and the bytes before and behind them."""

    content: bytes
    before: bytes
    after: bytes


def cleartext(content: bytes) -> Found | None:
    """The first signed text of a part, None where there is none that ends."""
    start = _line(content, BEGIN, 0)
    end = _line(content, _END, start) if start >= 0 else -1
    if end < 0:
        return None
    end += len(_END)
    return Found(content=content[start:end], before=content[:start], after=content[end:])


def _line(content: bytes, words: bytes, at: int) -> int:
    """Where a line begins that is nothing but these words; -1 where there is none."""
    while (at := content.find(words, at)) >= 0:
        rest = content[at + len(words) : at + len(words) + 80].split(b"\n", 1)[0]
        if (at == 0 or content[at - 1 : at] == b"\n") and not rest.strip():
            return at
        at += len(words)
    return -1
