# SPDX-License-Identifier: Apache-2.0
"""The transparency log in memory: the ports of `services.ports.log` over lists, with the databases' manners.

`LogTables` is all there is of it, and open: a test that plays an intruder changes it behind the keeper's back.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import msgspec

from tocsin.core.log.tree import Frontier, Place, leaf_hash, peaks
from tocsin.core.vocabulary import CaseRef
from tocsin.services.ports.log import Growth, Look, Peer
from tocsin.services.ports.store import Conflict

Write = Callable[[], AbstractContextManager[None]]


@dataclass
class LogTables:
    """What waits, the tree, its checkpoints by size, and the looks."""

    new: list[bytes] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    nodes: dict[Place, bytes] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)


class MemoryLog:
    """`log.Log` in memory. `known` says which cases there are."""

    def __init__(self, tables: LogTables, write: Write, known: Container[CaseRef]) -> None:
        self.tables = tables
        self._write = write
        self._known = known

    def checkpoint(self) -> str | None:
        """The newest signed note."""
        notes = self.tables.notes
        return notes[max(notes)] if notes else None

    def standing(self, commitments: Sequence[bytes]) -> Mapping[bytes, int | None]:
        """Where commitments stand."""
        t, wanted = self.tables, set(commitments)
        places = {each: place for place, each in reversed(list(enumerate(t.leaves))) if each in wanted}
        return dict.fromkeys(wanted & set(t.new)) | places

    def hashes(self, places: Sequence[Place]) -> Mapping[Place, bytes]:
        """Hashes of complete subtrees."""
        t = self.tables
        leaves = {
            (level, place): leaf_hash(t.leaves[place]) for level, place in places if not level and place < len(t.leaves)
        }
        return leaves | {place: t.nodes[place] for place in places if place in t.nodes}

    def grow(self, limit: int, extend: Callable[[Frontier, Sequence[bytes]], Growth], at_least: int = 1) -> int:
        """Put waiting commitments into the tree."""
        t = self.tables
        if len(t.new) < at_least:
            return 0
        with self._write():
            taken, size = t.new[:limit], len(t.leaves)
            found = self.hashes(peaks(size))
            growth = extend(Frontier(size=size, peaks=tuple(found[place] for place in peaks(size))), taken)
            t.leaves.extend(taken)
            t.nodes |= {(each.level, each.position): each.hash for each in growth.nodes if each.level}
            t.notes[growth.size] = growth.note
            del t.new[:limit]
        return len(taken)

    def count(self) -> int:
        """How many commitments there are."""
        return len(self.tables.leaves) + len(self.tables.new)

    def leaves(self, start: int, limit: int) -> Sequence[bytes]:
        """Commitments from index `start` on."""
        return self.tables.leaves[start : start + limit]

    def checkpoints(self, after: int, limit: int) -> Sequence[tuple[int, str]]:
        """Checkpoints over more than `after` leaves."""
        return sorted((size, note) for size, note in self.tables.notes.items() if size > after)[:limit]

    def note_look(self, look: Look) -> None:
        """Keep a look with its commitment."""
        with self._write():
            if look.case not in self._known or any(look.id == other.id for other in self.tables.looks):
                raise Conflict("something was written in between")
            self.tables.looks.append(msgspec.structs.replace(look, leaf=b""))
            self.tables.new.append(look.leaf)

    def looks(self, case: CaseRef, after: int, limit: int) -> Sequence[Look]:
        """Looks at a case."""
        return [look for look in self.tables.looks if look.case == case][after : after + limit]


class MemoryPeers:
    """`log.Peers` in memory."""

    def __init__(self, write: Write) -> None:
        self.peers: dict[str, Peer] = {}
        self._write = write

    def last(self, url: str) -> Peer | None:
        """How the log at an address was last seen."""
        return self.peers.get(url)

    def keep(self, peer: Peer) -> None:
        """Remember how a log is seen now."""
        with self._write():
            self.peers[peer.url] = peer
