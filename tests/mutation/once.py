# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.mutation.once MODULE NUMBERS TEST...`: runs tests over a module as it is (-1) and with one mistake
at a time (numbers with commas), and prints `mistake NUMBER CODE` for each: pytest's own code, where 0 means that
nothing was noticed; 2 and 4 that the tests could not even be loaded.

pytest and everything that does not depend on the module are loaded once. Each mistake is then tried in a fork, which
loads the module, mistaken, and all that is built on it, for itself.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import CodeType
from typing import Any, Final

import grimp
import pytest

from tests.mutation.mutants import mutant

QUIET: Final = ("-x", "-q", "-n0", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header", "--tb=no",
                "-m", "not postgres and not browser and not slow", "tests/mutation")  # fmt: skip
LONGEST: Final = 120
"""Seconds of the processor after which a mistake counts as noticed: it made the tests go on for ever."""
HANGING: Final = 900
"""Seconds after which it does though it computes nothing."""


class _Mistaken(importlib.machinery.SourceFileLoader):
    """Loads a module as somebody could have typed it; never from a cache, and into none."""

    def __init__(self, name: str, path: str, number: int) -> None:
        super().__init__(name, path)
        self._number = number

    def get_code(self, fullname: str) -> CodeType:
        return compile(mutant(Path(self.path).read_text("utf-8"), self._number).tree, self.path, "exec")


class _Finder:
    """Finds one module, mistaken."""

    def __init__(self, name: str, number: int) -> None:
        self._name, self._number = name, number

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        if name != self._name:
            return None
        found = importlib.machinery.PathFinder.find_spec(name, path)
        assert found
        assert found.origin
        return importlib.util.spec_from_loader(name, _Mistaken(name, found.origin, self._number))


def built_on(module: str) -> set[str]:
    """A module and all that loads it, also by loading a package above of what it wants."""
    graph, found, next_ = grimp.build_graph("tocsin", "tests"), set[str](), {module}
    while next_ := next_ - found:
        found |= next_
        next_ = {each for one in next_ for each in graph.find_modules_that_directly_import(one)} | {
            each for one in next_ for each in graph.find_descendants(one)
        }
    return found


class Forks:
    """A plug-in of pytest that stops before tests are looked for, and goes on from there in forks."""

    def __init__(self, module: str, numbers: Sequence[int], tests: Sequence[str]) -> None:
        self.module, self.numbers, self.tests = module, numbers, tests
        self.parent = True
        self.told = os.dup(1)
        self.loaded = Path(tempfile.mkstemp(prefix="loaded")[1])

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int | None:
        for number in (-1, *self.numbers):
            assert self.module not in sys.modules, "a fork would not see the mistake"
            if (child := os.fork()) == 0:
                self.parent = False
                return self._go_on(config, number)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            os.write(self.told, f"mistake {number} {code}\n".encode())
            if number == -1:
                self._preload(self.loaded.read_text("utf-8").split())
        self.loaded.unlink()
        return 0

    def _go_on(self, config: pytest.Config, number: int) -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST + 5))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(HANGING)
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        config.args[:] = self.tests
        if number >= 0:
            sys.meta_path.insert(0, _Finder(self.module, number))

    def pytest_unconfigure(self) -> None:
        if not self.parent:
            self.loaded.write_text("\n".join(sys.modules), "utf-8")

    def _preload(self, names: Iterable[str]) -> None:
        """Load what the tests wanted, but nothing that is built on the module, and no test."""
        above = built_on(self.module)
        for name in names:
            if name not in above and not name.startswith(("tests.", "__")):
                with suppress(Exception):  # what wants more than to be imported is loaded by each fork
                    importlib.import_module(name)


def main(module: str, numbers: Sequence[int], tests: Sequence[str]) -> int:
    """Try them all; the first test that fails ends a try."""
    return int(pytest.main(list(QUIET), plugins=[Forks(module, numbers, tests)]))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], [int(each) for each in sys.argv[2].split(",") if each], sys.argv[3:]))
