# SPDX-License-Identifier: Apache-2.0
"""The bound box: anonymous public-key sealing that also knows where it belongs.

libsodium's sealed box (X25519, XSalsa20-Poly1305, an ephemeral key thrown away by the sender) takes no associated data.
So a hash of the associated data travels inside, and is compared after opening. The key id in front lets a holder of
several keys, in the middle of a rotation, pick the right one.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import Final

from nacl.bindings import (
    crypto_box_PUBLICKEYBYTES,
    crypto_box_seal,
    crypto_box_seal_open,
    crypto_box_SEALBYTES,
    crypto_box_seed_keypair,
)
from nacl.exceptions import CryptoError

from tocsin.adapters.vault.secret import KEY_BYTES, Secret, digest
from tocsin.services.ports.vault import Tampered

VERSION: Final = b"\x01"
KEY_ID_BYTES: Final = 8
BOX_START: Final = len(VERSION) + KEY_ID_BYTES
OVERHEAD: Final = BOX_START + crypto_box_SEALBYTES + KEY_BYTES


def key_id(public: bytes) -> bytes:
    """Short name of a public key: 8 bytes, for choosing a key, not for trusting one."""
    return digest(b"tocsin key id", public)[:KEY_ID_BYTES]


def seal_to(public: bytes, plain: bytes, ad: bytes) -> bytes:
    """Seal `plain`, bound to `ad`, to the holder of the private half of `public`.

    Raises ValueError when `public` is not 32 bytes or is a point of small order, to which nothing can be kept secret.
    """
    if len(public) != crypto_box_PUBLICKEYBYTES:
        raise ValueError("a public key is 32 bytes")
    box = _box(public, _binding(ad) + plain)
    if box is None:
        raise ValueError("this public key encrypts nothing")
    return VERSION + key_id(public) + box


class BoxKey(Secret):
    """The private half: opens what `seal_to` sealed to `public`."""

    __slots__ = ("_private", "public")

    def __init__(self, seed: bytes) -> None:
        """Make the key pair of `seed` (32 bytes); the same seed makes the same pair."""
        self.public, self._private = crypto_box_seed_keypair(seed)

    def open(self, sealed: bytes, ad: bytes) -> bytes:
        """Give back what was sealed to this key with the same `ad`; raises Tampered for anything else."""
        bound = self._unbox(sealed)
        if bound is None or not compare_digest(bound[:KEY_BYTES], _binding(ad)):
            raise Tampered
        return bound[KEY_BYTES:]

    def _unbox(self, sealed: bytes) -> bytes | None:
        if len(sealed) < OVERHEAD or sealed[:BOX_START] != VERSION + key_id(self.public):
            return None
        try:
            return crypto_box_seal_open(sealed[BOX_START:], self.public, self._private)
        except CryptoError:
            return None


def _box(public: bytes, bound: bytes) -> bytes | None:
    try:
        return crypto_box_seal(bound, public)
    except CryptoError:
        return None


def _binding(ad: bytes) -> bytes:
    return digest(b"tocsin bound box", ad)
