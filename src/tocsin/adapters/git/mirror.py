# SPDX-License-Identifier: Apache-2.0
"""Bare mirrors of projects' repositories, and of public ones that are watched, fetched by the worker and never by a
request.

A fetch is all or nothing: objects wait in git's own quarantine until they are checked, refs move together (`--atomic`),
and what was there before stays when anything fails. Only https, ssh and, for a path on this machine, files are spoken;
the size of what arrives is limited by the system. The index lies beside the mirror.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from tocsin.adapters.git.letting_in import let_in
from tocsin.adapters.git.repository import GitRepository
from tocsin.adapters.git.run import Bounds, git
from tocsin.services.ports.git import Credential, GitFailed, Source

PATIENCE: Final = 1800.0
FIRST_LOOK: Final = 60
"""Days that the first look at a watched repository goes back."""
MOST_NEWS: Final = 5000
"""Commits of one look; of more, the newest."""
_SPECS: Final = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
_URL: Final = re.compile(r"(https|ssh)://[^\s/?#-][^\s]*|[\w.-]+@[\w.-]+:[^\s-][^\s]*", re.ASCII)
_SECRET: Final = re.compile(r"(?!ssh:)[^/@:]*://[^/]*@|[^/@:]*://(?!\[)[^/@]*:(?!\d+(/|$))")
"""A user is no secret with ssh; with https it may be a token. What follows a colon and is no port is a password."""

AGAIN: Final = 10.0
"""Minutes until a repository that failed is asked again, however long lies between two fetches: what it has is here
within a quarter of an hour of its return."""


class GitMirrors:
    """Mirrors below one directory, by project."""

    def __init__(
        self, directory: Path, sources: Mapping[str, Source], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.directory = directory
        self.sources = sources
        self.clock = clock
        self._due: dict[str, float] = {}
        self._trouble: dict[str, str] = {}
        self._open: dict[str, tuple[str, GitRepository]] = {}

    def source(self, project: str) -> Source | None:
        """What the settings say of a project's repository."""
        return self.sources.get(project)

    def trouble(self, project: str) -> str:
        """Why the last fetch failed."""
        return self._trouble.get(project, "")

    def _path(self, project: str) -> Path:
        return self.directory / f"{project}.git"

    def open(self, project: str) -> GitRepository | None:
        """The mirror as it was fetched last; one reading serves until a ref moves."""
        path = self._path(project)
        if project not in self.sources or not (path / "HEAD").exists():
            return None
        state = _refs(path)
        held = self._open.get(project)
        if held is None or held[0] != state:
            held = self._open[project] = (state, GitRepository(path, self.directory / f"{project}.index"))
        return held[1]

    def fetch(self, project: str, credential: Callable[[], Credential | None] = lambda: None) -> bool:
        """Fetch if it is time; whether any ref moved."""
        source, now = self.sources.get(project), self.clock()
        if source is None or now < self._due.get(project, now):
            return False
        self._due[project] = now + source.minutes * 60
        try:
            moved = self._fetch(project, source, credential())
        except GitFailed as error:
            self._trouble[project] = str(error)
            self._due[project] = now + min(source.minutes, AGAIN) * 60
            raise
        self._trouble.pop(project, None)
        return moved

    def _fetch(self, project: str, source: Source, credential: Credential | None) -> bool:
        path = self._path(project)
        bring(path, source, credential)
        moved = _refs(path) != self._seen(project)
        if moved:
            git(path, "commit-graph", "write", "--reachable", "--split", "--no-progress")
        return moved

    def _marker(self, project: str) -> Path:
        return self.directory / f"{project}.seen"

    def _seen(self, project: str) -> str:
        try:
            return self._marker(project).read_text(encoding="utf-8")
        except OSError:
            return ""

    def looked(self, project: str) -> None:
        """Note on disk that every case was asked: a worker that dies between the two asks again."""
        self._marker(project).write_text(_refs(self._path(project)), encoding="utf-8")

    def news(self, project: str) -> Iterator[tuple[str, str]]:
        """New commits of the public repositories that a project watches; each is told until it was looked at."""
        source, now = self.sources.get(project), self.clock()
        for url in source.watch if source else ():
            name = f"{project}~{blake2b(url.encode(), digest_size=6).hexdigest()}"
            if source is None or now < self._due.get(name, now):
                continue
            self._due[name] = now + source.minutes * 60
            try:
                bring(self._path(name), replace(source, url=url), None)
                told = _log(self._path(name), self._seen(name))
            except GitFailed as error:
                self._trouble[project] = str(error)
                continue
            if told:
                yield url, told
            self.looked(name)


def bring(path: Path, source: Source, credential: Credential | None) -> None:
    """Fetch all branches and tags of a source into a bare repository, whole or not at all. Raises GitFailed."""
    protocols = protocol(source.url)
    if not (path / "HEAD").exists():
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        git(path, "init", "-q", "--bare", "--template=", ".")
    options = ("--prune", "--atomic", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--quiet")
    with let_in(source, credential) as environment:
        git(
            path, "-c", "fetch.unpackLimit=1", "fetch", *options, "--end-of-options", source.url, *_SPECS,
            protocols=protocols, environment=environment,
            bounds=Bounds(seconds=PATIENCE, largest_file=source.largest_mb << 20),
        )  # fmt: skip


def _log(path: Path, seen: str) -> str:
    """The commits that are in no ref as it was when somebody looked last; at first, those of the last weeks."""
    before = [line.split()[0] for line in seen.splitlines()]
    options = ("--no-color", "--no-ext-diff", "--no-textconv", "-m", "--first-parent", f"--max-count={MOST_NEWS}")
    chosen = ("--ignore-missing", "--all", "--not", *before) if before else ("--all", f"--since={FIRST_LOOK}.days")
    return git(path, "log", "-p", *options, *chosen).decode("utf-8", "replace")


def protocol(url: str) -> tuple[str, ...]:
    """The protocols that an address needs; raises GitFailed for one that is not spoken here."""
    if url.startswith("/") and "\n" not in url:
        return ("file",)
    found = _URL.fullmatch(url)
    if _SECRET.match(url):  # it would stand in git's arguments, and in what is told of a fetch that failed
        raise GitFailed("the address of a repository holds a credential: take it out, and use “tocsin credential set”")
    if not found:
        raise GitFailed(f"{url!r} is no address of a repository: an absolute path, https:// or ssh://")
    return (found[1] or "ssh",)


def _refs(path: Path) -> str:
    return git(path, "for-each-ref", "--format=%(objectname) %(refname)").decode("utf-8", "replace")
