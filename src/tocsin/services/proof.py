# SPDX-License-Identifier: Apache-2.0
"""Proof of receipt: a signed statement that this instance held these words at that instant. It grants no access.

The statement commits to the report by a salted hash, so that showing it to somebody tells them nothing, while the
reporter, who has the words and the salt, can prove what they sent. It also promises a leaf of the transparency log
(`services.leaves`), whose text and salt the reporter is given at once: when the next checkpoint stands, anybody can
check that the promise was kept.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from tocsin.core.case.model import Case
from tocsin.core.intake import Report
from tocsin.core.log import leaf
from tocsin.core.log.bundle import Shown
from tocsin.core.log.canonical import canonical
from tocsin.core.vocabulary import CaseRef
from tocsin.services import leaves
from tocsin.services.app import Front
from tocsin.services.ports.vault import CaseKey
from tocsin.services.sealing import Places


class Proof(msgspec.Struct, frozen=True):
    """The statement and its Ed25519 signature (hex), with what is needed to check both.

    `leaf` is the text that the log remembers, `leaf_salt` its salt in hex.
    """

    instance: str
    case: CaseRef
    received_at: datetime
    commitment: str
    salt: str
    leaf: str
    leaf_salt: str
    key: str
    signature: str

    @property
    def shown(self) -> Shown:
        """The leaf of the log."""
        return Shown(salt=bytes.fromhex(self.leaf_salt), text=self.leaf)

    @property
    def commits_to(self) -> bytes:
        """What stands for the leaf in the log."""
        return leaf.commitment(self.shown.salt, self.leaf)


def commitment(report: Report, salt: bytes) -> str:
    """SHA-256 in hex of the salt and the report as canonical JSON (RFC 8785), without keys and places of files."""
    plain = msgspec.to_builtins(report)
    if report.letter and report.letter.raw:
        plain["letter"]["raw"] = report.letter.raw.sha256
    plain["attachments"] = [{"name": a.name, "sha256": a.sha256, "size": a.size} for a in report.attachments]
    return hashlib.sha256(salt + canonical(plain)).hexdigest()


def statement(proof: Proof) -> bytes:
    """The signed bytes: canonical JSON (RFC 8785); of the leaf, what stands for it in the log (hex)."""
    said = {
        "case": proof.case,
        "commitment": proof.commitment,
        "instance": proof.instance,
        "leaf": proof.commits_to.hex(),
        "received_at": proof.received_at.isoformat(),
        "what": "tocsin receipt 1",
    }
    return canonical(said)


def prove(front: Front, places: Places, key: CaseKey, case: Case) -> Proof:
    """Sign that a report was received, and that the log will say so."""
    salt = front.mint.nonce()
    digest = commitment(case.report, salt)
    shown = leaves.of_receipt(places, key, case.ref, case.received_at, digest)
    unsigned = Proof(
        instance=front.sealer.instance,
        case=case.ref,
        received_at=case.received_at,
        commitment=digest,
        salt=salt.hex(),
        leaf=shown.text,
        leaf_salt=shown.salt.hex(),
        key=front.notary.public.hex(),
        signature="",
    )
    return msgspec.structs.replace(unsigned, signature=front.notary.sign(statement(unsigned)).hex())
