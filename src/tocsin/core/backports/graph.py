# SPDX-License-Identifier: Apache-2.0
"""A commit graph as columns of numbers, and which tips contain which commit, for all of them at once.

A commit is a row. History is cut into first-parent chains; along a chain the set of tips that contain a commit only
ever grows towards the past, and it changes only where a tip points, where another chain branches off, or where one was
merged. Those few rows are visited once, newest first, each handing its set down; everything between two of them has the
set of the upper one. Sets of tips are integers used as bitsets. Dates are never read: they are wrong in real histories.

Reading the columns from git's own commit-graph file is the business of `adapters.git`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

NONE: Final = 0x70000000
"""No parent, in the words of git's commit-graph format (GRAPH_PARENT_NONE)."""


class Graph(msgspec.Struct, frozen=True):
    """Commits as rows. `first` and `second` are parents' rows or `NONE`; `more` holds those beyond the second.

    `level` is greater than every parent's (git's topological level). Rows stand in no particular order.
    """

    first: Sequence[int]
    second: Sequence[int]
    level: Sequence[int]
    more: Mapping[int, tuple[int, ...]]

    @property
    def size(self) -> int:
        """Number of commits."""
        return len(self.first)


def from_parents(rows: Iterable[Sequence[int]]) -> Graph:
    """Build a graph from each row's parents; a parent's row has to come before its child's."""
    first: list[int] = []
    second: list[int] = []
    level: list[int] = []
    more: dict[int, tuple[int, ...]] = {}
    for row, parents in enumerate(rows):
        first.append(parents[0] if parents else NONE)
        second.append(parents[1] if len(parents) > 1 else NONE)
        if len(parents) > 2:
            more[row] = tuple(parents[2:])
        level.append(1 + max((level[each] for each in parents), default=0))
    return Graph(first=first, second=second, level=level, more=more)


class Containment(msgspec.Struct, frozen=True):
    """Which tips contain which commit. Bit `i` of a set stands for the tip given as number `i`."""

    chain: list[int]
    level: Sequence[int]
    falls: list[list[int]]
    sets: list[list[int]]

    def of(self, row: int) -> int:
        """The set of tips that contain a commit; a tip contains itself."""
        chain = self.chain[row]
        if chain < 0:
            return 0
        at = bisect_right(self.falls[chain], -self.level[row])
        return self.sets[chain][at - 1] if at else 0

    def holds(self, tip: int, row: int) -> bool:
        """Whether one tip (by its number) contains a commit."""
        return bool(self.of(row) >> tip & 1)


def contain(graph: Graph, tips: Sequence[int]) -> Containment:
    """Say for every commit which of `tips` (rows; the same row may come twice) contain it."""
    chain, edges = _chains(graph, tips)
    level = graph.level
    incoming: dict[int, int] = {}
    for number, tip in enumerate(tips):
        incoming[tip] = incoming.get(tip, 0) | 1 << number
    turning = {*incoming, *edges, *(target for targets in edges.values() for target in targets)}
    chains = max((chain[row] for row in turning), default=-1) + 1
    falls: list[list[int]] = [[] for _ in range(chains)]
    sets: list[list[int]] = [[] for _ in range(chains)]
    for row in sorted(turning, key=level.__getitem__, reverse=True):
        mine = sets[chain[row]]
        held = (mine[-1] if mine else 0) | incoming.get(row, 0)
        mine.append(held)
        falls[chain[row]].append(-level[row])
        for target in edges.get(row, ()):
            incoming[target] = incoming.get(target, 0) | held
    return Containment(chain=chain, level=level, falls=falls, sets=sets)


def _chains(graph: Graph, tips: Sequence[int]) -> tuple[list[int], dict[int, list[int]]]:
    """Cut what the tips reach into first-parent chains: the chain of each row (-1: not reached), and edges between."""
    first, second, level = graph.first, graph.second, graph.level
    chain = [-1] * graph.size
    edges: dict[int, list[int]] = {}
    count = 0

    def walk(start: int) -> None:
        nonlocal count
        row = last = start
        while row != NONE and chain[row] < 0:
            chain[row] = count
            last, row = row, first[row]
        count += 1
        if row != NONE:
            edges.setdefault(last, []).append(row)

    for tip in sorted(set(tips), key=level.__getitem__, reverse=True):
        if chain[tip] < 0:
            walk(tip)
    # A merge is reached only from above, so by the time it is looked at every walk that could reach it has been made.
    merges = [row for row, parent in enumerate(second) if parent != NONE]
    for merge in sorted(merges, key=level.__getitem__, reverse=True):
        if chain[merge] < 0:
            continue
        for parent in (second[merge], *graph.more.get(merge, ())):
            if chain[parent] < 0:
                walk(parent)
            edges.setdefault(merge, []).append(parent)
    return chain, edges


def bits(held: int) -> list[int]:
    """Numbers of the tips in a set, ascending."""
    found = []
    while held:
        low = held & -held
        found.append(low.bit_length() - 1)
        held ^= low
    return found
