# SPDX-License-Identifier: Apache-2.0
"""Bytes to text, and text whose encoding was damaged on the way back to what was written (S73).

The usual damage is UTF-8 read as Windows-1252 and saved again ("itâ€™s"). A run of non-ASCII characters that becomes
valid UTF-8 when that mistake is undone is such damage; ordinary accented or non-Latin text never does. The broken bytes
are kept in the finding.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.vocabulary import Value

LARGEST: Final = 1 << 20
"""Bytes of a document that are read; what lies beyond is reported, not read."""

_RUN: Final = re.compile(r"[^\x00-\x7f]{2,}")
_HOLES: Final = {0x81: 0x81, 0x8D: 0x8D, 0x8F: 0x8F, 0x90: 0x90, 0x9D: 0x9D}
"""Bytes that Windows-1252 leaves undefined and that browsers pass through."""

_REVERSED: Final = {bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0x100) if byte not in _HOLES} | {
    chr(code): code for code in _HOLES
}


class Damage(Value):
    """One damaged place: the line, what stands there, and what was meant (empty when nobody can tell)."""

    line: int
    found: str
    meant: str = ""


class Decoded(Value):
    """Text with its damage repaired, and a list of what was damaged."""

    text: str
    damage: tuple[Damage, ...] = ()
    truncated: bool = False


def decode(data: bytes) -> Decoded:
    """Read a document. Never raises: bytes that are no UTF-8 are read as Windows-1252 and reported."""
    truncated = len(data) > LARGEST
    data = data[:LARGEST].removeprefix(b"\xef\xbb\xbf")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text, damage = data.decode("utf-16", "replace"), list[Damage]()
    else:
        text, damage = _utf8(data, truncated)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    repaired: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        mended = _RUN.sub(_mend, line) if not line.isascii() else line
        if mended != line:
            damage.extend(_places(number, line))
        repaired.append(mended)
    return Decoded(text="\n".join(repaired), damage=tuple(damage), truncated=truncated)


def _utf8(data: bytes, truncated: bool) -> tuple[str, list[Damage]]:
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as wrong:
        if truncated and wrong.start >= len(data) - 3:
            return data[: wrong.start].decode("utf-8"), []
        line = data.count(b"\n", 0, wrong.start) + 1
        found = data[wrong.start : wrong.start + 4].hex(" ")
        text = "".join(chr(byte) if byte in _HOLES else bytes([byte]).decode("cp1252") for byte in data)
        return text, [Damage(line=line, found=f"bytes {found}", meant="")]


def _places(number: int, line: str) -> list[Damage]:
    """Name each damaged word of a line with its repair."""
    words = [word for word in line.split() if not word.isascii() and _RUN.sub(_mend, word) != word]
    return [Damage(line=number, found=word, meant=_RUN.sub(_mend, word)) for word in words]


def _mend(found: re.Match[str]) -> str:
    try:
        return bytes(_REVERSED[char] for char in found[0]).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return found[0]
