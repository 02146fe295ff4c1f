# SPDX-License-Identifier: Apache-2.0
"""What sort of mail it is: a person's, a machine's answer, a report of failed delivery, a list's, or our own come back.

Only a person's mail is ever answered by the machine, and only once; two machines that answer each other never stop.
Sources: RFC 3834 (automatic responses), RFC 3464 (delivery status), RFC 2919 and 2369 (lists), RFC 5321 section 6.3
(loops), and what mail programs send instead.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from tocsin.core.mail.message import Envelope, Message
from tocsin.core.vocabulary import Value

MOST_HOPS: Final = 50
"""`Received` headers from which a mail goes in circles: a relay allows 100 (RFC 5321), a mailbox sees few."""

OURS: Final = "x-tocsin"
"""Header of every mail that an installation writes: its name stands in it (`core.mail_out`)."""


class Kind(StrEnum):
    """Sorts of mail."""

    PERSON = "person"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto-reply"
    AUTOMATIC = "automatic"
    LIST = "list"
    LOOP = "loop"


class Sort(Value):
    """What sort a mail is of, and by what that was seen."""

    kind: Kind
    because: str = ""


_DAEMON: Final = re.compile(r"(mailer-daemon|postmaster|mail-daemon|bounces?)([+-][^@]*)?@", re.IGNORECASE)
_AWAY: Final = re.compile(
    r"\s*(auto(matic|mated)?[ -]?(reply|response|antwort)|out[ -]of[ -](the[ -])?office|abwesenheit(snotiz)?|"
    r"r[eé]ponse automatique|on (vacation|holiday|leave)\b)",
    re.IGNORECASE,
)


def sort(message: Message, envelope: Envelope, instance: str = "", lists: tuple[str, ...] = ()) -> Sort:
    """Say what sort a mail is of. `lists` are the ids of lists that are a mailbox of the project's own: their mail is a
    person's, and still never answered (`answerable`)."""
    for kind, because in (
        (Kind.LOOP, _loop(message, instance)),
        (Kind.BOUNCE, _bounce(message, envelope)),
        (Kind.AUTO_REPLY, _auto_reply(message)),
        (Kind.AUTOMATIC, _automatic(message)),
        (Kind.LIST, _list(message, lists)),
    ):
        if because:
            return Sort(kind=kind, because=because)
    return Sort(kind=Kind.PERSON)


def answerable(message: Message, envelope: Envelope, mailboxes: frozenset[str]) -> bool:
    """Whether the machine may write to the sender by itself: a single clear address, of a person as far as can be told,
    that is none of our own mailboxes, asks for no silence, and did not come through a list (RFC 3834, section 2)."""
    sender = message.froms[0].address if len(message.froms) == 1 and message.from_headers == 1 else ""
    silent = {word.strip().lower() for each in message.all("x-auto-response-suppress") for word in each.split(",")}
    return bool(
        sender
        and sort(message, envelope).kind is Kind.PERSON
        and envelope.sender != ""
        and sender.lower() not in mailboxes
        and not _DAEMON.match(sender)
        and not sender.lower().startswith(("noreply@", "no-reply@", "donotreply@"))
        and not silent & {"all", "oof", "autoreply"}
    )


def list_id(message: Message) -> str:
    """The id of the list that a mail came through (RFC 2919); "" for none."""
    value = message.first("list-id")
    return value.rpartition("<")[2].partition(">")[0].strip().lower() if "<" in value else value.strip().lower()


def _loop(message: Message, instance: str) -> str:
    if instance and instance in message.all(OURS):
        return "it is one of ours that came back"
    hops = len(message.all("received"))
    return f"it went through {hops} mail servers: it goes in circles" if hops > MOST_HOPS else ""


def _bounce(message: Message, envelope: Envelope) -> str:
    content = message.first("content-type").lower()
    if message.media_type == "multipart/report" and "delivery-status" in content:
        return "it reports a delivery that failed"
    if message.media_type == "message/delivery-status" or message.first("x-failed-recipients"):
        return "it reports a delivery that failed"
    null = envelope.sender == "" or message.first("return-path").strip() == "<>"
    if null and message.froms and _DAEMON.match(message.froms[0].address):
        return "a mail server reports a failure"
    return ""


def _auto_reply(message: Message) -> str:
    if message.first("auto-submitted").lower().startswith("auto-replied"):
        return "it says that it is an automatic answer"
    if message.first("precedence").strip().lower() == "auto_reply" or message.first("x-autoreply").lower() == "yes":
        return "it says that it is an automatic answer"
    marked = message.first("auto-submitted") or message.first("x-autorespond") or message.first("precedence")
    if _AWAY.match(message.subject) and (marked or message.first("x-auto-response-suppress")):
        return "its subject says that somebody is away"
    return ""


def _automatic(message: Message) -> str:
    said = message.first("auto-submitted").partition(";")[0].strip().lower()
    return f"it says that a machine wrote it ({said[:30]})" if said not in ("", "no") else ""


def _list(message: Message, lists: tuple[str, ...]) -> str:
    found = list_id(message)
    if found:
        return "" if found in lists else f"it came through the mailing list {found[:100]}"
    if message.first("mailing-list") or message.first("list-post") or message.first("x-beenthere"):
        return "it came through a mailing list"
    said = message.first("precedence").strip().lower()
    return f"it says that it was sent to many ({said})" if said in ("list", "bulk", "junk") else ""
