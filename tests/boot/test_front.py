# SPDX-License-Identifier: Apache-2.0
"""The process that faces the internet does not even have in memory what opens, signs, prints or calls out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FORBIDDEN = (
    "tocsin.adapters.git", "tocsin.adapters.openpgp", "tocsin.adapters.publishers.pdf", "tocsin.adapters.vault.holder",
    "tocsin.adapters.web", "tocsin.boot.wiring", "tocsin.delivery.desk", "httpx2", "pysequoia", "requests",
)  # fmt: skip
LOADED = """
import sys
from pathlib import Path
from tocsin.boot import setup
home = Path(sys.argv[1])
if not (home / "tocsin.toml").exists():
    setup.create(home, home / "data", home / "keys", "http://localhost:8080", "http://localhost:8081")
    sys.exit()
import tocsin.boot.wsgi
print(*sys.modules)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new installation."""
    made = tmp_path_factory.mktemp("installation")
    run(made, "manage")
    return made


def run(home: Path, role: str) -> set[str]:
    """Start one process of it, and say which modules it holds."""
    environment = {**os.environ, "TOCSIN_CONFIG": str(home / "tocsin.toml"), "TOCSIN_ROLE": role}
    command = [sys.executable, "-c", LOADED, str(home)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return set(done.stdout.split())


def test_the_front_imports_nothing_that_opens_signs_or_calls_out(home: Path) -> None:
    held = run(home, "front")
    assert "tocsin.delivery.reporter.views.report" in held
    assert sorted(held & set(FORBIDDEN)) == []


@pytest.mark.slow
def test_the_desk_does_so_that_the_list_is_of_things_that_exist(home: Path) -> None:
    """Negative control."""
    assert set(FORBIDDEN) - run(home, "desk") <= {"requests", "tocsin.adapters.vault.holder"}
