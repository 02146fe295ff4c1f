# SPDX-License-Identifier: Apache-2.0
"""Signing what the instance says to outsiders who may later have to prove it: receipts, and checkpoints of logs."""

from __future__ import annotations

from typing import Protocol


class Notary(Protocol):
    """An Ed25519 signing key of this installation (RFC 8032). Its public half is published; it opens nothing."""

    @property
    def public(self) -> bytes:
        """32 bytes."""

    def sign(self, statement: bytes) -> bytes:
        """Return the detached signature, 64 bytes."""


class Signatures(Protocol):
    """Checks Ed25519 signatures, whoever made them."""

    def hold(self, public: bytes, statement: bytes, signature: bytes) -> bool:
        """Say whether `signature` is that of the key `public` over `statement`; False for anything malformed."""
