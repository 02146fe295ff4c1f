# SPDX-License-Identifier: Apache-2.0
"""The import contracts bite: each is broken once, in a copy of the tree, and says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import tree
from tests.support import ROOT

pytestmark = pytest.mark.slow

LINT = "import importlinter.cli as cli; cli.lint_imports_command()"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(tree.SOURCE, tmp_path / "tocsin", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def lint(copy: Path, contract: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINT, "--config", ROOT / "pyproject.toml", "--no-cache", "--contract", contract]
    return subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(copy)}, cwd=copy, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("house", "core/trespass", "import tocsin.services.cases"),
        ("house", "adapters/db/trespass", "import tocsin.delivery.desk"),
        ("house", "newcomer", ""),
        ("core", "core/vocabulary", "import tocsin.core.case.model"),
        ("core", "core/newcomer", ""),
        ("pure", "core/case/trespass", "import sqlite3"),
        ("services", "services/trespass", "import django"),
        ("faces", "delivery/desk/trespass", "import tocsin.delivery.reporter.request"),
        ("faces", "delivery/newcomer", ""),
        ("adapters", "adapters/db/trespass", "import tocsin.adapters.vault.box"),
        ("public", "delivery/public/trespass", "import tocsin.services.cases"),
        ("reporter", "delivery/reporter/trespass", "import tocsin.services.queries"),
        ("client", "client/trespass", "import django"),
        ("doubles", "boot/wiring", "import tocsin.testing.cna"),
    ],
)
def test_a_breach_is_named(copy: Path, contract: str, module: str, line: str) -> None:
    path = copy / "tocsin" / f"{module}.py"
    path.parent.mkdir(exist_ok=True)
    (path.parent / "__init__.py").touch()
    with path.open("a") as file:
        file.write(f"\n{line}\n")
    done = lint(copy, contract)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout, done.stdout + done.stderr
    assert (line.split() or [f"tocsin.{module.replace('/', '.')}"])[-1] in done.stdout
