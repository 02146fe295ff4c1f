# SPDX-License-Identifier: Apache-2.0
"""Authenticated encryption under one symmetric key: the case key, the list key, the token key.

XChaCha20-Poly1305-IETF: its 24-byte nonces are drawn at random without a counter to keep, also by several processes at
once (libsodium: "Secret-key cryptography / AEAD / XChaCha20-Poly1305-IETF").
"""

from __future__ import annotations

import os
from typing import Final

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_ABYTES,
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
)
from nacl.exceptions import CryptoError

from tocsin.adapters.vault.secret import KEY_BYTES, Secret, digest
from tocsin.services.ports.vault import Tampered

VERSION: Final = b"\x01"
NONCE_END: Final = len(VERSION) + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
OVERHEAD: Final = NONCE_END + crypto_aead_xchacha20poly1305_ietf_ABYTES


class SymmetricKey(Secret):
    """A `CaseKey` of the port, whatever it is the key of."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a key is 32 bytes")
        self._key = key

    def seal(self, plain: bytes, ad: bytes) -> bytes:
        """Encrypt and authenticate; see the port."""
        nonce = os.urandom(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
        return VERSION + nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(plain, VERSION + ad, nonce, self._key)

    def open(self, sealed: bytes, ad: bytes) -> bytes:
        """Check and decrypt; see the port."""
        plain = self._decrypt(sealed, VERSION + ad)
        if plain is None:
            raise Tampered
        return plain

    def salt(self, ad: bytes) -> bytes:
        """A keyed hash of the place, which says nothing about the key; see the port."""
        return digest(b"tocsin salt", ad, self._key)

    def _decrypt(self, sealed: bytes, ad: bytes) -> bytes | None:
        if len(sealed) < OVERHEAD or not sealed.startswith(VERSION):
            return None
        nonce, body = sealed[len(VERSION) : NONCE_END], sealed[NONCE_END:]
        try:
            return crypto_aead_xchacha20poly1305_ietf_decrypt(body, ad, nonce, self._key)
        except CryptoError:
            return None
