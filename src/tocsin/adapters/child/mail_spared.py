# SPDX-License-Identifier: Apache-2.0
"""Long bodies of a mail go around the parser, which looks at each of their lines: between the headers of a part that
holds no others and the next line that begins with two dashes nothing can be but its body. A mark stands for it there,
and its bytes are decoded straight from what came. Runs in the child only. Sources: RFC 2045, section 6; RFC 2046, 5.1.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import msgspec

from tocsin.core.mail.bounds import MAX_HEADER_BYTES

LONG: Final = 2048
"""Bytes of a body from which it is worth sparing."""

MARK: Final = "tocsin.spared."
_MARK: Final = MARK.encode("ascii")
_MARKS: Final = re.compile(rb"tocsin\.spared\.[0-9]{1,6}\.")
_ENCODED: Final = b"content-transfer-encoding:"
_EMPTY: Final = re.compile(rb"\n\r?\n")
_DASHED: Final = re.compile(rb"[\r\n]--")
_FEW: Final = 200
_BASE64: Final = msgspec.json.Decoder(bytes)


class Spared:
    """A mail as the parser is given it, `short`, and what it was spared."""

    def __init__(self, content: bytes = b"") -> None:
        self._bodies: dict[bytes, bytes] = {}
        self.short = self._shortened(content)
        if self.short.count(_MARK) != len(self._bodies):  # somebody is playing: nothing is spared
            self.short, self._bodies = content, {}

    def body(self, mark: str) -> bytes | None:
        """The body for which a text stands; None where it is no mark."""
        return self._bodies.get(mark.strip().encode("ascii", "replace")) if len(mark) < LONG else None

    def whole(self, content: bytes) -> bytes:
        """Put what was spared back in its place."""
        if not self._bodies or _MARK not in content:
            return content
        return _MARKS.sub(lambda found: self._bodies.get(found[0], found[0]), content)

    def whole_text(self, text: str) -> str:
        """The same in a text as the parser keeps it."""
        if not self._bodies or MARK not in text:
            return text
        return self.whole(text.encode("utf-8", "surrogateescape")).decode("ascii", "surrogateescape")

    def _shortened(self, content: bytes) -> bytes:
        pieces, at, found = [], 0, _leaf(content, 0)
        while found >= 0:
            empty = _EMPTY.search(content, found)
            start = empty.end() if empty else len(content)
            end = _part_ends(content, start)
            if end - start < LONG:
                found = _leaf(content, found)
                continue
            mark = b"%b%d." % (_MARK, len(self._bodies))
            self._bodies[mark] = content[start:end]
            pieces += [content[at:start], mark]
            at, found = end, _leaf(content, end)
        return b"".join([*pieces, content[at:]]) if pieces else content


def decoder(encoding: str) -> Callable[[bytes], bytes] | None:
    """How a body that was spared is decoded; None for an encoding of which the parser is asked."""
    return _DECODERS.get(encoding)


def unpacked(content: bytes) -> bytes:
    """Base64 decoded; one that is cut short, as far as it goes. As nearly all of it has nothing wrong with it, the
    quicker decoder is asked first, which takes nothing else."""
    joined = content.replace(b"\n", b"").replace(b"\r", b"")
    if b"\\" not in joined:
        with suppress(msgspec.DecodeError):
            return _BASE64.decode(b'"%b"' % joined)
    try:
        return binascii.a2b_base64(content)
    except binascii.Error:
        whole = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
        whole = whole[: len(whole) - (len(whole) % 4 == 1)]
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _leaf(content: bytes, at: int) -> int:
    """Where the next header behind `at` says how its part is encoded, of a part that holds no others; -1 where none
    does. A search for a word, because most lines are none of headers."""
    while (at := content.find(b"ransfer-", at + 1)) >= 0:
        line = content.rfind(b"\n", max(0, at - 12), at) + 1
        if content[line : line + len(_ENCODED)].lower() != _ENCODED:
            continue
        start = max(0, content.rfind(b"\n--", max(0, at - MAX_HEADER_BYTES), at))
        block = content[start:at].lower()
        empty = _EMPTY.search(content, at)
        block += content[at : empty.start() if empty else at].lower()
        if b"multipart/" not in block and b"message/" not in block:
            return at
    return -1


def _part_ends(content: bytes, start: int) -> int:
    """Where the line before the next that begins with two dashes ends, which is before `start` where there is none.
    One byte is looked for at first, because base64 has none of it."""
    at = start - 1
    for _ in range(_FEW):
        at = content.find(b"-", at + 1)
        if at < 0:
            return len(content)
        if content[at - 1 : at + 2] in (b"\n--", b"\r--"):
            break
    else:
        found = _DASHED.search(content, at)
        if found is None:
            return len(content)
        at = found.end() - 2
    return at - (2 if content[at - 2 : at] == b"\r\n" else 1)


_DECODERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "base64": unpacked,
    "quoted-printable": binascii.a2b_qp,
    "7bit": bytes,
    "8bit": bytes,
}
