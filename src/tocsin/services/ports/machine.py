# SPDX-License-Identifier: Apache-2.0
"""What the machine keeps about itself: wrapped case keys, alarms, and facts such as when a backup was last restored.

Nothing here says what a case is about. Alarms name a case and a person by their ids, facts are codes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from tocsin.core.vocabulary import CaseRef, Value


class Rewrapped(Value):
    """A case's key under a new key-encryption key, to take the place of the old wrapping."""

    case: CaseRef
    old: bytes
    new: bytes


class CaseKeys(Protocol):
    """The wrapped keys of all cases, apart from what they open."""

    def replace(self, keys: Sequence[Rewrapped]) -> int:
        """Put new wrappings in place of the old, in one transaction; one that changed meanwhile is left alone."""

    def shred(self, case: CaseRef) -> None:
        """Destroy the key of a case, and what else of it opens under other keys: its list row's content, its snapshot.

        The journal stays, and nobody ever reads it again. Repeating it changes nothing.
        """


class Alarm(Value):
    """Something that should never happen: `tampered`, `key-limit`. `place` is `table.column`, where known."""

    at: datetime
    kind: str
    case: CaseRef = ""
    actor: str = ""
    place: str = ""

    @property
    def id(self) -> str:
        """The same alarm sounds once a day."""
        return f"{self.at:%Y-%m-%d}/{self.kind}/{self.case}/{self.actor}/{self.place}"


class Alarms(Protocol):
    """Alarms, kept until somebody was told, and after."""

    def sound(self, alarm: Alarm) -> bool:
        """Keep an alarm; False where the same one stands already."""

    def untold(self, limit: int) -> Sequence[Alarm]:
        """Alarms that nobody was told of, oldest first."""

    def told(self, alarms: Sequence[Alarm], now: datetime) -> None:
        """Mark alarms as told."""

    def since(self, instant: datetime, limit: int) -> Sequence[Alarm]:
        """Alarms from an instant on, newest first."""


class Fact(Value):
    """What is known under a name, and since when."""

    at: datetime
    value: str


CLAIMED: Final = "claimed"
"""Value of a fact that is a claim; it stands `at` the end of it."""


class Facts(Protocol):
    """Facts about the machine, the newest of each name."""

    def get(self, name: str) -> Fact | None:
        """The fact of one name, however many others there are."""

    def all(self) -> Mapping[str, Fact]:
        """Every fact; they grow with canaries and shredded cases, so only what needs many names asks for all."""

    def note(self, name: str, value: str, at: datetime) -> None:
        """Keep a fact in place of what was known under its name."""

    def claim(self, name: str, now: datetime, until: datetime) -> bool:
        """Take what one process at a time does, until `until`; False while another has it. Of many that ask at once one
        gets it, and one that dies loses it when its time is over."""
