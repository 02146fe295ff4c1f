# SPDX-License-Identifier: Apache-2.0
"""Looks for secrets in bytes, however they are written: plain, in other encodings, inside compressed streams."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Iterator
from urllib.parse import quote

GZIP = re.compile(rb"\x1f\x8b\x08")
ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
MOST = 64 * 1024 * 1024


def forms(secret: str) -> dict[str, bytes]:
    """The ways in which a secret of ASCII letters may stand somewhere."""
    raw = secret.encode()
    found = {
        "plain": raw,
        "capitals": raw.upper(),
        "UTF-16LE": secret.encode("utf-16-le"),
        "UTF-16BE": secret.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "quoted-printable": "".join(f"={byte:02X}" for byte in raw).encode(),
        "percent": "".join(f"%{byte:02X}" for byte in raw).encode(),
        "percent, small": "".join(f"%{byte:02x}" for byte in raw).encode(),
        "HTML": "".join(f"&#{byte};" for byte in raw).encode(),
        "HTML, hex": "".join(f"&#x{byte:x};" for byte in raw).encode(),
        "JSON": "".join(f"\\u{byte:04x}" for byte in raw).encode(),
    }
    for offset in range(3):
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            found[f"{name} at {offset}"] = _inner(encode(b"\0" * offset + raw), offset, 3, 4)
    for offset in range(5):
        found[f"base32 at {offset}"] = _inner(base64.b32encode(b"\0" * offset + raw), offset, 5, 8)
    assert quote(secret) == secret, "letters that need no escape, so that plain is quoted-printable and percent as well"
    return found


def _inner(encoded: bytes, offset: int, group: int, letters: int) -> bytes:
    """The letters that depend on the secret alone: not those that share a group with what stands around it."""
    whole = encoded.rstrip(b"=")
    start = letters if offset else 0
    return whole[start : len(whole) // letters * letters - letters]


def hits(content: bytes, secrets: Iterable[str]) -> list[tuple[str, str]]:
    """Which secrets stand in the content, and in which form."""
    found: list[tuple[str, str]] = []
    wanted = [(secret, name, form) for secret in secrets for name, form in forms(secret).items()]
    for where, part in views(content):
        found += [(secret, f"{name}{where}") for secret, name, form in wanted if form in part]
    return found


def views(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The content, and what unpacks from compressed streams in it."""
    yield "", content
    for magic, bits, name in ((GZIP, 31, "gzip"), (ZLIB, 15, "zlib")):
        for start in magic.finditer(content):
            try:
                yield f" in {name}", zlib.decompressobj(bits).decompress(content[start.start() :], MOST)
            except zlib.error:
                continue
