# SPDX-License-Identifier: Apache-2.0
"""The command line over a house in memory: the real commands, the real rules, no process and no disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tocsin.adapters.publishers.site import FileTree
from tocsin.delivery.cli import cli
from tocsin.services.app import Desk, Front
from tocsin.services.ports.site import Tree
from tocsin.testing.house import House, house


@dataclass
class Installation:
    """What boot gives the commands, over a house."""

    home: House

    def __call__(self) -> Desk:
        return self.home.desk

    def front(self) -> Front:
        return self.home.front

    @staticmethod
    def tree(directory: Path) -> Tree:
        return FileTree(directory)


@dataclass
class Shell:
    """Runs commands as a person in a terminal would."""

    home: House

    def __call__(self, *words: str, person: str = "dana@example.org", given: str | None = None) -> Result:
        environment = {"TOCSIN_AS": person, "NO_COLOR": "1"}
        return CliRunner().invoke(cli, list(words), obj=Installation(self.home), env=environment, input=given)

    def ok(self, *words: str, **more: str) -> str:
        result = self(*words, **more)
        assert result.exit_code == 0, (words, result.output, result.stderr, result.exception)
        return result.stdout

    def together(self, case: str, *words: str, **more: str) -> str:
        """Dana asks for what takes two people, and Li approves it."""
        asked = self(*words, **more)
        assert (asked.exit_code, "takes two people" in asked.stderr) == (7, True), (words, asked.output, asked.stderr)
        digest = self.ok("case", "approve", case, person="li@example.org").split()[0]
        return self.ok("case", "approve", case, "--digest", digest, person="li@example.org")


@pytest.fixture
def shell() -> Shell:
    return Shell(house())
