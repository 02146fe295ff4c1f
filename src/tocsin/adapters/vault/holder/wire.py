# SPDX-License-Identifier: Apache-2.0
"""What travels between the key holder and those who ask: one msgpack value for each question, one for each answer.

A frame is the length of its body (4 bytes, big-endian) and the body. A question is answered before the next one is
read; whatever does not fit ends the connection.
"""

from __future__ import annotations

import socket
import struct
from datetime import datetime
from typing import Final

import msgspec

from tocsin.services.ports.keys import Release, Standing

MAX_FRAME: Final = 72 * 1024 * 1024
"""Bytes: an encrypted mail, which may be as large as what it becomes, is the largest thing that is asked about."""

_LENGTH: Final = struct.Struct(">I")


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of questions and answers; shows nothing of itself, because most of them hold a secret."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class AskStanding(Message, frozen=True, tag="standing"):
    """Which keys are there?"""


class AskCaseKey(Message, frozen=True, tag="case-key"):
    """The key of a case, for a person and a purpose."""

    case: str
    wrapped: bytes
    actor: str
    purpose: str


class AskDrop(Message, frozen=True, tag="drop"):
    """What was sealed to the instance."""

    sealed: bytes
    ad: bytes


class AskDrops(Message, frozen=True, tag="drops"):
    """Several of what was sealed to the instance, each with its associated data."""

    asked: tuple[tuple[bytes, bytes], ...]


class AskListKey(Message, frozen=True, tag="list-key"):
    """The key of a project's list."""

    project: str


class AskSign(Message, frozen=True, tag="sign"):
    """A signature of the log, or of the witness of other logs (`use`)."""

    use: str
    statement: bytes


class AskPublic(Message, frozen=True, tag="public"):
    """The public half of a signing key."""

    use: str


class AskRewrap(Message, frozen=True, tag="rewrap"):
    """A case's key under the newest key-encryption key."""

    case: str
    wrapped: bytes


class AskReleases(Message, frozen=True, tag="releases"):
    """The ledger since an instant; at most `limit` lines."""

    since: datetime
    actor: str
    limit: int


class AskRotate(Message, frozen=True, tag="rotate"):
    """A new key-encryption key; the present one opens until an instant."""

    keep_until: datetime


class AskRetire(Message, frozen=True, tag="retire"):
    """The end of old keys."""

    now: datetime


class AskCertificate(Message, frozen=True, tag="certificate"):
    """The public half of the key that published documents are signed with."""


class AskSignDocument(Message, frozen=True, tag="sign-document"):
    """A signature of a document that is about to be published."""

    body: bytes


class AskFiles(Message, frozen=True, tag="files"):
    """The small files beside the keys, sealed to the recovery kit's public key."""

    public: bytes


class AskGrant(Message, frozen=True, tag="grant"):
    """Break-glass: one person reads one case until an instant, because another one agreed."""

    case: str
    actor: str
    second: str
    until: datetime


class AskTeam(Message, frozen=True, tag="team"):
    """A question about a team's OpenPGP key, as `holder.team` encodes it; so is what is given."""

    body: bytes


class AskEscrow(Message, frozen=True, tag="escrow"):
    """All keys, sealed to the recovery kit's public key."""

    public: bytes


Question = (
    AskStanding
    | AskCaseKey
    | AskDrop
    | AskDrops
    | AskListKey
    | AskSign
    | AskPublic
    | AskRewrap
    | AskReleases
    | AskRotate
    | AskRetire
    | AskEscrow
    | AskCertificate
    | AskSignDocument
    | AskFiles
    | AskGrant
    | AskTeam
)


class Given(Message, frozen=True, tag="given"):
    """Bytes: a key, a plain text, a wrapping, a signature."""

    data: bytes


class GivenDrops(Message, frozen=True, tag="drops"):
    """Plain texts in the order they were asked for; None for one that did not open."""

    opened: tuple[bytes | None, ...]


class GivenKeys(Message, frozen=True, tag="keys"):
    """Keys of one list, newest first."""

    keys: tuple[bytes, ...]


class GivenStanding(Message, frozen=True, tag="standing"):
    """Which keys there are."""

    standing: Standing


class GivenReleases(Message, frozen=True, tag="releases"):
    """Lines of the ledger."""

    lines: tuple[Release, ...]


class GivenCertificate(Message, frozen=True, tag="certificate"):
    """The certificate of the signing key, in armour; both empty where there is no key."""

    fingerprint: str
    armour: str


class GivenNumber(Message, frozen=True, tag="number"):
    """How many."""

    number: int


class No(Message, frozen=True, tag="no"):
    """A refusal: `tampered`, `limited` or `refused`, with words that a person may read."""

    code: str
    because: str = ""


Answer = Given | GivenDrops | GivenKeys | GivenStanding | GivenReleases | GivenCertificate | GivenNumber | No

_ENCODER: Final = msgspec.msgpack.Encoder()
QUESTION: Final = msgspec.msgpack.Decoder(Question)
ANSWER: Final = msgspec.msgpack.Decoder(Answer)


def send(connection: socket.socket, message: Question | Answer) -> None:
    """Send one frame; raises OSError, and ValueError for one that is too large."""
    body = _ENCODER.encode(message)
    if len(body) > MAX_FRAME:
        raise ValueError("too large for the key holder")
    connection.sendall(_LENGTH.pack(len(body)) + body)


def receive(connection: socket.socket) -> bytes | None:
    """Read one frame's body; None at the end of the connection, ConnectionError for a frame cut short or too large."""
    head = _exactly(connection, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > MAX_FRAME:
        raise ConnectionError("a frame is too large")
    body = _exactly(connection, length)
    if body is None:
        raise ConnectionError("a frame was cut short")
    return body


def _exactly(connection: socket.socket, count: int) -> bytes | None:
    """So many bytes; None where the connection ends before the first of them."""
    parts = bytearray()
    while len(parts) < count:
        chunk = connection.recv(min(count - len(parts), 1 << 16))
        if not chunk:
            if parts:
                raise ConnectionError("a frame was cut short")
            return None
        parts += chunk
    return bytes(parts)
