# SPDX-License-Identifier: Apache-2.0
"""Reading a mail that was kept: its bytes back from the store, counted, taken apart in the child, decrypted once, its
sender checked. What comes out is a value; nothing has happened yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import msgspec

from tocsin.core.mail import kinds
from tocsin.core.mail.bounds import MAX_BYTES, exceeded
from tocsin.core.mail.kinds import Sort
from tocsin.core.mail.message import Mailbox, Message
from tocsin.core.mail.proof import Proof, told
from tocsin.core.vocabulary import ProjectId, Refused, Value
from tocsin.services.app import Desk, Mailroom
from tocsin.services.mail import signing
from tocsin.services.mail.arriving import Left
from tocsin.services.ports.child import Failed
from tocsin.services.ports.openpgp import Signature, Signed

_BARE: Final = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_SMUGGLED: Final = re.compile(rb"(?:(?<!\r)\n|\r(?!\n))\.(?:\r\n|\r|\n)|\r\n\.(?:\r(?!\n)|\n)")
CUT: Final = (
    f"(This mail has more than {MAX_BYTES >> 20} MiB. Its beginning is kept here, and all of it lies in the mailbox.)"
)
_SMIME: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
"""All of the mail is in it (RFC 8551, section 3.2)."""
SMIME: Final = "it is in S/MIME, which is not read here; its sender can use OpenPGP or the report form"
WIRE: Final = frozenset({"lmtp", "smtp"})
"""Doors through which every line ends with CR LF (RFC 5321, section 2.3.8)."""


class Read(Value):
    """A mail as far as it could be read. `unread` says why it could not be taken apart, `locked` why not decrypted."""

    message: Message = Message()
    sort: Sort = Sort(kind=kinds.Kind.PERSON)
    proof: Proof = Proof()
    unread: str = ""
    locked: str = ""
    opened: bool = False
    signature: Signature = Signature()
    suspicious: tuple[str, ...] = ()

    @property
    def proven(self) -> str:
        """All that is proven about who wrote it, in words."""
        return "; ".join(filter(None, (self.proof.words, signing.words(self.signature, opened=self.opened))))


@dataclass(frozen=True)
class Item:
    """One mail that is being dealt with: where, for which project, under which id it was kept, and what it says."""

    desk: Desk
    room: Mailroom
    project: ProjectId
    arrival: str
    left: Left
    read: Read

    @property
    def sender(self) -> Mailbox | None:
        """The one sender; None where it has none or several."""
        message = self.read.message
        return message.froms[0] if len(message.froms) == 1 and message.from_headers == 1 else None


def item(desk: Desk, room: Mailroom, project: ProjectId, arrival: str, left: Left) -> Item:
    """Read a mail that was kept. Whatever it is made of, the answer is a value."""
    return Item(desk, room, project, arrival, left, read(desk, room, project, left))


def bytes_of(desk: Desk, left: Left) -> bytes:
    """The bytes as they came; raises `ports.vault.Tampered` and `ports.blobs.BlobMissing`."""
    return b"".join(desk.blobs.open(left.blob, left.key))


class NotNow(Exception):
    """The machine could not look at a mail: it waits, and nothing is concluded."""


def read(desk: Desk, room: Mailroom, project: ProjectId, left: Left) -> Read:
    """Read a mail. Whatever it is made of, the answer is a value. Raises NotNow where no process could be started."""
    raw = bytes_of(desk, left)
    parsed = _parsed(room, raw)
    if isinstance(parsed, Failed):
        beyond = exceeded(raw)
        if left.envelope.cut:
            return Read(unread=CUT)
        return Read(unread=f"it goes beyond what is read by a machine: {beyond.because}" if beyond else parsed.because)
    found = Read(
        message=parsed,
        sort=kinds.sort(parsed, left.envelope, desk.sealer.instance, room.lists),
        proof=told(parsed, room.trusted) if room.trusted else room.check(raw, parsed),
        suspicious=_suspicious(raw, parsed, left),
        locked=SMIME if parsed.media_type in _SMIME else "",
    )
    if left.envelope.cut:
        begun = msgspec.structs.replace(parsed, text=f"{CUT}\n\n{parsed.text}", sealed=None, signed=None, clear=None)
        return msgspec.structs.replace(found, message=begun)
    if not (parsed.sealed or parsed.signed or parsed.clear):
        return found
    known = tuple(key.body for key in signing.keys_of(desk, project, parsed, left.envelope))
    if parsed.sealed:
        return _decrypted(desk, room, project, found, known)
    message, signature = _checked(desk, parsed, known)
    return msgspec.structs.replace(found, message=message, signature=signature)


def _parsed(room: Mailroom, raw: bytes) -> Message | Failed:
    parsed = room.parse(raw)  # which counts before it parses
    if isinstance(parsed, Failed) and parsed.again:
        raise NotNow(parsed.because)
    return parsed


def _checked(desk: Desk, message: Message, known: tuple[bytes, ...]) -> tuple[Message, Signature]:
    reads = desk.post.reads
    return signing.checked(reads, message, known) if reads is not None else (message, Signature())


def _decrypted(desk: Desk, room: Mailroom, project: ProjectId, found: Read, known: tuple[bytes, ...]) -> Read:
    """Open what was encrypted to the team, once. Its words take the place of the outside's; nothing is joined with what
    was not encrypted. What was signed before it was encrypted (RFC 3156, section 6.1) is checked as if it came so."""
    sealed = found.message.sealed
    opened = room.keys.open(project, sealed.content, known) if sealed else None
    if opened is None or isinstance(opened, Refused):
        return msgspec.structs.replace(found, locked=opened.because if opened else "")
    inside = _parsed(room, _as_mail(opened.plain))
    if isinstance(inside, Failed):
        return msgspec.structs.replace(found, locked=f"what is inside: {inside.because}")
    signature = opened.signature
    if signature.state is Signed.NONE:
        inside, signature = _checked(desk, inside, known)
    message = msgspec.structs.replace(
        found.message,
        subject=inside.subject or found.message.subject,
        text=inside.text,
        files=inside.files,
        inside=inside.inside,
        sealed=None,
    )
    return msgspec.structs.replace(found, message=message, opened=True, signature=signature)


def _as_mail(plain: bytes) -> bytes:
    """What was inside, as a parser reads it: armour in the text of a mail holds words without any header."""
    return plain if re.match(rb"[!-9;-~]+:", plain) else b"\r\n" + plain


def _suspicious(raw: bytes, message: Message, left: Left) -> tuple[str, ...]:
    """What a person has to look at before anything is believed."""
    found = []
    if left.envelope.via in WIRE and _BARE.search(raw):
        found.append("it has line ends that no mail server sends: two mails may be hidden in one (SMTP smuggling)")
    elif _SMUGGLED.search(raw):
        found.append("a lone dot stands between line ends that do not match: two mails may be hidden in one")
    if message.from_headers > 1 or len(message.froms) > 1:
        found.append("it says it is from more than one sender")
    return tuple(found)
