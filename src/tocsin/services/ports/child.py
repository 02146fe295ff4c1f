# SPDX-License-Identifier: Apache-2.0
"""What is learnt about hostile bytes in a process that can do nothing else."""

from __future__ import annotations

from typing import Protocol

from tocsin.core.affected.sbom import Bill
from tocsin.core.vocabulary import Value


class Failed(Value):
    """The input could not be taken apart. It is kept as it came; `because` holds none of it. `again` says that nobody
    looked at it: the machine had no process for it."""

    because: str
    again: bool = False


class Member(Value):
    """One entry of an archive."""

    name: str
    size: int


class Listing(Value):
    """What a file is by its first bytes, and what is in it where it is an archive."""

    kind: str
    members: tuple[Member, ...] = ()
    unpacked: int = 0
    suspicious: tuple[str, ...] = ()


class Bills(Protocol):
    """Reads bills of materials that strangers send."""

    def __call__(self, content: bytes, /) -> Bill | Failed:
        """What it asks about; never raises, whatever it is."""
