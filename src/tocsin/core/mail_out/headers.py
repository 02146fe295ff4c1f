# SPDX-License-Identifier: Apache-2.0
"""Writes the fields of a header (RFC 5322, RFC 2047): ASCII on the wire, folded, and never more than was meant.

What could end a header early (a line break, a control character) is taken out of texts and refused in addresses, so
that no word of a reporter becomes a header of ours.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from tocsin.core.mail_out.model import Mailbox, is_address
from tocsin.core.vocabulary import utc

FOLD_AT: Final = 76
LONGEST: Final = 998
"""Octets of a line, without its end (RFC 5322, 2.1.1)."""

_WORD_BYTES: Final = 42
"""Octets of text in one encoded word, so that with its frame it stays below 75 characters."""

_ATOM: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Field = tuple[str, str]


def text(value: str) -> str:
    """A text for a header such as the subject: one line, encoded where it is not ASCII."""
    line = _CONTROL.sub(" ", value).strip()
    return line if line.isascii() and "=?" not in line else " ".join(_encoded(line))


def mailbox(box: Mailbox) -> str:
    """`Name <address>`; raises ValueError for an address that is none."""
    if not is_address(box.address):
        raise ValueError("not an address that mail can be sent to")
    name = _CONTROL.sub(" ", box.name).strip()
    if not name:
        return box.address
    if not name.isascii() or "=?" in name:
        shown = " ".join(_encoded(name))
    elif _ATOM.fullmatch(name):
        shown = name
    else:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        shown = f'"{escaped}"'
    return f"{shown} <{box.address}>"


def date(at: datetime) -> str:
    """An instant (RFC 5322, 3.3), in UTC, without the help of a locale."""
    at = utc(at)
    return f"{_DAYS[at.weekday()]}, {at.day:02} {_MONTHS[at.month - 1]} {at.year} {at:%H:%M:%S} +0000"


def message_id(name: str) -> str:
    """`<name>`, for a Message-ID that is one; raises ValueError for one that could not be found again."""
    if not re.fullmatch(r"[!-;=?-~]{3,250}", name) or "@" not in name:
        raise ValueError("not a Message-ID")
    return f"<{name}>"


def write(fields: Iterable[Field]) -> bytes:
    """The fields, folded at spaces, each line ended with CR LF; raises ValueError for one that cannot be written."""
    return "".join(_folded(name, value) for name, value in fields).encode("ascii")


def _folded(name: str, value: str) -> str:
    if _CONTROL.search(value) or not re.fullmatch(r"[A-Za-z0-9-]+", name):
        raise ValueError(f"the header {name} cannot be written")
    lines, current = [], f"{name}:"
    for word in value.split(" "):
        if len(current) + 1 + len(word) > FOLD_AT and current.strip() and not current.endswith(":"):
            lines.append(current)
            current = ""
        current += f" {word}"
    lines.append(current)
    if any(len(line) > LONGEST for line in lines):
        raise ValueError(f"the header {name} is too long")
    return "\r\n".join(lines) + "\r\n"


def _encoded(line: str) -> Iterator[str]:
    """Encoded words (RFC 2047), none of which cuts a letter in two."""
    part = b""
    for letter in line:
        octets = letter.encode("utf-8", "replace")
        if len(part) + len(octets) > _WORD_BYTES:
            yield _word(part)
            part = b""
        part += octets
    yield _word(part)


def _word(part: bytes) -> str:
    return f"=?utf-8?B?{b64encode(part).decode('ascii')}?="
