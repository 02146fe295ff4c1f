# SPDX-License-Identifier: Apache-2.0
"""Contract of `Notary`: what it signs verifies with its public half, and with no other instance's."""

from __future__ import annotations

import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from tocsin.adapters.vault import Ed25519Signatures
from tocsin.testing.vault import Sealing


def test_a_signature_verifies_for_its_statement_and_its_instance_only(sealing: Sealing, elsewhere: Sealing) -> None:
    signature = sealing.notary.sign(b"received")
    assert VerifyKey(sealing.notary.public).verify(b"received", signature) == b"received"
    for public, statement in ((sealing.notary.public, b"receivee"), (elsewhere.notary.public, b"received")):
        with pytest.raises(BadSignatureError):
            VerifyKey(public).verify(statement, signature)


def test_checkpoints_are_signed_with_keys_that_are_not_those_of_receipts(sealing: Sealing) -> None:
    assert len({sealing.notary.public, sealing.log_notary.public, sealing.witness.public}) == 3


def test_signatures_are_checked_and_nothing_malformed_holds(sealing: Sealing) -> None:
    signatures, signer = Ed25519Signatures(), sealing.log_notary
    good = signer.sign(b"checkpoint")
    assert signatures.hold(signer.public, b"checkpoint", good)
    for public, statement, signature in (
        (signer.public, b"checkpoinT", good),
        (sealing.notary.public, b"checkpoint", good),
        (signer.public, b"checkpoint", good[:-1]),
        (signer.public, b"checkpoint", b""),
        (b"", b"checkpoint", good),
        (b"\xff" * 32, b"checkpoint", good),
    ):
        assert not signatures.hold(public, statement, signature)
