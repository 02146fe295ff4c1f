# SPDX-License-Identifier: Apache-2.0
"""The Autocrypt header (Autocrypt Level 1, section 2.1): a correspondent's program offers its key with each mail.

What is read is a proposal, and only for the sender's own address; what is written is the team's key, so that the
programs of correspondents can encrypt to it without anybody doing anything.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from typing import Final

from tocsin.core.vocabulary import Value

HEADER: Final = "Autocrypt"
LARGEST: Final = 32 * 1024
_KNOWN: Final = frozenset({"addr", "prefer-encrypt", "keydata"})
_LINE: Final = 64


class Offer(Value):
    """A key that a mail offered for an address. `mutual` says that its owner wants answers to be encrypted."""

    address: str
    key: bytes
    mutual: bool = False


def read(headers: tuple[str, ...], sender: str) -> Offer | None:
    """The offer of a mail for the address it came from. Several headers, another address, an attribute that has to be
    understood and is not: no offer (section 2.3)."""
    found = [offer for each in headers if (offer := _read(each)) is not None]
    mine = [each for each in found if each.address == sender.strip().lower()]
    return mine[0] if len(mine) == 1 else None


def write(address: str, key: bytes) -> str:
    """The header's value for a key of ours, with spaces where it may be folded."""
    data = b64encode(key).decode("ascii")
    folded = " ".join(data[start : start + _LINE] for start in range(0, len(data), _LINE))
    return f"addr={address}; prefer-encrypt=mutual; keydata= {folded}"


def _read(header: str) -> Offer | None:
    if len(header) > LARGEST:
        return None
    told: dict[str, str] = {}
    for part in header.split(";"):
        name, equals, value = part.partition("=")
        if not equals or name.strip() in told:
            return None
        told[name.strip()] = value.strip()
    if any(name not in _KNOWN and not name.startswith("_") for name in told):
        return None
    try:
        key = b64decode("".join(told.get("keydata", "").split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    address = told.get("addr", "").lower()
    return Offer(address=address, key=key, mutual=told.get("prefer-encrypt") == "mutual") if address and key else None
