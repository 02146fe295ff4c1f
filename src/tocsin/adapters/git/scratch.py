# SPDX-License-Identifier: Apache-2.0
"""Directories for an hour: what git borrows objects into, and checkouts for the sandbox. Both may hold source under
embargo, so they go also where a process was killed: each is locked by who made it, and the next to make one, or the
next worker that starts, removes those that nobody holds.

A process that is killed is not asked; the system lets go of its locks. Source: flock(2).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

PREFIX: Final = "tocsin-scratch-"
YOUNG: Final = 60.0
"""Seconds in which a directory is certainly locked by whoever made it."""


class Scratch:
    """A directory of one's own, until `remove` or the end of this process."""

    def __init__(self) -> None:
        clear()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = _held(self.path)

    def remove(self) -> None:
        """Remove it and let go of it; a second time changes nothing."""
        shutil.rmtree(self.path, ignore_errors=True)
        held, self._lock = self._lock, -1
        if held >= 0:
            os.close(held)


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory for as long as the block lasts."""
    made = Scratch()
    try:
        yield made.path
    finally:
        made.remove()


def clear() -> int:
    """Remove the directories of processes that were killed; says how many."""
    gone = 0
    for each in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # held by somebody, or gone meanwhile
            if _may_be_left(each):
                held = _held(each)
                try:
                    shutil.rmtree(each)
                finally:
                    os.close(held)
                gone += 1
    return gone


def _may_be_left(path: Path) -> bool:
    """Whether this is a directory of ours, old enough for whoever made it to hold it."""
    told = path.lstat()
    return stat.S_ISDIR(told.st_mode) and told.st_uid == os.geteuid() and time.time() - told.st_mtime > YOUNG


def _held(path: Path) -> int:
    """Lock a directory until the returned handle is closed. Raises OSError where somebody else holds it."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle
