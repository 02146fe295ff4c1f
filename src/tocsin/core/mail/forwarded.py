# SPDX-License-Identifier: Apache-2.0
"""Who wrote what a maintainer passes on (S15): a report that came “directly via their individual email addresses”.

A message that is attached whole (`message/rfc822`) speaks for itself. One that a mail program wrote into the text is
recognised by that program's mark and the lines of a header below it; that is weak, so a person confirms it.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.mail.message import Mailbox, Message
from tocsin.core.vocabulary import Value


class Original(Value):
    """The mail inside: who wrote it, what it says, and whether that is more than a guess."""

    sender: Mailbox
    subject: str
    text: str
    message_id: str = ""
    note: str = ""
    certain: bool = False


_MARK: Final = re.compile(
    r"^\s*(?:-{2,}\s*(?:forwarded message|original message|weitergeleitete nachricht|message transf[eé]r[eé])\s*-{2,}"
    r"|begin forwarded message:|anfang der weitergeleiteten nachricht:)\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_FIELD: Final = re.compile(
    r"^\s*[*_]*(from|von|de|subject|betreff|objet|date|sent|datum|to|an|cc|reply-to)[*_]*\s*:[*_]*\s*(.{0,1000})$",
    re.IGNORECASE,
)
_FROM: Final = ("from", "von", "de")
_SUBJECT: Final = ("subject", "betreff", "objet")
_ADDRESS: Final = re.compile(
    r"(?:mailto:)?([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,24})"
)
_PREFIX: Final = re.compile(r"^\s*(?:fwd?|wg|tr|rv|i)\s*:\s*", re.IGNORECASE)
HEADER_LINES: Final = 12


def original(message: Message) -> Original | None:
    """Return the mail that a mail passes on, or None for one that passes nothing on."""
    inside = message.inside
    if inside is not None and len(inside.froms) == 1 and inside.from_headers == 1:
        return Original(
            sender=inside.froms[0],
            subject=inside.subject,
            text=inside.text,
            message_id=inside.message_id,
            note=message.text,
            certain=True,
        )
    return _inline(message)


def plain_subject(subject: str) -> str:
    """A subject without the marks of forwarding in front."""
    while found := _PREFIX.match(subject):
        subject = subject[found.end() :]
    return subject.strip()


def _inline(message: Message) -> Original | None:
    mark = _MARK.search(message.text)
    if mark is None:
        return None
    said: dict[str, str] = {}
    lines = message.text[mark.end() :].lstrip("\n").split("\n")
    body = 0
    for at, line in enumerate(lines[:HEADER_LINES]):
        found = _FIELD.match(line)
        if found:
            said.setdefault(found[1].lower(), found[2].strip())
            body = at + 1
        elif said and not line.strip():
            break
    sender = next((said[name] for name in _FROM if name in said), "")
    address = _ADDRESS.search(sender)
    if address is None:
        return None
    local, _, host = address[1].rpartition("@")
    name = sender[: address.start()].strip(' "<([*_:').removesuffix("mailto").strip(' "<([*_:')
    return Original(
        sender=Mailbox(address=f"{local}@{host.lower()}", name=name[:200]),
        subject=next((said[name] for name in _SUBJECT if name in said), "") or plain_subject(message.subject),
        text="\n".join(lines[body:]).strip("\n"),
        note=message.text[: mark.start()].strip(),
    )
