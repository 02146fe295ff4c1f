# SPDX-License-Identifier: Apache-2.0
"""Handing finished mails to a mail server, and what is known afterwards."""

from __future__ import annotations

from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol

from tocsin.core.vocabulary import Value


class Fate(StrEnum):
    """What became of one mail.

    `UNKNOWN` is the one window in which nobody can know: the text was handed over and the answer did not come. Only
    then is a mail sent that may have arrived already, under the same Message-ID.
    """

    SENT = "sent"
    LATER = "later"
    NEVER = "never"
    UNKNOWN = "unknown"


class Delivered(Value):
    """What became of it, and the server's reply code (RFC 5321, 4.2), 0 where it gave none."""

    fate: Fate
    code: int = 0


class Outgoing(Value):
    """A mail as it goes over the wire. `sender` is where bounces go; empty for one that must never bounce."""

    sender: str
    to: str
    body: bytes


class Kept(Value):
    """A mail that was kept instead of being sent, in the order of `number`."""

    number: int
    to: str
    body: bytes


class Session(Protocol):
    """One connection, for many mails."""

    def send(self, mail: Outgoing) -> Delivered:
        """Hand one over. Never raises for what happens to one mail; the next one may need a new connection."""


class Sends(Protocol):
    """A way out."""

    def session(self) -> AbstractContextManager[Session]:
        """Connect; raises OSError, in words for a person, where that is not possible now."""
