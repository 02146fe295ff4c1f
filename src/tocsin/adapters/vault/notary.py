# SPDX-License-Identifier: Apache-2.0
"""Signs receipts with Ed25519 (RFC 8032, libsodium). The key is made from an intake secret; it opens nothing.

Who steals it can forge receipts from now on, and read nothing: that is why it may lie with intake.
"""

from __future__ import annotations

from nacl.signing import SigningKey

from tocsin.adapters.vault.secret import Root, Secret


class SigningNotary(Secret):
    """`Notary` of the port."""

    __slots__ = ("_key",)

    def __init__(self, secret: bytes) -> None:
        self._key = SigningKey(Root(secret).derive(b"tocsin notary", b"receipts"))

    @property
    def public(self) -> bytes:
        """Public half; see the port."""
        return bytes(self._key.verify_key)

    def sign(self, statement: bytes) -> bytes:
        """Detached signature; see the port."""
        return self._key.sign(statement).signature
