# SPDX-License-Identifier: Apache-2.0
"""Signing what the instance says to outsiders who may later have to prove it: receipts now, log checkpoints later."""

from __future__ import annotations

from typing import Protocol


class Notary(Protocol):
    """An Ed25519 signing key of this installation. Its public half is published; it opens nothing."""

    @property
    def public(self) -> bytes:
        """32 bytes."""

    def sign(self, statement: bytes) -> bytes:
        """Return the detached Ed25519 signature, 64 bytes (RFC 8032)."""
