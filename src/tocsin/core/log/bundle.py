# SPDX-License-Identifier: Apache-2.0
"""The log as files that leave the house: the whole of it, or a few leaves with their proofs.

JSON lines without spaces, keys in this order, so that each content has one spelling and no byte can change unnoticed:

    {"format":"tocsin-log/1","origin":"...","keys":["..."]}
    {"index":0,"commitment":"...","chain":"..."}
    {"index":1,"commitment":"...","chain":"...","salt":"...","text":"..."}
    {"checkpoint":"..."}

`commitment` is what stands in the tree; `salt` and `text` are there for entries that are shown. A checkpoint stands
after the entry that it covers last, and the file ends with one. The first key is the log's own. `chain` is there to
name a damaged line: it starts as the SHA-256 of the first line without its newline, and becomes the SHA-256 of itself
and the commitment, or of itself and the SHA-256 of the checkpoint. The other form holds single leaves of a log, for a
reporter or for a published timeline:

    {"format":"tocsin-proof/1","origin":"...","keys":["..."],"checkpoint":"..."}
    {"index":1,"salt":"...","text":"...","proof":["...","..."]}

Bytes are standard base64. `verify_log.py`, which knows nothing of this package, reads both; so may anybody's own tool.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final

from tocsin.core.log.leaf import commitment
from tocsin.core.log.note import Key
from tocsin.core.vocabulary import Value

LOG: Final = "tocsin-log/1"
PROOF: Final = "tocsin-proof/1"


class Shown(Value, frozen=True):
    """The text behind a commitment, for somebody who may know it."""

    salt: bytes
    text: str


class Proven(Value, frozen=True):
    """One shown leaf with the proof that it is in the tree."""

    index: int
    shown: Shown
    proof: tuple[bytes, ...]


def whole(
    origin: str,
    keys: Sequence[Key],
    commitments: Iterable[bytes],
    shown: Mapping[int, Shown],
    checkpoints: Mapping[int, str],
) -> Iterator[str]:
    """Yield the lines of a whole log; `checkpoints` are published notes by the tree size they cover, the last included.

    Raises ValueError where a shown text does not belong to its commitment, or no checkpoint is given.
    """
    header = _line({"format": LOG, "origin": origin, "keys": [key.text for key in keys]})
    chain = sha256(header.removesuffix("\n").encode()).digest()
    yield header
    for index, each in enumerate(commitments):
        if index in checkpoints:
            chain = sha256(chain + sha256(checkpoints[index].encode()).digest()).digest()
            yield _line({"checkpoint": checkpoints[index]})
        chain = sha256(chain + each).digest()
        entry: dict[str, object] = {"index": index, "commitment": _b64(each), "chain": _b64(chain)}
        known = shown.get(index)
        if known is not None:
            if commitment(known.salt, known.text) != each:
                raise ValueError(f"the text shown for entry {index} is not what was logged")
            entry |= {"salt": _b64(known.salt), "text": known.text}
        yield _line(entry)
    yield _line({"checkpoint": checkpoints[max(checkpoints)]})


def proofs(origin: str, keys: Sequence[Key], checkpoint: str, leaves: Iterable[Proven]) -> Iterator[str]:
    """Yield the lines of a file that proves single leaves under one published checkpoint."""
    yield _line({"format": PROOF, "origin": origin, "keys": [key.text for key in keys], "checkpoint": checkpoint})
    for leaf in sorted(leaves, key=lambda each: each.index):
        path = [_b64(each) for each in leaf.proof]
        yield _line({"index": leaf.index, "salt": _b64(leaf.shown.salt), "text": leaf.shown.text, "proof": path})


def _line(content: Mapping[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


def _b64(data: bytes) -> str:
    return b64encode(data).decode()
