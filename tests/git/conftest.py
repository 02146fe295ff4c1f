# SPDX-License-Identifier: Apache-2.0
"""A house whose project has a real repository, and a terminal to work from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.git.maker import Maker, project
from tests.services.acts import PROJECT
from tocsin.adapters.git import GitRepository, open_local
from tocsin.adapters.git.mirror import GitMirrors
from tocsin.adapters.git.sandbox import Bubblewrap, Limits
from tocsin.adapters.git.working import GitWorkingCopy
from tocsin.delivery.cli import cli
from tocsin.services.app import Desk
from tocsin.services.ports.git import Source
from tocsin.testing.house import House, house


@dataclass
class Hands:
    """What boot gives the commands, over a house."""

    home: House | None = None

    def __call__(self) -> Desk:
        assert self.home
        return self.home.desk

    @staticmethod
    def repository(directory: str) -> GitRepository:
        return open_local(directory)

    @staticmethod
    def working_copy(directory: str) -> GitWorkingCopy:
        return GitWorkingCopy(directory)


@dataclass
class Terminal:
    """Runs commands as somebody in a terminal would."""

    home: House | None = None

    def __call__(self, *words: str, person: str = "dana@example.org") -> Result:
        return CliRunner().invoke(cli, list(words), obj=Hands(self.home), env={"TOCSIN_AS": person, "NO_COLOR": "1"})

    def ok(self, *words: str, person: str = "dana@example.org") -> str:
        result = self(*words, person=person)
        assert result.exit_code == 0, (words, result.output, result.stderr, result.exception)
        return result.stdout


@dataclass
class Place:
    """A project with its repository, and the house that mirrors it."""

    made: Maker
    fault: str
    home: House
    mirrors: GitMirrors
    seconds: list[float]
    tell: Terminal

    def later(self) -> None:
        """Let a day pass for the mirrors."""
        self.seconds[0] += 86400


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where indexes of repositories at hand go."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def tell(cache: Path) -> Terminal:
    return Terminal()


@pytest.fixture
def place(tmp_path: Path, cache: Path) -> Place:
    made, fault = project(tmp_path / "project")
    seconds = [0.0]
    clock: Callable[[], float] = lambda: seconds[0]  # noqa: E731 - a clock that tests move
    source = Source(url=str(made.path), lines="*", build="sh -n build.sh", test="")
    mirrors = GitMirrors(tmp_path / "mirrors", {PROJECT: source}, clock)
    home = house()
    home.desk = replace(home.desk, mirrors=mirrors, sandbox=Bubblewrap(Limits(seconds=60, memory_mb=1024)))
    return Place(made, fault, home, mirrors, seconds, Terminal(home))


@pytest.fixture
def sandbox() -> Bubblewrap:
    """The sandbox; skips with its reason where the system forbids it."""
    found = Bubblewrap(Limits(seconds=60, memory_mb=1024))
    if missing := found.missing():
        pytest.skip(missing)
    return found
