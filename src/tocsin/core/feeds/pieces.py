# SPDX-License-Identifier: Apache-2.0
"""Pieces of large lists, each kept plain and compressed, so that a list is put together without compressing it again.

A compressed piece ends at a byte and refers to nothing before it, so pieces that follow each other are one stream of
RFC 1951; with a head, a checksum and a length around them they are one file of RFC 1952.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from tocsin.core.vocabulary import Value

_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""No name, no instant, no system: the same bytes wherever and whenever it is made (RFC 1952, 2.3)."""
_END: Final = b"\x03\x00"
"""An empty last block (RFC 1951, 3.2.6)."""
_LEVEL: Final = 6
_SIZE: Final = 1 << 18
"""Bytes that are compressed at a time."""


class Piece(Value):
    """Some bytes of a file, and the same compressed."""

    body: bytes
    packed: bytes


def piece(body: bytes) -> Piece:
    """Compress some bytes."""
    packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Piece(body=body, packed=packing.compress(body) + packing.flush(zlib.Z_FULL_FLUSH))


def gathered(lines: Iterable[bytes]) -> Iterator[Piece]:
    """The same bytes in few pieces."""
    held: list[bytes] = []
    size = 0
    for each in lines:
        held.append(each)
        size += len(each)
        if size >= _SIZE:
            yield piece(b"".join(held))
            held, size = [], 0
    yield piece(b"".join(held))


def both(pieces: Iterable[Piece]) -> Iterator[tuple[bytes, bytes]]:
    """A file and its compressed copy, side by side and part by part."""
    yield b"", _HEAD
    checksum = size = 0
    for each in pieces:
        checksum = zlib.crc32(each.body, checksum)
        size += len(each.body)
        yield each.body, each.packed
    yield b"", _END + struct.pack("<II", checksum, size % (1 << 32))
