# SPDX-License-Identifier: Apache-2.0
"""`pip install .` gives what the checkout gives: every template, table and schema is in the wheel, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house import tree
from tests.support import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    if not (ROOT / "README.md").exists():
        pytest.skip("README.md is not written yet")
    place = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", place]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(place.glob("*.whl")))


def test_the_wheel_holds_the_package_whole(wheel: zipfile.ZipFile) -> None:
    ours = {path.relative_to(ROOT / "src").as_posix() for path in tree.tracked() if path.is_relative_to(tree.SOURCE)}
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert ours - packed == set()
    assert {Path(name).parts[0] for name in packed} == {"tocsin"}
    assert not [name for name in packed if "__pycache__" in name]


def test_the_wheel_brings_the_command_and_the_licence(wheel: zipfile.ZipFile) -> None:
    information = {Path(name).name: name for name in wheel.namelist() if ".dist-info/" in name}
    assert "tocsin = tocsin.boot.main:main" in wheel.read(information["entry_points.txt"]).decode()
    assert wheel.read(information["LICENSE"]) == (ROOT / "LICENSE").read_bytes()
    assert "License-Expression: Apache-2.0" in wheel.read(information["METADATA"]).decode()
