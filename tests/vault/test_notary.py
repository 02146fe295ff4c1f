# SPDX-License-Identifier: Apache-2.0
"""Contract of `Notary`: what it signs verifies with its public half, and with no other instance's."""

from __future__ import annotations

import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from tocsin.testing.vault import Sealing


def test_a_signature_verifies_for_its_statement_and_its_instance_only(sealing: Sealing, elsewhere: Sealing) -> None:
    signature = sealing.notary.sign(b"received")
    assert VerifyKey(sealing.notary.public).verify(b"received", signature) == b"received"
    for public, statement in ((sealing.notary.public, b"receivee"), (elsewhere.notary.public, b"received")):
        with pytest.raises(BadSignatureError):
            VerifyKey(public).verify(statement, signature)
