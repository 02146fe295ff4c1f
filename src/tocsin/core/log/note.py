# SPDX-License-Identifier: Apache-2.0
"""Signed notes and checkpoints as the public transparency logs write them, so that their witnesses and tools read ours.

Text and signatures only: signing and checking signatures needs a key and is done by an adapter, on the bytes that
`signed_bytes` and `cosigned_bytes` return. A note is worth nothing until a signature by a known key has been checked.

Source: C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0, tlog-cosignature v1.0.0 (Ed25519), tlog-proof.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec

from tocsin.core.vocabulary import Refused, Value

ED25519: Final = 0x01
"""Kind of a log's own signature: over the text itself."""

COSIGNATURE: Final = 0x04
"""Kind of a witness's signature: over text and time, saying that nothing had been taken out by then."""

_SIGNATURE_LINE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_NAME: Final = re.compile(r"[^\s+]+")
_MOST_SIGNATURES: Final = 64


class Signature(Value, frozen=True):
    """One signature line: who, which of their keys, and the bytes."""

    name: str
    key_id: bytes
    signature: bytes


class Note(Value, frozen=True):
    """A text that ends in a newline, and signatures over it."""

    text: str
    signatures: tuple[Signature, ...] = ()


class Checkpoint(Value, frozen=True):
    """How large the log `origin` was, and its root hash then."""

    origin: str
    size: int
    root: bytes


class Key(Value, frozen=True):
    """A public key under the name of its owner; `kind` says what its signatures mean."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature line names this key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key as one word, to be published and pinned: name, id and key."""
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"


def key(text: str) -> Key | Refused:
    """Read a key as `Key.text` writes it; refuses what is malformed or contradicts its own id."""
    name, _, rest = text.partition("+")
    encoded = rest.partition("+")[2]
    data = _base64(encoded)
    if not _NAME.fullmatch(name) or data is None or len(data) != 33:
        return _malformed("This is no key of a log or witness.")
    found = Key(name=name, kind=data[0], public=data[1:])
    return found if found.text == text else _malformed("This key contradicts its own id.")


def encode(note: Note) -> str:
    """Return the note as it is published."""
    lines = "".join(f"— {each.name} {b64encode(each.key_id + each.signature).decode()}\n" for each in note.signatures)
    return f"{note.text}\n{lines}"


def decode(published: str) -> Note | Refused:
    """Read a published note; refuses control characters, a missing text, and lines that are no signatures."""
    text, separator, lines = published.rpartition("\n\n")
    signed = [_SIGNATURE_LINE.fullmatch(line) for line in lines.removesuffix("\n").split("\n")]
    printable = all(letter >= " " or letter == "\n" for letter in published)
    if not separator or not printable or not lines.endswith("\n") or len(signed) > _MOST_SIGNATURES:
        return _malformed("This is no signed note.")
    signatures = []
    for line in signed:
        data = _base64(line[2]) if line else None
        if line is None or data is None or len(data) <= 4:
            return _malformed("A signature line of this note is malformed.")
        signatures.append(Signature(name=line[1], key_id=data[:4], signature=data[4:]))
    return Note(text=f"{text}\n", signatures=tuple(signatures))


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """Return the three lines of a checkpoint; raises ValueError for an origin that is no name."""
    if not _NAME.fullmatch(checkpoint.origin):
        raise ValueError("the origin of a log is a name without spaces and plus signs")
    return f"{checkpoint.origin}\n{checkpoint.size}\n{b64encode(checkpoint.root).decode()}\n"


def checkpoint(note: Note) -> Checkpoint | Refused:
    """Read the checkpoint in a note. Extension lines are not ours and refused: nobody could audit them."""
    lines = note.text.split("\n")
    root = _base64(lines[2]) if len(lines) == 4 else None
    if root is None or len(root) != 32 or not _NUMBER.fullmatch(lines[1]) or not _NAME.fullmatch(lines[0]):
        return _malformed("This is no checkpoint of a log.")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root)


def signed_bytes(note: Note) -> bytes:
    """Return what the log's own key signs: the text."""
    return note.text.encode()


def cosigned_bytes(note: Note, at: int) -> bytes:
    """Return what a witness signs: that it saw this text, consistent with all before, at `at` seconds since 1970."""
    return f"cosignature/v1\ntime {at}\n{note.text}".encode()


def signed(note: Note, by: Key, signature: bytes) -> Note:
    """Add the signature of the log, made over `signed_bytes`."""
    return _added(note, Signature(name=by.name, key_id=by.id, signature=signature))


def cosigned(note: Note, by: Key, at: int, signature: bytes) -> Note:
    """Add the signature of a witness, made over `cosigned_bytes` at the same instant."""
    return _added(note, Signature(name=by.name, key_id=by.id, signature=at.to_bytes(8, "big") + signature))


def claims(note: Note, by: Key) -> tuple[tuple[bytes, bytes], ...]:
    """Return each (message, Ed25519 signature) that the note claims to be by `by`. All of them must hold."""
    found = [each for each in note.signatures if (each.name, each.key_id) == (by.name, by.id)]
    if by.kind == ED25519:
        return tuple((signed_bytes(note), each.signature) for each in found)
    return tuple(
        (cosigned_bytes(note, int.from_bytes(each.signature[:8], "big")), each.signature[8:]) for each in found
    )


def proof_text(index: int, proof: Sequence[bytes], published: str) -> str:
    """Return a proof of inclusion as one file: index, path, and the published checkpoint (C2SP tlog-proof)."""
    path = "".join(f"{b64encode(each).decode()}\n" for each in proof)
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{path}\n{published}"


def _added(note: Note, signature: Signature) -> Note:
    return msgspec.structs.replace(note, signatures=(*note.signatures, signature))


def _base64(text: str) -> bytes | None:
    """Decode canonical base64 only: one text for one value, so that no bit of a note can change unnoticed."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        return None
    return data if b64encode(data).decode() == text else None


def _malformed(because: str) -> Refused:
    return Refused(code="log-malformed", because=because, rule="C2SP signed-note")
