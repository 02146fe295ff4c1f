# SPDX-License-Identifier: Apache-2.0
"""A repository's sources for the claims check; fills `services.ports.sources.Sources` with git's batch commands.

Trees are listed per commit, and what was searched is kept by blob: most files of a release line are the main line's
own, byte for byte, so that a second line costs what differs, and a second report what nobody asked for before. Nothing
of the repository is checked out or executed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from sys import intern
from typing import Final

from tocsin.adapters.git.run import git
from tocsin.services.ports.sources import Spot

MOST_LINES: Final = 6
MOST_SPOTS: Final = 5
LARGEST: Final = 4 << 20
"""Bytes of one file that is read; a larger one is data."""
MOST_KEPT: Final = 20_000
"""Names whose places are kept."""
AT_ONCE: Final = 10_000
"""Blobs that one search is given by their ids: a command line holds not many more."""

_RELEASE: Final = re.compile(
    r"(?:.*/)?(?:(?:rel(?:ease)?s?|stable|maint|branch|v)?[-_/]?\d+(?:[._]\w+)*(?:[._-](?:x|stable))?|maint|stable)",
    re.IGNORECASE,
)


class Known:
    """Where one name stands: in which lines of which blobs, and the commits that were searched for it."""

    def __init__(self) -> None:
        self.searched: list[str] = []
        self.blobs: dict[str, dict[int, None]] = {}

    def spots(self, paths: Mapping[str, Sequence[str]]) -> tuple[Spot, ...]:
        """The first places in a line whose files are told by their blobs."""
        found = sorted((path, number) for blob, lines in self.blobs.items() for path in paths.get(blob, ())
                       for number in lines)  # fmt: skip
        return tuple(Spot(path=path, line=number) for path, number in found[:MOST_SPOTS])


class GitSources:
    """The sources of one local repository, bare or not. `chosen` are the lines to look in; without, the main branch and
    the branches that look like releases, the newest first."""

    def __init__(self, directory: Path, chosen: Sequence[str] = ()) -> None:
        self._directory = directory
        self._chosen = tuple(chosen)
        self._trees: dict[str, Mapping[str, str]] = {}
        self._known: dict[str, Known] = {}

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
        return frozenset(self._tree(self._commit(line)))

    def _tree(self, commit: str) -> Mapping[str, str]:
        """Every file of a commit with the id of its blob; links and other repositories are left out."""
        if commit not in self._trees:
            told = git(self._directory, "ls-tree", "-r", "-z", commit).decode("utf-8", "replace")
            rows = (row.partition("\t") for row in told.split("\0") if row.startswith("100"))
            self._trees[commit] = {path: intern(head.split()[2]) for head, _, path in rows}
        return self._trees[commit]

    def read(self, line: str, paths: Collection[str]) -> Mapping[str, bytes]:
        """The contents of files of a line."""
        commit = self._commit(line)
        wanted = [path for path in sorted(paths) if "\n" not in path and path in self._tree(commit)]
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
        if len(self._known) > MOST_KEPT:
            self._known.clear()
        asked = [name for name in sorted(names) if name and "\n" not in name]
        alike: dict[tuple[str, ...], list[str]] = {}
        for name in asked:
            known = self._known.setdefault(name, Known())
            if commit not in known.searched:
                alike.setdefault(tuple(known.searched), []).append(name)
        for searched, new in alike.items():
            self._search(commit, searched, new)
        paths: dict[str, list[str]] = {}
        wanted = {blob for name in asked for blob in self._known[name].blobs}
        for path, blob in self._tree(commit).items() if wanted else ():
            if blob in wanted:
                paths.setdefault(blob, []).append(path)
        return {name: spots for name in asked if (spots := self._known[name].spots(paths))}

    def _search(self, commit: str, searched: Sequence[str], names: Sequence[str]) -> None:
        """Search what of a commit no commit had in which these names were searched before. Git searches a commit
        quicker than as many blobs by their ids, so only the first one is searched whole."""
        old = {blob for each in searched for blob in self._tree(each).values()}
        tree = self._tree(commit)
        new = sorted(set(tree.values()) - old)
        if not searched:
            self._note(tree, names, [commit])
        else:
            for at in range(0, len(new), AT_ONCE):
                self._note({}, names, new[at : at + AT_ONCE])
        for name in names:
            self._known[name].searched.append(commit)

    def _note(self, tree: Mapping[str, str], names: Sequence[str], where: Sequence[str]) -> None:
        """Have git search a commit, whose tree is given, or blobs; note what it finds by blob."""
        asked = [part for name in names for part in ("-e", name)]
        told = git(
            self._directory, "grep", "-nIwFz", "--no-color", "--max-count=20", *asked, *where, accept=(0, 1)
        ).decode("utf-8", "replace")
        for row in told.split("\n"):
            place, _, rest = row.partition("\0")
            number, _, text = rest.partition("\0")
            blob = tree.get(place.partition(":")[2], "") if tree else place
            for name in names:
                if name in text and number.isdigit() and blob:
                    self._known[name].blobs.setdefault(blob, {})[int(number)] = None

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
