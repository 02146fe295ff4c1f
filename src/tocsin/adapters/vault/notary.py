# SPDX-License-Identifier: Apache-2.0
"""Signs with Ed25519 (RFC 8032, libsodium), and checks signatures. A signing key opens nothing.

Receipts are signed where they are given out, with a key made from an intake secret: who steals it can forge receipts
from now on, and read nothing. Checkpoints of the log, and other logs' checkpoints as their witness, are signed by the
worker, with keys that intake never has: who takes intake over cannot tell two stories about the log.
"""

from __future__ import annotations

from typing import Final

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from tocsin.adapters.vault.secret import Root, Secret

RECEIPTS: Final = b"receipts"
LOG: Final = b"log"
WITNESS: Final = b"witness"


class SigningNotary(Secret):
    """`Notary` of the port, for one use of a secret; keys for different uses are unrelated."""

    __slots__ = ("_key",)

    def __init__(self, secret: bytes, use: bytes = RECEIPTS) -> None:
        self._key = SigningKey(Root(secret).derive(b"tocsin notary", use))

    @property
    def public(self) -> bytes:
        """Public half; see the port."""
        return bytes(self._key.verify_key)

    def sign(self, statement: bytes) -> bytes:
        """Detached signature; see the port."""
        return self._key.sign(statement).signature


class Ed25519Signatures:
    """`Signatures` of the port."""

    def hold(self, public: bytes, statement: bytes, signature: bytes) -> bool:
        """Check a detached signature; see the port."""
        try:
            VerifyKey(public).verify(statement, signature)
        except (CryptoError, ValueError, TypeError):
            return False
        return True
