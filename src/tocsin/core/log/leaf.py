# SPDX-License-Identifier: Apache-2.0
"""What the log says of one thing that happened, and the salted commitment that stands for it in the tree.

The tree holds commitments only, so the whole log can be shown to anybody. Who is given a leaf's text and its salt can
check that one leaf; without the salt the text cannot even be guessed at. Salts come from the caller: 32 random bytes,
kept sealed with the case, so that shredding a case's key also makes its leaves meaningless for ever.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

import rfc8785

from tocsin.core.vocabulary import CaseRef, Value, utc

SALT_BYTES: Final = 32
_DOMAIN: Final = b"tocsin leaf 1\n"


class Kind(StrEnum):
    """What is logged: an entry of a case's journal, somebody's look at an embargoed case, a receipt for a reporter."""

    ENTRY = "entry"
    READ = "read"
    RECEIPT = "receipt"


class Leaf(Value, frozen=True):
    """One logged thing. `digest` is the SHA-256 in hex of what it speaks of: the journal entry, or the report."""

    kind: Kind
    case: CaseRef
    at: datetime
    seq: int
    by: str
    digest: str


def text(leaf: Leaf) -> str:
    """Return the leaf as canonical JSON (RFC 8785), which is what the commitment covers."""
    said = {
        "at": utc(leaf.at).isoformat(),
        "by": leaf.by,
        "case": leaf.case,
        "digest": leaf.digest,
        "kind": leaf.kind.value,
        "seq": leaf.seq,
    }
    return rfc8785.dumps(said).decode()


def commitment(salt: bytes, said: str) -> bytes:
    """Return the 32 bytes that stand in the tree for the text `said`; raises ValueError for a salt of wrong length."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return sha256(_DOMAIN + salt + said.encode()).digest()
