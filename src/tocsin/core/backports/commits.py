# SPDX-License-Identifier: Apache-2.0
"""One commit as the rules of this package see it, and what they may ask a history for.

`History` is filled by an adapter that reads git, or by a test. Ids are full and lower case. Where differences cannot be
read, because a repository holds commits only, `patch` says None and nothing is concluded from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from tocsin.core.backports.message import Said


class Commit(msgspec.Struct, frozen=True):
    """What a commit object says. `authored` and `committed` are seconds since 1970; `subject` is made comparable."""

    id: str
    author: str
    email: str
    authored: int
    committed: int
    title: str
    subject: str
    said: Said = Said()

    def by(self, other: Commit) -> bool:
        """Whether one person wrote both, going by name or address."""
        return bool((self.author and self.author == other.author) or (self.email and self.email == other.email))

    def days_from(self, other: Commit) -> float:
        """Days between the two author dates, whichever came first."""
        return abs(self.authored - other.authored) / 86400


class Patch(msgspec.Struct, frozen=True):
    """What a commit changes: added and removed lines by path, and git's stable patch id ("" where it has none)."""

    id: str = ""
    removed: Mapping[str, tuple[str, ...]] = {}
    added: Mapping[str, tuple[str, ...]] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        """Changed files, in order."""
        return tuple(sorted({*self.removed, *self.added}))


class History(Protocol):
    """What the rules may ask of a repository's past."""

    def commit(self, commit: str) -> Commit | None:
        """A commit by its full id."""

    def same_subject(self, subject: str) -> Sequence[Commit]:
        """Commits with this comparable subject."""

    def naming(self, commit: str) -> Sequence[Commit]:
        """Commits whose message names this one in a recorded form, by full or shortened id."""

    def resolve(self, written: str) -> str | None:
        """Full id of a hash as a message writes it; None for an unknown or ambiguous one."""

    def near(self, commit: Commit, days: float) -> Sequence[Commit]:
        """Commits of the same author, authored within so many days of this one."""

    def touching(self, commit: Commit) -> Sequence[Commit]:
        """Commits of other lines around the same time that change files this one changes; empty without trees."""

    def patches(self, commits: Sequence[str]) -> Mapping[str, Patch]:
        """Patches of those commits whose difference can be read."""
