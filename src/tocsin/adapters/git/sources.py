# SPDX-License-Identifier: Apache-2.0
"""A repository's sources for the claims check; fills `services.ports.sources.Sources` with git's batch commands.

Trees are listed and searched per commit and kept in memory, so that a second report about the same lines asks git only
for what nobody asked for before. Nothing of the repository is checked out or executed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from tocsin.adapters.git.run import git
from tocsin.services.ports.sources import Spot

MOST_LINES: Final = 6
MOST_SPOTS: Final = 5
LARGEST: Final = 4 << 20
"""Bytes of one file that is read; a larger one is data."""
MOST_KEPT: Final = 20_000
"""Answers of a search that are kept."""

_RELEASE: Final = re.compile(
    r"(?:.*/)?(?:(?:rel(?:ease)?s?|stable|maint|branch|v)?[-_/]?\d+(?:[._]\w+)*(?:[._-](?:x|stable))?|maint|stable)",
    re.IGNORECASE,
)


class GitSources:
    """The sources of one local repository, bare or not. `chosen` are the lines to look in; without, the main branch and
    the branches that look like releases, the newest first."""

    def __init__(self, directory: Path, chosen: Sequence[str] = ()) -> None:
        self._directory = directory
        self._chosen = tuple(chosen)
        self._files: dict[str, frozenset[str]] = {}
        self._found: dict[tuple[str, str], Sequence[Spot]] = {}

    def lines(self) -> Sequence[str]:
        """Names of the lines, the main one first."""
        if self._chosen:
            return self._chosen
        head = git(self._directory, "rev-parse", "--abbrev-ref", "HEAD").decode().strip()
        told = git(self._directory, "for-each-ref", "--sort=-committerdate", "--format=%(refname:short)", "refs/heads")
        names = [name for name in told.decode("utf-8", "replace").splitlines() if _RELEASE.fullmatch(name)]
        return tuple(dict.fromkeys((head, *names)))[:MOST_LINES]

    def files(self, line: str) -> frozenset[str]:
        """Every path of a line."""
        commit = self._commit(line)
        if commit not in self._files:
            told = git(self._directory, "ls-tree", "-r", "-z", "--name-only", commit)
            self._files[commit] = frozenset(told.decode("utf-8", "replace").split("\0")) - {""}
        return self._files[commit]

    def read(self, line: str, paths: Collection[str]) -> Mapping[str, bytes]:
        """The contents of files of a line."""
        commit = self._commit(line)
        wanted = [path for path in sorted(paths) if "\n" not in path and path in self.files(line)]
        if not wanted:
            return {}
        asked = "".join(f"{commit}:{path}\n" for path in wanted).encode()
        sizes = git(self._directory, "cat-file", "--batch-check=%(objecttype) %(objectsize)", given=asked).split(b"\n")
        small = [
            path
            for path, (kind, _, size) in zip(wanted, (told.partition(b" ") for told in sizes), strict=False)
            if kind == b"blob" and int(size) <= LARGEST
        ]
        told = git(self._directory, "cat-file", "--batch", given="".join(f"{commit}:{p}\n" for p in small).encode())
        return dict(zip(small, _contents(told), strict=True))

    def grep(self, line: str, names: Collection[str]) -> Mapping[str, Sequence[Spot]]:
        """Where names stand as whole words in a line."""
        commit = self._commit(line)
        new = [name for name in sorted(names) if name and (commit, name) not in self._found and "\n" not in name]
        if new:
            self._search(commit, new)
        return {name: spots for name in names if (spots := self._found.get((commit, name), ()))}

    def _search(self, commit: str, names: Sequence[str]) -> None:
        if len(self._found) > MOST_KEPT:
            self._found.clear()
        asked = [part for name in names for part in ("-e", name)]
        told = git(
            self._directory, "grep", "-nIwFz", "--no-color", "--max-count=20", *asked, commit, accept=(0, 1)
        ).decode("utf-8", "replace")
        found: dict[str, list[Spot]] = {name: [] for name in names}
        for row in told.split("\n"):
            path, _, rest = row.partition("\0")
            number, _, text = rest.partition("\0")
            for name in names:
                if name in text and number.isdigit() and len(found[name]) < MOST_SPOTS:
                    found[name].append(Spot(path=path.partition(":")[2], line=int(number)))
        self._found |= {(commit, name): tuple(spots) for name, spots in found.items()}

    def commits(self, ids: Collection[str]) -> frozenset[str]:
        """Which of these ids are commits."""
        asked = sorted(ids)
        told = git(
            self._directory, "cat-file", "--batch-check=%(objecttype)",
            given="".join(f"{each}^{{commit}}\n" for each in asked).encode(),
        )  # fmt: skip
        return frozenset(each for each, kind in zip(asked, told.split(b"\n"), strict=False) if kind == b"commit")

    def tags(self) -> Sequence[str]:
        """Names of all tags."""
        told = git(self._directory, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/tags")
        return told.decode("utf-8", "replace").splitlines()

    def _commit(self, line: str) -> str:
        return git(self._directory, "rev-parse", "--verify", "--end-of-options", f"{line}^{{commit}}").decode().strip()


class MirrorSources:
    """The sources of projects, read from their mirrors; None for a project that has none yet. One reading of a project
    serves every report about it, and keeps what it found."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._open: dict[str, GitSources] = {}

    def __call__(self, project: str) -> GitSources | None:
        """Open one project's sources."""
        path = self._directory / f"{project}.git"
        if not (path / "HEAD").exists():
            return None
        return self._open.setdefault(project, GitSources(path))


def _contents(told: bytes) -> list[bytes]:
    """Take the output of `cat-file --batch` apart."""
    found, at = [], 0
    while at < len(told):
        end = told.index(b"\n", at)
        size = int(told[at:end].rsplit(b" ", 1)[1])
        found.append(told[end + 1 : end + 1 + size])
        at = end + 1 + size + 1
    return found
