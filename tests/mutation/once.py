# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.mutation.once MODULE NUMBER TEST...`: runs tests over a module with one mistake in it (-1: none).
Ends with pytest's own code: 0 means that nothing was noticed."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from tests.mutation.mutants import mutant


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

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> Any:
        if name != self._name:
            return None
        found = importlib.machinery.PathFinder.find_spec(name, path)
        assert found
        assert found.origin
        return importlib.util.spec_from_loader(name, _Mistaken(name, found.origin, self._number))


def main(module: str, number: int, tests: Sequence[str]) -> int:
    """Run the tests; the first that fails ends it."""
    if number >= 0:
        sys.meta_path.insert(0, _Finder(module, number))
    quiet = ("-x", "-q", "-n0", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header", "--tb=no")
    return int(pytest.main([*quiet, *tests]))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
