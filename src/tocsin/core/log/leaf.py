# SPDX-License-Identifier: Apache-2.0
"""What the log says of one thing that happened, and the salted commitment that stands for it in the tree.

The tree holds commitments only, so the whole log can be shown to anybody. Who is given a leaf's text and its salt can
check that one leaf; without the salt the text cannot even be guessed at. Salts come from the caller: 32 bytes that
only a holder of the case's key can make, so that shredding the key also makes its leaves meaningless for ever.

A text names nobody and quotes nothing: who wrote what stands under its digest, which has a salt of its own. So a text
can be shown to everybody, and the words behind it later to somebody.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from tocsin.core.log.canonical import canonical
from tocsin.core.vocabulary import CaseRef, Value, utc

SALT_BYTES: Final = 32
_DOMAIN: Final = b"tocsin leaf 1\n"
_CONTENT_DOMAIN: Final = b"tocsin content 1\n"


class Kind(StrEnum):
    """What is logged: an entry of a case's journal, somebody's look at an embargoed case, a receipt for a reporter."""

    ENTRY = "entry"
    READ = "read"
    RECEIPT = "receipt"


class Leaf(Value, frozen=True):
    """One logged thing.

    `what` names it (an event's name, the purpose of a look), `by` is the kind of who did it, `seq` the length of the
    journal then, and `digest` covers what was written or said (`digest` below, or the commitment of a proof of
    receipt).
    """

    kind: Kind
    case: CaseRef
    at: datetime
    seq: int
    by: str
    what: str
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
        "what": leaf.what,
    }
    return canonical(said).decode()


def digest(salt: bytes, content: bytes) -> str:
    """Return the SHA-256 in hex under which a leaf speaks of `content`; raises ValueError for a salt of wrong length.

    The salt is another one than the commitment's: who is shown the text must not be able to guess at short contents.
    """
    return sha256(_CONTENT_DOMAIN + _checked(salt) + content).hexdigest()


def commitment(salt: bytes, said: str) -> bytes:
    """Return the 32 bytes that stand in the tree for the text `said`; raises ValueError for a salt of wrong length."""
    return sha256(_DOMAIN + _checked(salt) + said.encode()).digest()


def _checked(salt: bytes) -> bytes:
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return salt
