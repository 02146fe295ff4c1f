# SPDX-License-Identifier: Apache-2.0
"""What the rules of backports may ask of a repository's past, answered from the index and from differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from tocsin.adapters.git import index, patches
from tocsin.adapters.git.objects import Objects
from tocsin.adapters.git.run import git
from tocsin.core.backports.commits import Commit, History, Patch
from tocsin.core.backports.similarity import is_code
from tocsin.services.ports.git import GitFailed

_WINDOW: Final = 45 * 86400.0
_AROUND: Final = 1500
_TOUCHING: Final = 120
_LONGEST_PATH: Final = 400


class GitHistory(History):
    """What the rules may ask of the past, from the index and from differences."""

    def __init__(self, objects: Objects, held: index.Index) -> None:
        self.objects = objects
        self.index = held
        self._patches: dict[str, Patch] = {}
        self._readable = True

    def _row(self, commit: str) -> int | None:
        rows = self.index.starting(commit)
        return rows[0] if len(rows) == 1 else None

    def _all(self, rows: Sequence[int]) -> list[Commit]:
        return [self.index.commit(row) for row in rows]

    def commit(self, commit: str) -> Commit | None:
        """A commit by its full id."""
        row = self._row(commit)
        return None if row is None else self.index.commit(row)

    def resolve(self, written: str) -> str | None:
        """Full id of a hash as a message writes it."""
        row = self._row(written)
        return None if row is None else self.index.id(row)

    def same_subject(self, subject: str) -> Sequence[Commit]:
        """Commits with this comparable subject."""
        return self._all(self.index.same_subject(subject)) if subject else ()

    def naming(self, commit: str) -> Sequence[Commit]:
        """Commits whose message names this one in a recorded form."""
        return self._all(self.index.naming(commit))

    def near(self, commit: Commit, days: float) -> Sequence[Commit]:
        """Commits of the same author around the same time."""
        row = self._row(commit.id)
        return () if row is None else self._all([each for each in self.index.near(row, days * 86400) if each != row])

    def touching(self, commit: Commit) -> Sequence[Commit]:
        """Commits around the same time that change source files this one changes, the nearest first."""
        row, mine = self._row(commit.id), self.patches([commit.id]).get(commit.id)
        paths = [path for path in mine.paths if is_code(path)][:_LONGEST_PATH] if mine else []
        if row is None or not paths:
            return ()
        around = self.index.around(row, _WINDOW)[:_AROUND]
        given = "".join(f"{self.index.id(each)}\n" for each in around).encode()
        options = ("--stdin", "-r", "--name-only", "--no-renames", "--format=commit %H")
        try:
            raw = git(self.objects.directory, "--literal-pathspecs", "diff-tree", *options, "--", *paths, given=given)
        except GitFailed as error:
            self.objects.note(f"files changed around that time cannot be read: {error.because}")
            return ()
        lines = raw.decode("utf-8", "replace").split("\n")
        hit = {before[7:] for before, line in pairwise(lines) if before.startswith("commit ") and not line}
        return [each for each in self._all(around) if each.id in hit][:_TOUCHING]

    def patches(self, commits: Sequence[str]) -> Mapping[str, Patch]:
        """Patches of those commits whose difference can be read."""
        if not self._readable or not self.objects.has_trees:
            return {}
        wanted = [each for each in commits if each not in self._patches]
        try:
            found = patches.read(self.objects.reader, wanted)
        except GitFailed as error:
            self._readable = False
            self.objects.note(f"differences cannot be read, so they were not compared: {error.because}")
            return {}
        self._patches.update({each: found.get(each, Patch()) for each in wanted})
        return {each: self._patches[each] for each in commits}
