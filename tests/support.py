# SPDX-License-Identifier: Apache-2.0
"""What tests share: where the big suites lie, and how goldens are compared or re-made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"


def shared(*parts: str) -> Path:
    """Path below the suites that lie beside the repository; skips the test, saying so, where they are absent."""
    base = Path(os.environ.get("TOCSIN_SHARED", ROOT.parent / "shared"))
    path = base.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs shared/{'/'.join(parts)} beside the repository")
    return path


def golden(path: Path, actual: str) -> None:
    """Compare `actual` with the golden file at `path`; `UPDATE_GOLDEN=1` rewrites it, and the diff is the review."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(actual, encoding="utf-8")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    assert actual == expected, f"{path.relative_to(ROOT)} differs; read it, then UPDATE_GOLDEN=1"
