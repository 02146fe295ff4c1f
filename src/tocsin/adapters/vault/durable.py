# SPDX-License-Identifier: Apache-2.0
"""Files that survive a power cut: a name is durable only after the directory that holds it is synced (fsync(2))."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

PRIVATE_FILE: Final = 0o600
PRIVATE_DIRECTORY: Final = 0o700
NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
OLD_FILE: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW


def sync_directory(path: Path | str) -> None:
    """Make the names in `path` durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def create_file(path: Path, data: bytes, mode: int = PRIVATE_FILE) -> None:
    """Write a new file, with `mode` from its first moment, and return when it is durable; FileExistsError if there."""
    with os.fdopen(os.open(path, NEW_FILE, mode), "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_directory(path.parent)


def replace_file(path: Path, data: bytes, mode: int = PRIVATE_FILE) -> None:
    """Write a file anew, so that at every instant its name holds all of the old or all of the new, durably."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    create_file(fresh, data, mode)
    fresh.replace(path)
    sync_directory(path.parent)
