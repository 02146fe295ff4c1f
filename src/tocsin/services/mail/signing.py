# SPDX-License-Identifier: Apache-2.0
"""Whose signature a mail can bear: the keys of whom it says it is from, and what a checked signature comes to in words.

A member's key is the one that they put on their page; that of a reporter or a party is one that a person compared, or
that they left in their room, and counts in that case only. Nobody else's signature says anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from tocsin.core.mail.covered import MARK, apart
from tocsin.core.mail.message import Envelope, Message
from tocsin.core.mail_out.keys import KnownKey, spaced
from tocsin.core.vocabulary import SYSTEM_ACTOR, ProjectId
from tocsin.services import cases
from tocsin.services.app import Desk
from tocsin.services.mail import threads
from tocsin.services.ports.openpgp import Reads, Signature, Signed
from tocsin.services.ports.world import PersonInfo
from tocsin.services.post import keyring, members

_SHORT: Final = 16
_SINGLE: Final = re.compile(r"iso8859-\d{1,2}|cp125\d|koi8-[ru]")
_WORDS: Final[Mapping[Signed, str]] = {
    Signed.NONE: "",
    Signed.GOOD: "signed with their verified key {by}",
    Signed.UNKNOWN: "signed with the key {by}, which nobody here has verified as theirs",
    Signed.BAD: "its signature does not fit: it was changed, or is not theirs",
    Signed.UNCHECKED: "its signature could not be checked",
}


def words(signature: Signature, *, opened: bool) -> str:
    """What is known of a mail's signature; "" for one that has none and was not encrypted either."""
    if signature.state is Signed.NONE:
        return "encrypted to the team, and not signed" if opened else ""
    told = _WORDS[signature.state].format(by=spaced(signature.by[-_SHORT:]) or "that it names")
    return f"{told}, but for the lines that begin with “{MARK.strip()}” and the files" if signature.partly else told


def checked(reads: Reads, message: Message, known: Sequence[bytes]) -> tuple[Message, Signature]:
    """A message that says what its signature covers, and that signature, checked against the keys that are `known`.

    Of one that stands around a part of the text (RFC 9580, section 7) the words that it covers come first, all others
    marked behind them; where it is not good, the text stays as it came."""
    if message.signed is not None:
        return message, reads.verify(message.signed.content, message.signed.signature, known)
    if message.clear is None:
        return message, Signature()
    found, clear = reads.clear(message.clear.content, known), message.clear
    if found.signature.state is not Signed.GOOD:
        return message, found.signature
    signed, outside = _text(found.text, clear.charset), (clear.before, clear.after)
    partly = bool("".join(outside).strip() or message.files)
    return replace(message, text=apart(signed, *outside)), replace(found.signature, partly=partly)


def _text(content: bytes, charset: str) -> str:
    """Signed words. UTF-8 wherever they can be (RFC 9580, section 7.1), because the charset is no part of them: another
    may be named on the way, and must not make other words of them."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = content.decode(charset if _SINGLE.fullmatch(charset) else "latin-1", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def member(desk: Desk, project: ProjectId, message: Message) -> PersonInfo | None:
    """The member of the project whose address a mail says it is from; nothing is proven by that."""
    said = _sender(message)
    people = desk.people.members(project)
    return next((person for person, _ in people if said and person.email.lower() == said), None)


def keys_of(desk: Desk, project: ProjectId, message: Message, envelope: Envelope) -> tuple[KnownKey, ...]:
    """The verified keys of whom a mail says it is from, in the thread that it belongs to."""
    person = member(desk, project, message)
    if person is not None:
        key = members.usable_key(desk, project, person.id)
        return (key,) if key else ()
    found = threads.find(desk, project, message, envelope)
    opened = cases.open_case(desk, found.case, SYSTEM_ACTOR, "mail.signature") if found else None
    if found is None or opened is None:
        return ()
    who = threads.speaks(opened.case, found, _sender(message))
    return keyring.verified(desk, project, found.case, who) if who is not None else ()


def _sender(message: Message) -> str:
    one = len(message.froms) == 1 and message.from_headers == 1
    return message.froms[0].address.lower() if one else ""
