# SPDX-License-Identifier: Apache-2.0
"""The tree as its readers get it: which files are tracked, and what they say."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.support import ROOT

SOURCE = ROOT / "src" / "tocsin"
TEXT_SIZE = 2_000_000


@cache
def tracked() -> tuple[Path, ...]:
    """Every tracked file that is in the working tree; skips outside a git checkout."""
    listing = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, check=False)
    if listing.returncode:
        pytest.skip("needs a git checkout")
    paths = (ROOT / name for name in listing.stdout.decode().split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def text(path: Path) -> str:
    """The file's text; empty for what is not text."""
    raw = path.read_bytes()[:TEXT_SIZE]
    return "" if b"\0" in raw else raw.decode("utf-8", errors="replace")


def modules() -> list[Path]:
    """Every module of the product."""
    return sorted(path for path in tracked() if path.suffix == ".py" and path.is_relative_to(SOURCE))


def name(path: Path) -> str:
    """The path as a person would type it."""
    return path.relative_to(ROOT).as_posix()
