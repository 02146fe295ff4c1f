# SPDX-License-Identifier: Apache-2.0
"""What tests share: where the big suites lie, how goldens are compared or re-made, and kept archives."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path
from typing import Any

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


def unpack(archive: Path, into: Path) -> None:
    """Unpack an archive that we keep ourselves; Python 3.11.0 to 3.11.3, as Debian 12 has it, know no filters."""
    safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(archive) as packed:
        packed.extractall(into, **safely)  # noqa: S202 - our own
