# SPDX-License-Identifier: Apache-2.0
"""A mail server in memory: keeps what it is handed, and does with it what a test tells it to."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from tocsin.services.ports.mail_out import Delivered, Fate, Outgoing


@dataclass
class MemoryServer:
    """`fates` are given out one by one, then everything is taken. With `away` it cannot be reached."""

    sent: list[Outgoing] = field(default_factory=list)
    fates: list[Delivered] = field(default_factory=list)
    away: bool = False
    sessions: int = 0

    @contextmanager
    def session(self) -> Iterator[MemoryServer]:
        """Connect."""
        if self.away:
            raise OSError("the mail server cannot be reached")
        self.sessions += 1
        yield self

    def send(self, mail: Outgoing) -> Delivered:
        """Take a mail, or do what was asked for; what stayed unknown may have arrived, so it is kept too."""
        told = self.fates.pop(0) if self.fates else Delivered(fate=Fate.SENT, code=250)
        if told.fate in (Fate.SENT, Fate.UNKNOWN):
            self.sent.append(mail)
        return told

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to an address, as their reader sees them."""
        return [read(each.body) for each in self.sent if each.to == address]


def read(wire: bytes) -> EmailMessage:
    """A mail as Python's own package reads it."""
    message = email.message_from_bytes(wire, policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("not a message")
    return message
