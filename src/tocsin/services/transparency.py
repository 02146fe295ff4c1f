# SPDX-License-Identifier: Apache-2.0
"""The log as everybody may see it: its key, its newest checkpoint, and proofs in the forms that other tools read.

Knows no case and holds no secret. What is put into the log is `services.leaves`, putting it there `services.logbook`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from tocsin.core.log import note, tree
from tocsin.core.log.bundle import Proven, Shown, proofs
from tocsin.core.log.leaf import commitment
from tocsin.core.log.note import Checkpoint, Key
from tocsin.core.vocabulary import Refused
from tocsin.services.ports.log import LogReader


class Standing(NamedTuple):
    """The newest checkpoint, as it is published and as it was read."""

    published: str
    checkpoint: Checkpoint


def standing(log: LogReader) -> Standing | None:
    """The newest checkpoint; None before the first. Raises ValueError for one that we did not write."""
    published = log.checkpoint()
    return Standing(published, read(published)) if published is not None else None


def read(published: str) -> Checkpoint:
    """Read a checkpoint of our own; raises ValueError for one that we did not write."""
    found = note.decode(published)
    checkpoint = found if isinstance(found, Refused) else note.checkpoint(found)
    if isinstance(checkpoint, Refused):
        raise ValueError(checkpoint.because)
    return checkpoint


def name_of(public_url: str) -> str:
    """Name a log for where its instance is reached: the address without its scheme, as checkpoints have it."""
    parts = urlsplit(public_url)
    return f"{parts.netloc}{parts.path}".rstrip("/") + "/log"


def key(log: LogReader, public: bytes) -> Key | None:
    """The log's own key under the name that its checkpoints carry; None before the first."""
    found = standing(log)
    return Key(name=found.checkpoint.origin, kind=note.ED25519, public=public) if found else None


def consistency(log: LogReader, old: int, new: int) -> str | None:
    """The proof that the first `old` leaves begin the first `new`, a hash in base64 a line; None where none can be."""
    found = standing(log)
    if found is None or not 0 <= old <= new <= found.checkpoint.size:
        return None
    return lines(tree.at_once(lambda hashes: tree.consistency(hashes, old, new), log.hashes))


def lines(proof: Sequence[bytes]) -> str:
    """Write a proof as text."""
    return "".join(f"{b64encode(each).decode()}\n" for each in proof)


def inclusion(log: LogReader, leaf: bytes) -> str | None:
    """The proof that a commitment stands in the log (C2SP tlog-proof); None for one that does not, or not yet."""
    place = log.standing([leaf]).get(leaf)
    found = standing(log)
    if place is None or found is None:
        return None
    return note.proof_text(place, _path(log, place, found.checkpoint.size), found.published)


def proven(log: LogReader, public: bytes, shown: Sequence[Shown]) -> str | None:
    """A file that proves leaves under the newest checkpoint; None while one of them does not stand in the log yet."""
    commitments = [commitment(each.salt, each.text) for each in shown]
    # Places first: the checkpoint, read after them, covers whatever had a place by then.
    places = log.standing(commitments)
    found = standing(log)
    if found is None:
        return None
    leaves = []
    for each, text in zip(commitments, shown, strict=True):
        place = places.get(each)
        if place is None:
            return None
        leaves.append(Proven(index=place, shown=text, proof=_path(log, place, found.checkpoint.size)))
    own = Key(name=found.checkpoint.origin, kind=note.ED25519, public=public)
    return "".join(proofs(own.name, [own], found.published, leaves))


def _path(log: LogReader, place: int, size: int) -> tuple[bytes, ...]:
    return tree.at_once(lambda hashes: tree.inclusion(hashes, place, size), log.hashes)
