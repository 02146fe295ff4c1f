# SPDX-License-Identifier: Apache-2.0
"""Where the mail server is that mail goes out by, as the settings write it (RFC 8314 for `smtps`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

PORTS: Final = {"smtp": 587, "smtps": 465}
_HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Place:
    """Where the server is, and as whom it is spoken to."""

    host: str
    port: int
    implicit: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def here(self) -> bool:
        """Whether it is this machine."""
        return self.host in _HERE


def place(url: str, password: str = "") -> Place:
    """Read `smtps://user@host:465` or `smtp://host:587`; raises ValueError with what is wrong."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ValueError("mail.smtp is written like smtps://user@mail.example.org:465 or smtp://127.0.0.1:25")
    if parts.password:
        raise ValueError("mail.smtp holds a password; put it into a file and name that in mail.password_file")
    found = Place(host=parts.hostname, port=parts.port or PORTS[parts.scheme], implicit=parts.scheme == "smtps",
                  user=unquote(parts.username or ""), password=password)  # fmt: skip
    if found.user and not password:
        raise ValueError("mail.smtp names a user; name the file with the password in mail.password_file")
    return found
