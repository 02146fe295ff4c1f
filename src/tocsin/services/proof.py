# SPDX-License-Identifier: Apache-2.0
"""Proof of receipt: a signed statement that this instance held these words at that instant. It grants no access.

The statement commits to the report by a salted hash, so that showing it to somebody tells them nothing, while the
reporter, who has the words and the salt, can prove what they sent.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec
import rfc8785

from tocsin.core.case.model import Case
from tocsin.core.intake import Report
from tocsin.core.vocabulary import CaseRef
from tocsin.services.app import Front


class Proof(msgspec.Struct, frozen=True):
    """The statement and its Ed25519 signature (hex), with what is needed to check both."""

    instance: str
    case: CaseRef
    received_at: datetime
    commitment: str
    salt: str
    key: str
    signature: str


def commitment(report: Report, salt: bytes) -> str:
    """SHA-256 in hex of the salt and the report as canonical JSON (RFC 8785), without keys and places of files."""
    plain = msgspec.to_builtins(report)
    plain["attachments"] = [{"name": a.name, "sha256": a.sha256, "size": a.size} for a in report.attachments]
    return hashlib.sha256(salt + rfc8785.dumps(plain)).hexdigest()


def statement(proof: Proof) -> bytes:
    """The signed bytes: canonical JSON (RFC 8785) of everything but salt, key and signature."""
    said = {
        "case": proof.case,
        "commitment": proof.commitment,
        "instance": proof.instance,
        "received_at": proof.received_at.isoformat(),
        "what": "tocsin receipt 1",
    }
    return rfc8785.dumps(said)


def prove(front: Front, case: Case) -> Proof:
    """Sign that a report was received."""
    salt = front.mint.nonce()
    unsigned = Proof(
        instance=front.sealer.instance,
        case=case.ref,
        received_at=case.received_at,
        commitment=commitment(case.report, salt),
        salt=salt.hex(),
        key=front.notary.public.hex(),
        signature="",
    )
    return msgspec.structs.replace(unsigned, signature=front.notary.sign(statement(unsigned)).hex())
