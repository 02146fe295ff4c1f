# SPDX-License-Identifier: Apache-2.0
"""A log in memory with real keys: leaves, checkpoints, a witness, and the file that leaves the house."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from nacl.signing import SigningKey

from tocsin.core.log import note, tree
from tocsin.core.log.bundle import Proven, Shown, proofs, whole
from tocsin.core.log.leaf import SALT_BYTES, Kind, Leaf, commitment, text

ORIGIN = "security.example.org/log"
T0 = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


class World:
    """Everything a log is made of, from one seed."""

    def __init__(self, seed: int = 1) -> None:
        self.chance = random.Random(seed)
        self.signer = SigningKey(self.chance.randbytes(32))
        self.witness = SigningKey(self.chance.randbytes(32))
        self.key = note.Key(name=ORIGIN, kind=note.ED25519, public=bytes(self.signer.verify_key))
        self.witness_key = note.Key(
            name="witness.example.net/w1", kind=note.COSIGNATURE, public=bytes(self.witness.verify_key)
        )
        self.frontier = tree.Frontier()
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.leaves: list[Shown] = []
        self.commitments: list[bytes] = []
        self.checkpoints: dict[int, str] = {}

    def add(self, count: int) -> None:
        for _ in range(count):
            number = len(self.leaves)
            leaf = Leaf(
                kind=self.chance.choice(list(Kind)),
                case="WHPG-2026-k7x4m",
                at=T0 + timedelta(minutes=number),
                seq=number,
                by="dana é \u2028",
                what="case.accepted",
                digest=sha256(b"entry %d" % number).hexdigest(),
            )
            shown = Shown(salt=self.chance.randbytes(SALT_BYTES), text=text(leaf))
            self.leaves.append(shown)
            self.commitments.append(commitment(shown.salt, shown.text))
            self.frontier, nodes = tree.append(self.frontier, self.commitments[-1])
            self.nodes |= {(node.level, node.position): node.hash for node in nodes}

    def read(self, level: int, position: int) -> bytes:
        return self.nodes[level, position]

    def sign(self, *, witnessed: bool = True) -> str:
        head = note.Checkpoint(origin=ORIGIN, size=self.frontier.size, root=tree.root(self.frontier))
        written = note.Note(text=note.checkpoint_text(head))
        written = note.signed(written, self.key, self.signer.sign(note.signed_bytes(written)).signature)
        if witnessed:
            at = 1_795_000_000 + self.frontier.size
            signature = self.witness.sign(note.cosigned_bytes(written, at)).signature
            written = note.cosigned(written, self.witness_key, at, signature)
        self.checkpoints[self.frontier.size] = note.encode(written)
        return self.checkpoints[self.frontier.size]

    def file(self, shown: range = range(0)) -> bytes:
        known = {index: self.leaves[index] for index in shown}
        keys = [self.key, self.witness_key]
        return "".join(whole(ORIGIN, keys, self.commitments, known, self.checkpoints)).encode()

    def proof_file(self, indexes: list[int]) -> bytes:
        size = self.frontier.size
        proven = [Proven(index=i, shown=self.leaves[i], proof=tree.inclusion(self.read, i, size)) for i in indexes]
        return "".join(proofs(ORIGIN, [self.key, self.witness_key], self.checkpoints[size], proven)).encode()


def small(seed: int = 1, size: int = 11) -> World:
    """A log with three checkpoints and some shown entries."""
    world = World(seed)
    for part in (size // 3, size // 3, size - 2 * (size // 3)):
        world.add(part)
        world.sign()
    return world
