# SPDX-License-Identifier: Apache-2.0
"""Keeping a mail: sealed, durable, and only then acknowledged. Runs where nothing can be opened.

Nothing of it is looked at but its size and the addresses it was handed over for; what it is, the worker finds out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from tocsin.core.mail.bounds import MAX_BYTES
from tocsin.core.mail.message import Envelope
from tocsin.core.policy.sections.intake import ChannelKind
from tocsin.core.vocabulary import ProjectId, Refused, Value
from tocsin.services import book
from tocsin.services.app import Front, Holder
from tocsin.services.ports.blobs import SealedBlob

KIND: Final = "mail"
"""Kind of the arrivals that are mail."""

CHUNK: Final = 1 << 20
TOO_LARGE: Final = Refused(
    code="too-large",
    because=f"A mail has at most {MAX_BYTES >> 20} MiB. Send the rest in further mails, or use the report form.",
    rule="mail",
)


class Left(Value):
    """What is sealed of a mail: how it came, and what opens its bytes."""

    envelope: Envelope
    at: datetime
    blob: str
    key: bytes
    size: int
    sha256: str


def mailboxes(holder: Holder, more: Iterable[tuple[str, ProjectId]] = ()) -> dict[str, ProjectId]:
    """Return the addresses at which projects take reports, in lower case: those of their policies, and `more`."""
    found: dict[str, ProjectId] = {}
    for info in holder.projects.all():
        policy = holder.projects.policy(info.id, info.policy)
        for channel in policy.intake.channel if policy.intake else ():
            if channel.kind is ChannelKind.EMAIL and "@" in channel.address:
                found.setdefault(channel.address.lower(), info.id)
    return found | {address.lower(): project for address, project in more}


def project_of(boxes: dict[str, ProjectId], address: str) -> ProjectId | None:
    """Return the project whose mailbox an address is, with or without a detail after `+` (RFC 5233)."""
    local, _, host = address.lower().rpartition("@")
    return boxes.get(f"{local.partition('+')[0]}@{host}") or boxes.get(f"{local}@{host}")


def receive(
    front: Front, project: ProjectId, raw: Iterable[bytes], envelope: Envelope, name: str = ""
) -> bool | Refused:
    """Keep a mail; False where this very one was kept before. When this returns, it survives a power cut.

    `name` is one that no other mail of the same mailbox has. Refuses one that is too large and raises
    `ports.store.Unavailable` or OSError when nothing can be written: then nothing was acknowledged.
    """
    with front.blobs.create() as writer:
        size = 0
        for chunk in raw:
            size += len(chunk)
            if size > MAX_BYTES:
                return TOO_LARGE
            writer.write(chunk)
        sealed = writer.finish()
    left = _left(sealed, envelope, front.now())
    marks = [name] if name else []
    ids = tuple(front.tokens.mark("mail", each).hex() for each in (*marks, f"{project} {sealed.sha256}"))
    # Where this raises, the store may have kept it all the same (a commit whose answer got lost): the bytes stay.
    kept = book.leave(front, KIND, project, left, (front.mint.id("eml"), *ids))
    if not kept:
        front.blobs.delete(sealed.id)
    return kept


def _left(sealed: SealedBlob, envelope: Envelope, at: datetime) -> Left:
    return Left(
        envelope=envelope, at=at, blob=sealed.id, key=sealed.key, size=sealed.size, sha256=sealed.sha256
    )  # fmt: skip


def pieces(raw: bytes) -> Iterator[bytes]:
    """A mail that is in memory, in pieces."""
    return (raw[start : start + CHUNK] for start in range(0, len(raw), CHUNK))
