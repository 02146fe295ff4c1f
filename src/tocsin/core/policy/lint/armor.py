# SPDX-License-Identifier: Apache-2.0
"""The outside of an OpenPGP clear-signed text: is it in one piece? (RFC 9580, 6.2 and 7; RFC 9116, 2.3.)

Whether the signature is good needs keys and an OpenPGP engine, and is not asked here.
"""

from __future__ import annotations

import base64
import re
from typing import Final, Literal

BEGIN_MESSAGE: Final = "-----BEGIN PGP SIGNED MESSAGE-----"
BEGIN_SIGNATURE: Final = "-----BEGIN PGP SIGNATURE-----"
END_SIGNATURE: Final = "-----END PGP SIGNATURE-----"
_HEADER: Final = re.compile(r"^[A-Za-z][A-Za-z0-9-]{0,40}: ")
_SIGNATURE_TAG: Final = 2

Fault = Literal["", "pgp-data-error", "pgp-error"]


def armor_fault(text: str) -> Fault:
    """Say what is wrong with the armor of a clear-signed text, or nothing.

    `pgp-data-error`: the parts are not all there, once and in order. `pgp-error`: they are, but the signature inside is
    not a signature packet.
    """
    lines = [line.rstrip() for line in text.split("\n")]
    if not lines or lines[0] != BEGIN_MESSAGE or lines.count(BEGIN_SIGNATURE) != 1 or lines.count(END_SIGNATURE) != 1:
        return "pgp-data-error"
    start, end = lines.index(BEGIN_SIGNATURE), lines.index(END_SIGNATURE)
    if end < start or "" not in lines[:start]:
        return "pgp-data-error"
    body = lines[start + 1 : end]
    while body and _HEADER.match(body[0]):
        body = body[1:]
    if not body or body[0] != "":
        return "pgp-data-error"
    return "" if _is_signature("".join(line for line in body[1:] if not line.startswith("="))) else "pgp-error"


def _is_signature(encoded: str) -> bool:
    """Say whether base64 text is exactly one signature packet, by its tag and its length (RFC 9580, 4.2)."""
    try:
        data = base64.b64decode(encoded, validate=True)
    except ValueError:  # its base64 error is one of these
        return False
    if len(data) < 3 or not data[0] & 0x80:
        return False
    if data[0] & 0x40:
        tag, size, head = data[0] & 0x3F, *_new_length(data)
    else:
        tag, size, head = (data[0] & 0x3C) >> 2, *_old_length(data)
    return tag == _SIGNATURE_TAG and len(data) >= head + size


def _new_length(data: bytes) -> tuple[int, int]:
    first = data[1]
    if first < 192:
        return first, 2
    if first < 224:
        return ((first - 192) << 8) + data[2] + 192, 3
    return int.from_bytes(data[2:6], "big"), 6


def _old_length(data: bytes) -> tuple[int, int]:
    size = {0: 1, 1: 2, 2: 4}.get(data[0] & 0x03, 0)
    return int.from_bytes(data[1 : 1 + size], "big"), 1 + size
