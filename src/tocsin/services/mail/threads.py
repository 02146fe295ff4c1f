# SPDX-License-Identifier: Apache-2.0
"""Finds the thread that a mail belongs to (UX 2.9): by the signed address it was sent to, then by the messages it
answers, then by the case that its subject names, and only from somebody who writes in that case already.

Messages are remembered by keyed hashes of their ids: what is stored says neither who wrote nor which program they use.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from tocsin.core.case.model import Case
from tocsin.core.case.writers import of
from tocsin.core.mail import addresses
from tocsin.core.mail.addresses import FROM_REPORTER, TEAM, Thread
from tocsin.core.mail.forwarded import plain_subject
from tocsin.core.mail.message import Envelope, Message
from tocsin.core.vocabulary import GHSA_ALPHABET, SYSTEM_ACTOR, CaseRef, ProjectId, Value
from tocsin.services import cases, sealing
from tocsin.services.app import Desk
from tocsin.services.book import Book
from tocsin.services.ports.store import NEVER
from tocsin.services.ports.vault import CaseKey

KIND: Final = "mail-id"
MOST_LOOKED_UP: Final = 30

_TOKEN: Final = re.compile(rf"\[([A-Z][A-Z0-9]{{1,9}}-\d{{4}}-[{GHSA_ALPHABET}]{{5}})\]", re.IGNORECASE)
_OURS: Final = re.compile(rf"^([a-z][a-z0-9]{{1,9}}-\d{{4}}-[{GHSA_ALPHABET}]{{5}})\.[^@]{{1,80}}@", re.IGNORECASE)
_ANSWER: Final = re.compile(r"^\s*(?:re|aw|sv|antw|r)\s*(?:\[\d+\])?\s*:\s*", re.IGNORECASE)


class How(StrEnum):
    """By what a thread was found."""

    ADDRESS = "the address that it was sent to"
    MESSAGE = "a message that it answers"
    SUBJECT = "its subject"


class Known(Value):
    """The case that a message is in."""

    case: CaseRef


class Found(Value):
    """The case that a mail belongs to, by what that was seen, and in whose place it speaks by that alone."""

    case: CaseRef
    how: How
    thread: Thread | None = None


def find(desk: Desk, project: ProjectId, message: Message, envelope: Envelope) -> Found | None:
    """Return where a mail belongs, the strongest sign first; None for one that begins a thread."""
    return (
        _by_address(desk, project, message, envelope)
        or _by_messages(desk, project, message)
        or _by_subject(desk, project, message)
    )


def remember(desk: Desk, project: ProjectId, case: CaseRef, message_id: str) -> None:
    """Remember which case a message is in; what is known already stays."""
    if message_id:
        _book(desk).add_new(project, [(_mark(desk, "id", message_id), Known(case=case), NEVER)])


def remember_topic(desk: Desk, project: ProjectId, case: CaseRef, sender: str, subject: str) -> None:
    """Remember that somebody wrote about a subject, for answers whose program names no message."""
    if sender and _topic(subject):
        _book(desk).add_new(
            project, [(_mark(desk, "topic", f"{sender.lower()} {_topic(subject)}"), Known(case=case), NEVER)]
        )


def known(desk: Desk, project: ProjectId, message_id: str) -> CaseRef:
    """The case that a message is in; "" for an unknown one."""
    found = _book(desk).get(project, _mark(desk, "id", message_id)) if message_id else None
    return found.value.case if found else ""


def was_carried_out(desk: Desk, project: ProjectId, arrival: str) -> bool:
    """Whether what a mail asks for was done before: for what cannot be told twice from once by itself."""
    return _book(desk).get(project, _mark(desk, "done", arrival)) is not None


def carried_out(desk: Desk, project: ProjectId, arrival: str) -> None:
    """Remember that what a mail asks for was done."""
    _book(desk).add_new(project, [(_mark(desk, "done", arrival), Known(case=""), NEVER)])


def reply_address(key: CaseKey, places: sealing.Places, mailbox: str, case: CaseRef, thread: Thread) -> str:
    """The signed address at which `thread.holder` answers; raises ValueError for a mailbox that none can be made of."""
    return addresses.make(key.salt(places.reply(case)), mailbox, case, thread)


def speaks(case: Case, found: Found, sender: str) -> str | None:
    """In whose place a mail speaks: the reporter's (""), a party's (its id); None for somebody else in the thread.

    The holder of a signed address speaks with it, wherever they write from. Everybody else is known by the address
    that they wrote from before.
    """
    if found.thread is not None:
        return "" if found.thread == FROM_REPORTER else found.thread.holder
    wrote = [writer.who for writer in case.writers if writer.address.lower() == sender.lower()]
    if not wrote and case.report.identity.contact.lower() == sender.lower() and of(case.writers, "") is None:
        return ""
    return wrote[0] if wrote else None


def threads(desk: Desk, case: Case) -> list[Thread]:
    """Every thread that an address of a case can have been made for."""
    rooms = [addresses.REPORTER, TEAM, *(party.id for party in case.parties)]
    members = [person.id for person, _ in desk.people.members(case.project)]
    own = [FROM_REPORTER, *(addresses.party(party.id) for party in case.parties)]
    return own + [Thread(room=room, holder=member) for room in rooms for member in members]


def _by_address(desk: Desk, project: ProjectId, message: Message, envelope: Envelope) -> Found | None:
    seen = (
        *envelope.recipients,
        *(value for name in ("delivered-to", "x-original-to", "envelope-to") for value in message.all(name)),
        *(box.address for box in message.to),
    )
    for address in dict.fromkeys(each.strip("<> ").lower() for each in seen[:MOST_LOOKED_UP]):
        signed = addresses.read(address)
        opened = cases.open_case(desk, signed.case, SYSTEM_ACTOR, "mail.thread") if signed else None
        if signed is None or opened is None or opened.case.project != project:
            continue
        secret = opened.key.salt(sealing.Places(desk.sealer.instance).reply(opened.case.ref))
        thread = addresses.check(secret, signed, threads(desk, opened.case))
        if thread is not None:
            return Found(case=opened.case.ref, how=How.ADDRESS, thread=thread)
    return None


def _by_messages(desk: Desk, project: ProjectId, message: Message) -> Found | None:
    for each in message.references[:MOST_LOOKED_UP]:
        if ref := known(desk, project, each):
            return Found(case=ref, how=How.MESSAGE)
    for each in message.references[:MOST_LOOKED_UP]:
        ours = _OURS.match(each)
        if ours and (ref := _here(desk, project, ours[1])):
            return Found(case=ref, how=How.SUBJECT)
    return None


def _by_subject(desk: Desk, project: ProjectId, message: Message) -> Found | None:
    token = _TOKEN.search(message.subject)
    if token and (ref := _here(desk, project, token[1])):
        return Found(case=ref, how=How.SUBJECT)
    if not _ANSWER.match(message.subject) or len(message.froms) != 1:
        return None
    topic = f"{message.froms[0].address.lower()} {_topic(message.subject)}"
    found = _book(desk).get(project, _mark(desk, "topic", topic))
    return Found(case=found.value.case, how=How.SUBJECT) if found else None


def _here(desk: Desk, project: ProjectId, token: str) -> CaseRef:
    prefix, year, letters = token.split("-")
    ref = f"{prefix.upper()}-{year}-{letters.lower()}"
    head = desk.journal.head(ref)
    return ref if head and head.project == project else ""


def _topic(subject: str) -> str:
    while found := _ANSWER.match(subject):
        subject = subject[found.end() :]
    return " ".join(plain_subject(subject).lower().split())


def _mark(desk: Desk, what: str, text: str) -> str:
    return desk.tokens.mark(f"mail {what}", text).hex()


def _book(desk: Desk) -> Book[Known]:
    return Book(desk, KIND, Known)


__all__ = ["Found", "How", "find", "known", "remember", "remember_topic", "reply_address", "speaks"]
