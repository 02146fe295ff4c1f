# SPDX-License-Identifier: Apache-2.0
"""The key holder, as those see it who look after keys: what it released, to whom, what alarmed it, and its rotation.

Opening cases goes through `vault`; nothing here gives out a key. Who may call what is the holder's own decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from tocsin.core.vocabulary import CaseRef, Value

BREAK_GLASS: Final = "break-glass "
"""Beginning of the purposes under which a key is released only while somebody else's agreement stands: what is read
follows. The moves and lists of break-glass itself, which the machine opens a case for, bear other names."""

GLASS_LONGEST: Final = timedelta(hours=8)
"""The longest time that two people may open a case for."""

GRANT: Final = "grant"
"""In the place of a refusal: the line is no release but an agreement, and its purpose says who gave it until when."""


class Release(Value):
    """One line of the ledger: a case key was given out, or refused (`refused` says why). Never any content."""

    at: datetime
    case: CaseRef
    actor: str
    purpose: str
    refused: str = ""


class Standing(Value):
    """The public halves of the key-encryption keys, newest first, and since when the newest one is in use."""

    instance: str
    public: tuple[bytes, ...]
    log_key: bytes
    made_at: datetime | None = None
    provider: str = "file"


class KeysRefused(Exception):
    """The key holder will not do this for this caller, or not now; the message says what to do."""


class KeyKeeper(Protocol):
    """Looking after the keys of one installation."""

    def standing(self) -> Standing:
        """Which keys there are."""

    def releases(self, since: datetime, actor: str = "") -> Sequence[Release]:
        """The ledger from an instant on, oldest first, of one person or all: O(lines of those months)."""

    def rewrap(self, case: CaseRef, wrapped: bytes) -> bytes:
        """Wrap a case's key anew under the newest key; the same bytes where it is already. Raises Tampered."""

    def rotate(self, keep_until: datetime) -> Standing:
        """Make a new key-encryption key; the present one only opens from now on, until it is retired.

        Raises KeysRefused for callers that may not, and where the provider cannot be written to.
        """

    def grant(self, case: CaseRef, actor: str, second: str, until: datetime) -> None:
        """Let `actor` open this case for the purpose `BREAK_GLASS` until an instant, because `second` agreed; written
        to the ledger. Raises KeysRefused for one person twice, an instant that is over, and for longer than
        `GLASS_LONGEST`."""

    def retire(self, now: datetime) -> int:
        """Destroy old keys whose time to be kept is over; says how many. Raises KeysRefused."""
