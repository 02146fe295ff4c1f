# SPDX-License-Identifier: Apache-2.0
"""Where the transparency log is kept: commitments on their way, the tree, its checkpoints, and who looked at what.

A commitment arrives with the change it speaks of, in the same transaction (`store.Change.leaves`), and waits; the
worker puts waiting ones into the tree in batches, each closed by a checkpoint. So no report waits for the tree, and two
processes that write at once cannot fork it. Nothing here is secret, except for the sealed records of looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tocsin.core.log.tree import Frontier, Node, Place
from tocsin.core.vocabulary import CaseRef, Value


class Growth(Value):
    """What a batch of commitments makes of the tree: its new subtrees, its size, and the note signed over it."""

    size: int
    nodes: tuple[Node, ...]
    at: datetime
    note: str


class Look(Value):
    """A record of somebody's look at an embargoed case, sealed under the case's key, and its commitment."""

    id: str
    case: CaseRef
    at: datetime
    body: bytes
    leaf: bytes = b""


class Peer(Value):
    """Another instance's log as it was last seen at its address, under its key, with our signature as its witness."""

    url: str
    key: str
    at: datetime
    note: str


class LogReader(Protocol):
    """The log as everybody may see it."""

    def checkpoint(self) -> str | None:
        """The newest signed note; it covers the whole tree. None before the first."""

    def standing(self, commitments: Sequence[bytes]) -> Mapping[bytes, int | None]:
        """Where commitments stand in the tree; None for one that waits. What was never logged is left out."""

    def hashes(self, places: Sequence[Place]) -> Mapping[Place, bytes]:
        """Hashes of complete subtrees, leaves included, in one or two looks; what is not there is left out."""


class Log(LogReader, Protocol):
    """The log as its keeper sees it."""

    def grow(self, limit: int, extend: Callable[[Frontier, Sequence[bytes]], Growth], at_least: int = 1) -> int:
        """Put up to `limit` waiting commitments into the tree, oldest first, with the checkpoint over them.

        One transaction; `extend` must do no I/O. Returns how many: none while fewer than `at_least` wait. Raises
        Conflict when another process was quicker: then nothing happened and nothing is lost.
        """

    def count(self) -> int:
        """How many commitments there are, in the tree and waiting."""

    def leaves(self, start: int, limit: int) -> Sequence[bytes]:
        """Commitments in the tree from index `start` on."""

    def checkpoints(self, after: int, limit: int) -> Sequence[tuple[int, str]]:
        """Size and note of the checkpoints over more than `after` leaves, smallest first."""

    def note_look(self, look: Look) -> None:
        """Keep a look with its commitment durably; raises Unavailable when that cannot be done: then show nothing."""

    def looks(self, case: CaseRef, after: int, limit: int) -> Sequence[Look]:
        """Looks at a case, oldest first, leaving out the first `after`; their `leaf` is not kept beside them."""


class Peers(Protocol):
    """What is remembered of other instances' logs."""

    def last(self, url: str) -> Peer | None:
        """How the log at an address was last seen."""

    def keep(self, peer: Peer) -> None:
        """Remember how a log is seen now, in place of what was remembered."""
