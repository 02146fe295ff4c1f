# SPDX-License-Identifier: Apache-2.0
"""What inbound mail asks of the outside: taking bytes apart, finding out who sent them, and fetching from a mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from tocsin.core.mail.message import Envelope, Message
from tocsin.core.mail.proof import Proof
from tocsin.core.vocabulary import Value
from tocsin.services.ports.child import Failed


class Parses(Protocol):
    """Takes mails apart where they can do no harm."""

    def __call__(self, content: bytes) -> Message | Failed:
        """Take one apart; never raises, whatever it is."""


class Checks(Protocol):
    """Finds out itself who sent a mail, by asking the domain's name servers."""

    def __call__(self, raw: bytes, message: Message) -> Proof:
        """Check DKIM and DMARC; an empty proof where nothing could be asked."""


def unchecked(raw: bytes, message: Message) -> Proof:
    """Check nothing: where the operator has not allowed questions to name servers."""
    return Proof()


class Fetched(Value):
    """One message of a mailbox: its bytes, and a name that no other message of that mailbox ever has. `place` is where
    the next look begins."""

    name: str
    raw: bytes
    envelope: Envelope
    place: str = ""


class Fetches(Protocol):
    """Mailboxes that are looked into."""

    def __call__(self, after: str = "") -> Iterator[Fetched]:
        """Yield what is new, oldest first: what nobody has read there, and all that came `after` a place.

        What was yielded before the next one is asked for has been kept, and may be marked as seen; raises OSError when
        the mailbox cannot be reached.
        """
