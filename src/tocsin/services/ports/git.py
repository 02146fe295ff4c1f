# SPDX-License-Identifier: Apache-2.0
"""What use cases ask of git. Nothing behind this port ever runs anything that a repository brings along."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
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

    def pick(self, fixes: Sequence[str], onto: str) -> Pick | None:
        """Pick the commits of a fix one after another onto a commit, in memory, up to the first conflict; None where
        the trees cannot be read or one of them is a merge."""

    def tree(self, commit: str) -> str:
        """Id of a commit's tree."""

    def hunks(self, fix: str) -> tuple[Hunk, ...]:
        """What each hunk of a fix expects to find; empty where the difference cannot be read."""

    def files(self, commit: str, paths: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Lines of files as a commit has them: at the path, or in the only file of that name."""

    def anywhere(self, commit: str, lines: Sequence[str]) -> int:
        """How many of these lines stand somewhere in a commit's files, whatever surrounds them."""

    def check_out(self, commit: str, directory: str) -> None:
        """Write a commit's files into an empty directory, without filters. Raises GitFailed."""

    def patch(self, commit: str) -> str:
        """A commit as a mail patch (`git format-patch`). Raises GitFailed."""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a project's repository is and what its lines are called: `[repository.PROJECT]` of the settings.

    `url` is an absolute path, https or ssh; `lines` a glob over branches; `build` and `test` are commands with their
    arguments, run only in the sandbox. `minutes` lie between two fetches, `largest_mb` is what a fetch may bring.
    `watch` are public repositories in which a fix under embargo must not be seen, looked at as often.
    `authority` is a file of certificates to trust for https, `known_hosts` one of host keys to trust for ssh.
    """

    url: str
    lines: str = ""
    scheme: str = ""
    build: str = ""
    test: str = ""
    minutes: float = 15.0
    largest_mb: int = 10_240
    watch: tuple[str, ...] = ()
    authority: str = ""
    known_hosts: str = ""


class Credential(msgspec.Struct, frozen=True):
    """A token for https (with the user it belongs to, where the host asks for one), or a private key for ssh."""

    secret: str
    user: str = ""

    def __repr__(self) -> str:
        return "<Credential>"


class Mirrors(Protocol):
    """One bare mirror for each project that names a repository. Only the worker fetches."""

    def source(self, project: str) -> Source | None:
        """What the settings say of a project's repository."""

    def open(self, project: str) -> Repository | None:
        """The mirror as it was fetched last; None before the first fetch and without a repository."""

    def fetch(self, project: str, credential: Callable[[], Credential | None]) -> bool:
        """Fetch if it is time; whether any ref moved since `looked`. Raises GitFailed; what was there before stays.

        `credential` is asked only when it is time.
        """

    def looked(self, project: str) -> None:
        """Note that every case was asked about the refs as they are now."""

    def news(self, project: str) -> Iterator[tuple[str, str]]:
        """Fetch the public repositories that are watched, if it is time. Yields each that has commits which nobody has
        looked at, and those with their differences, as `git log -p` prints them; asked for the next, they count as
        looked at. One that cannot be fetched is left for later, and stands in `trouble`."""

    def trouble(self, project: str) -> str:
        """Why the last fetch failed, with the command that shows it; "" when it did not."""


class NoMirrors:
    """No repository is named."""

    def source(self, project: str) -> Source | None:
        """None."""
        return None

    def open(self, project: str) -> Repository | None:
        """None."""
        return None

    def fetch(self, project: str, credential: Callable[[], Credential | None]) -> bool:
        """Nothing moved."""
        return False

    def looked(self, project: str) -> None:
        """Nothing to note."""

    def news(self, project: str) -> Iterator[tuple[str, str]]:
        """None."""
        return iter(())

    def trouble(self, project: str) -> str:
        """Nothing is wrong."""
        return ""


class Ended(msgspec.Struct, frozen=True):
    """How a command in the sandbox ended. `status` is its exit status, negative for a signal; `log` what it printed."""

    status: int
    seconds: float
    log: bytes
    late: bool = False


class Bench(Protocol):
    """A clean checkout of one commit, in which commands run without a network."""

    def run(self, command: Sequence[str]) -> Ended:
        """Run one command in the checkout."""


class Sandbox(Protocol):
    """Runs a project's own commands away from everything else."""

    def missing(self) -> str:
        """Why nothing can be run here; "" when it can."""

    def bench(self, repository: Repository, commit: str, reproducer: Sequence[str]) -> AbstractContextManager[Bench]:
        """A clean checkout; files of the reproducer are beside it, read-only, in `/reproducer`."""


class WorkingCopy(Protocol):
    """A developer's own working copy."""

    def staged(self) -> str:
        """What is staged, as a difference without context. Raises GitFailed, as do the others."""

    def messages(self, commits: str) -> list[tuple[str, str]]:
        """Short id and message of every commit in a range, or of all that no remote has."""

    def differences(self, commits: str) -> str:
        """What the commits of a range change, as differences without context."""
