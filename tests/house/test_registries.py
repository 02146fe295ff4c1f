# SPDX-License-Identifier: Apache-2.0
"""Extension costs three things: one file, one line in a visible registry, one folder of test data.

A file of a kind binds the kind's constant (`CLAUSE = ...`), the package's `__init__` lists it (`CLAUSES = (rejection.
CLAUSE, ...)`), and `tests/data/clauses/rejection/` holds its data. Read from the source, so nothing has to be imported.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house import tree
from tests.support import DATA


@dataclass(frozen=True)
class Kind:
    """One kind of extension: where its files are, what each binds, and where its data lies."""

    package: Path
    constant: str

    @property
    def registry(self) -> str:
        return f"{self.constant}S"

    @property
    def data(self) -> str:
        return self.registry.lower()


KINDS = [
    Kind(tree.SOURCE / "core" / "policy" / "clauses", "CLAUSE"),
    Kind(tree.SOURCE / "core" / "versions", "SCHEME"),
    Kind(tree.SOURCE / "core" / "formats", "FORMAT"),
    Kind(tree.SOURCE / "adapters" / "channels", "CHANNEL"),
    Kind(tree.SOURCE / "adapters" / "notifiers", "NOTIFIER"),
    Kind(tree.SOURCE / "adapters" / "publishers", "PUBLISHER"),
]
FOLDERS = {"schemes": "versions"}
"""Data that is called after its package rather than its kind."""


def bound(module: ast.Module, constant: str) -> ast.expr | None:
    """What a module binds to a constant at its top level."""
    for node in module.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == constant:
                return value
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if name == constant:
                return value
    return None


def files(kind: Kind) -> set[str]:
    """The modules of the package that bind the kind's constant."""
    parsed = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in kind.package.glob("[!_]*.py")}
    return {name for name, module in parsed.items() if bound(module, kind.constant)}


def lines(kind: Kind) -> set[str]:
    """The modules whose constant the registry lists."""
    registry = bound(ast.parse((kind.package / "__init__.py").read_text(encoding="utf-8")), kind.registry)
    return {
        node.value.id
        for node in (ast.walk(registry) if registry else ())
        if isinstance(node, ast.Attribute) and node.attr == kind.constant and isinstance(node.value, ast.Name)
    }


def folders(kind: Kind, data: Path) -> set[str]:
    """The folders of test data that hold something; dashes count as underscores."""
    place = data / FOLDERS.get(kind.data, kind.data)
    return {folder.name.replace("-", "_") for folder in place.glob("*/") if any(folder.iterdir())}


def disagreements(kind: Kind, data: Path = DATA) -> list[str]:
    """Where file, line and folder disagree, one sentence each."""
    here, listed, tried = files(kind), lines(kind), folders(kind, data)
    return [
        *(f"{name} binds {kind.constant} but {kind.registry} does not list it" for name in sorted(here - listed)),
        *(f"{kind.registry} lists {name}, and no such file binds {kind.constant}" for name in sorted(listed - here)),
        *(f"{name} has no data in tests/data" for name in sorted(here - tried)),
        *(f"tests/data has a folder for {name}, which is not there" for name in sorted(tried - here)),
    ]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.data)
def test_file_line_and_folder_agree(kind: Kind) -> None:
    if not (kind.package / "__init__.py").exists():
        pytest.skip(f"no {kind.data} yet")
    assert disagreements(kind) == []


def test_each_disagreement_is_found(tmp_path: Path) -> None:
    package, data = tmp_path / "birds", tmp_path / "data" / "birds"
    package.mkdir()
    (package / "__init__.py").write_text("BIRDS: Final = (owl.BIRD, rook.BIRD, wren.BIRD)\n")
    for name in ("owl", "emu", "wren"):
        (package / f"{name}.py").write_text("BIRD = 1\n")
    (package / "feathers.py").write_text("COUNT = 2\n")
    for name in ("owl", "emu", "dodo"):
        (data / name).mkdir(parents=True)
        (data / name / "story.toml").touch()
    (data / "wren").mkdir()
    assert disagreements(Kind(package, "BIRD"), tmp_path / "data") == [
        "emu binds BIRD but BIRDS does not list it",
        "BIRDS lists rook, and no such file binds BIRD",
        "wren has no data in tests/data",
        "tests/data has a folder for dodo, which is not there",
    ]
