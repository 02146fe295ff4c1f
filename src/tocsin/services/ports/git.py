# SPDX-License-Identifier: Apache-2.0
"""What use cases ask of git. Nothing behind this port ever runs anything that a repository brings along."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from tocsin.core.backports.commits import History
from tocsin.core.backports.similarity import Hunk


class GitFailed(Exception):
    """Git could not answer. `because` is one sentence; `command` reproduces it, and holds no credentials."""

    def __init__(self, because: str, command: Sequence[str] = ()) -> None:
        self.because = because
        self.command = shlex.join(command)
        super().__init__(f"{because}; see: {self.command}" if command else because)


class Ref(msgspec.Struct, frozen=True):
    """One ref, peeled to its commit. `at` is when it was made (seconds since 1970), 0 where that is not known."""

    name: str
    commit: str
    at: int = 0


class Pick(msgspec.Struct, frozen=True):
    """What picking a fix onto a line would give: the tree's id, and files in conflict; clean without any."""

    tree: str
    conflicts: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether the fix applies without conflict."""
        return not self.conflicts


class Tips(Protocol):
    """Containment for a fixed set of tips."""

    def holds(self, commit: str) -> int:
        """The set of tips (bit i: tip i) that contain a commit; 0 for an unknown one."""


class Repository(Protocol):
    """One repository, read and never changed."""

    @property
    def history(self) -> History:
        """Messages, authors and differences."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be read, in words: no trees, a partial clone."""

    def refs(self) -> tuple[Ref, ...]:
        """Branches and tags that lead to a commit, with their full names."""

    def tips(self, commits: Sequence[str]) -> Tips:
        """Containment for these commits. Raises GitFailed."""

    def resolve(self, given: str) -> str:
        """Full id of a commit as a person names it; raises GitFailed for an unknown or ambiguous one."""

    def pick(self, fix: str, onto: str) -> Pick | None:
        """Pick a fix onto a commit in memory; None where the trees cannot be read or the fix is a merge."""

    def tree(self, commit: str) -> str:
        """Id of a commit's tree."""

    def hunks(self, fix: str) -> tuple[Hunk, ...]:
        """What each hunk of a fix expects to find; empty where the difference cannot be read."""

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Lines of files as a commit has them: at the path, or in the only file of that name."""

    def anywhere(self, commit: str, lines: Sequence[str]) -> int:
        """How many of these lines stand somewhere in a commit's files, whatever surrounds them."""

    def patch(self, commit: str) -> str:
        """A commit as a mail patch (`git format-patch`). Raises GitFailed."""


class Opens(Protocol):
    """Opens repositories."""

    def __call__(self, directory: str) -> Repository:
        """Open a local repository for reading; raises GitFailed with what is wrong with it."""
