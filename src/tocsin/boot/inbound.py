# SPDX-License-Identifier: Apache-2.0
"""The settings of mail that comes in: where it is handed over, which mailboxes are looked into, whose word counts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

import msgspec

_PLACE: Final = re.compile(r"(?:127\.0\.0\.1|\[::1\]|localhost|\S+):[0-9]{1,5}|/\S+", re.ASCII)
_HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Mailbox(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mailbox that is looked into over IMAP. The password lies in a file of its own."""

    host: str
    user: str
    password_file: str
    port: int = 993
    folder: str = "INBOX"
    tls: bool = True
    seconds: float = 30.0

    def __post_init__(self) -> None:
        """Refuse to send a password in clear over a network, and to knock without a pause (ValueError)."""
        if not self.tls and self.host not in _HERE:
            raise ValueError("a mailbox without tls is only for the loopback")
        if self.seconds < 1:
            raise ValueError("seconds between two looks into a mailbox are at least 1")

    @property
    def password(self) -> str:
        """The password; raises OSError."""
        return Path(self.password_file).expanduser().read_text(encoding="utf-8").strip()


class Inbound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mail that comes in. Without `listen` and `imap` none does, but what `tocsin mail feed` is given."""

    listen: str = ""
    protocol: Literal["lmtp", "smtp"] = "lmtp"
    trusted: str = ""
    ask_dns: bool = False
    lists: tuple[str, ...] = ()
    addresses: dict[str, str] = {}
    imap: dict[str, Mailbox] = {}

    def __post_init__(self) -> None:
        """Refuse a place that nobody can listen at (ValueError)."""
        if self.listen and not _PLACE.fullmatch(self.listen):
            raise ValueError("inbound.listen is written like 127.0.0.1:8024, or is a path of the file system")
