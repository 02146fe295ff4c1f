# SPDX-License-Identifier: Apache-2.0
"""Which tips contain a commit: by git's own commit-graph file where that covers every tip, otherwise by asking git for
all parents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from tocsin.adapters.git import commit_graph
from tocsin.adapters.git.objects import Objects
from tocsin.core.backports.graph import Containment, Graph, from_parents

Rows: TypeAlias = Mapping[str, int] | commit_graph.Ids
"""The row of a graph in which a commit stands, by its id."""


def read(at: Objects) -> tuple[Graph, Rows]:
    """Read the whole graph of a repository."""
    return _from_file(at) or _from_git(at)


def row(rows: Rows, commit: str) -> int | None:
    """The row of a commit; None for an unknown one."""
    return rows.row(commit) if isinstance(rows, commit_graph.Ids) else rows.get(commit)


def _from_file(at: Objects) -> tuple[Graph, commit_graph.Ids] | None:
    if (at.git_dir / "info" / "grafts").exists():
        return None
    try:
        graph, ids = commit_graph.read(at.objects)
    except commit_graph.Unreadable:
        return None
    return (graph, ids) if all(ids.row(each) is not None for each in at.heads) else None


def _from_git(at: Objects) -> tuple[Graph, dict[str, int]]:
    given = "".join(f"{each}\n" for each in at.heads).encode()
    raw = at.read("rev-list", "--parents", "--topo-order", "--reverse", "--stdin", given=given).decode()
    rows: dict[str, int] = {}
    parents = []
    for line in raw.splitlines():
        commit, *before = line.split()
        rows[commit] = len(rows)
        parents.append([rows[each] for each in before])
    return from_parents(parents), rows


class Contained(msgspec.Struct, frozen=True):
    """Containment by commit id."""

    rows: Rows
    containment: Containment

    def holds(self, commit: str) -> int:
        """The set of tips that contain a commit; 0 for an unknown one."""
        found = row(self.rows, commit)
        return 0 if found is None else self.containment.of(found)

    def kept(self) -> Kept:
        """The same for every commit at once, for many questions: a table of a few megabytes."""
        ids = self.rows.all() if isinstance(self.rows, commit_graph.Ids) else list(self.rows)
        return Kept(sets={commit: self.containment.of(at) for at, commit in enumerate(ids)})


class Kept(msgspec.Struct, frozen=True):
    """The answer for every commit; equal sets are one object."""

    sets: Mapping[str, int]

    def holds(self, commit: str) -> int:
        """The set of tips that contain a commit; 0 for an unknown one."""
        return self.sets.get(commit, 0)
