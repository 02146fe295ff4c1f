# SPDX-License-Identifier: Apache-2.0
"""What the log says of journal lines, looks and receipts: each leaf's text, and the salt that only a case's key makes.

Whoever holds the case's key computes a leaf again at any time, so nothing of it is stored but the commitment. When the
key is destroyed, nobody can tell any more which commitments were the case's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from tocsin.core.case import events as ev
from tocsin.core.log import leaf
from tocsin.core.log.bundle import Shown
from tocsin.core.log.leaf import Kind, Leaf
from tocsin.core.vocabulary import ActorKind, CaseRef, Value
from tocsin.services.ports.store import SealedEntry
from tocsin.services.ports.vault import CaseKey
from tocsin.services.sealing import Places


class Looked(Value):
    """What is sealed of somebody's look at an embargoed case: who, when, what for, and how long the journal was."""

    at: datetime
    by: str
    name: str
    purpose: str
    seq: int


class Written(NamedTuple):
    """Journal lines ready for the store, and the commitments by which the log remembers them."""

    lines: tuple[SealedEntry, ...]
    leaves: tuple[bytes, ...]


LOOKED: Final[msgspec.json.Decoder[Looked]] = msgspec.json.Decoder(Looked)


def write(places: Places, key: CaseKey, case: CaseRef, entries: Iterable[ev.Entry]) -> Written:
    """Seal journal lines and commit to them."""
    lines, leaves = [], []
    for entry in entries:
        body = ev.encode(entry)
        lines.append(SealedEntry(seq=entry.seq, at=entry.at, body=key.seal(body, places.entry(case, entry.seq))))
        leaves.append(commitment(of_entry(places, key, case, entry, body)))
    return Written(tuple(lines), tuple(leaves))


def of_entry(places: Places, key: CaseKey, case: CaseRef, entry: ev.Entry, body: bytes) -> Shown:
    """The leaf of a journal line; `body` is the line as it was sealed."""
    return _leaf(
        places,
        key,
        f"entry/{entry.seq}",
        body,
        Leaf(
            kind=Kind.ENTRY,
            case=case,
            at=entry.at,
            seq=entry.seq,
            by=entry.actor.kind.value,
            what=ev.name(entry.event),
            digest="",
        ),
    )


def of_look(places: Places, key: CaseKey, case: CaseRef, look: str, body: bytes) -> Shown:
    """The leaf of the look with the id `look`; `body` is the record (`Looked`) as it was sealed."""
    said = LOOKED.decode(body)
    return _leaf(
        places,
        key,
        f"look/{look}",
        body,
        Leaf(
            kind=Kind.READ,
            case=case,
            at=said.at,
            seq=said.seq,
            by=ActorKind.PERSON.value,
            what=said.purpose,
            digest="",
        ),
    )


def of_receipt(places: Places, key: CaseKey, case: CaseRef, at: datetime, digest: str) -> Shown:
    """The leaf of a receipt: that a report was here; `digest` is the salted hash that its proof of receipt states."""
    said = Leaf(
        kind=Kind.RECEIPT,
        case=case,
        at=at,
        seq=1,
        by=ActorKind.REPORTER.value,
        what="report.received",
        digest=digest,
    )
    return Shown(salt=key.salt(places.leaf("receipt", case)), text=leaf.text(said))


def commitment(shown: Shown) -> bytes:
    """What stands in the tree for a leaf."""
    return leaf.commitment(shown.salt, shown.text)


def _leaf(places: Places, key: CaseKey, name: str, body: bytes, said: Leaf) -> Shown:
    digest = leaf.digest(key.salt(places.content(name, said.case)), body)
    said = msgspec.structs.replace(said, digest=digest)
    return Shown(salt=key.salt(places.leaf(name, said.case)), text=leaf.text(said))
