# SPDX-License-Identifier: Apache-2.0
"""What a mail is before it is bytes."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Final

from tocsin.core.vocabulary import Value

_MAILBOX: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,100}", re.ASCII)
_DOTS: Final = ("..", ".@", "@.", ".-", "-.")


class Automatic(StrEnum):
    """Who wrote it: a person, the machine by itself, or the machine in answer to a mail (RFC 3834, section 5)."""

    NO = "no"
    GENERATED = "auto-generated"
    REPLIED = "auto-replied"


class Mailbox(Value):
    """An address and the name beside it."""

    address: str
    name: str = ""


class File(Value):
    """An attachment. Its name is one that every list takes (`safe_name`)."""

    name: str
    body: bytes
    media_type: str = "application/octet-stream"


class Mail(Value):
    """One mail to one recipient. `id` is the Message-ID without its angle brackets; so are those it answers.

    `subject` goes over the wire in clear and is neutral; `inner_subject` takes its place for whoever can decrypt.
    """

    id: str
    date: datetime
    sender: Mailbox
    to: Mailbox
    subject: str
    text: str
    inner_subject: str = ""
    reply_to: str = ""
    references: tuple[str, ...] = ()
    automatic: Automatic = Automatic.NO
    flowed: bool = True
    files: tuple[File, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    """Further headers: those of lists, the team's key (Autocrypt)."""


def is_address(text: str) -> bool:
    """Whether mail can be sent to it as it stands: an ASCII address with one `@` and no quoting (RFC 5321, 4.1.2).

    Quoted local parts and addresses in other scripts are refused: no mail server on the way has to take them.
    """
    if not _MAILBOX.fullmatch(text) or any(each in text for each in _DOTS):
        return False
    host = text.rpartition("@")[2]
    return not text.startswith((".", "-")) and "." in host and not host.startswith("-")


def safe_name(name: str) -> str:
    """A file name that no list turns away: letters, digits, dot, dash, underscore, not beginning with dot or dash
    (linux-distros, `[A-Za-z0-9._-]`)."""
    kept = re.sub(r"[^A-Za-z0-9._-]+", "_", name).lstrip(".-_")[:100]
    return kept if kept and _NAME.fullmatch(kept) else "attachment"
