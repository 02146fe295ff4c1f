# SPDX-License-Identifier: Apache-2.0
"""What the claims check asks of a project's sources: which lines there are, and what stands in them. Read only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol, TypeAlias

from tocsin.core.vocabulary import Value


class Spot(Value):
    """A place in the sources of one line."""

    path: str
    line: int


class Sources(Protocol):
    """A repository's sources. Raises `ports.git.GitFailed` when it cannot be read."""

    def lines(self) -> Sequence[str]:
        """Names of the lines to look in, the main one first."""

    def files(self, line: str) -> frozenset[str]:
        """Every path of a line."""

    def read(self, line: str, paths: Collection[str]) -> Mapping[str, bytes]:
        """The contents of files of a line; a path that is not there is left out."""

    def grep(self, line: str, names: Collection[str]) -> Mapping[str, Sequence[Spot]]:
        """Where names stand as whole words in a line, some places each; a name that is nowhere is left out."""

    def commits(self, ids: Collection[str]) -> frozenset[str]:
        """Which of these (shortened) ids are commits."""

    def tags(self) -> Sequence[str]:
        """Names of all tags."""


SourcesOf: TypeAlias = Callable[[str], Sources | None]
"""The sources of a project by its id; None where they are not to be had."""


def no_sources(_project: str) -> Sources | None:
    """Where nobody has set up a mirror: no project has sources."""
    return None
