# SPDX-License-Identifier: Apache-2.0
"""The published tree as files below one directory.

Every file is written beside its place and moved there, so a web server that serves the directory never sends half of
one. `flush` syncs what was written since the last time: files first, then the directories that name them. One
publication writes thirty files, so paths are plain strings here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from tocsin.core.feeds.pieces import Piece, both
from tocsin.services.ports.site import File

_NAME: Final = r"[A-Za-z0-9_][A-Za-z0-9._+-]*"
PATH: Final = re.compile(rf"(?:\.well-known/)?(?:{_NAME}/)*{_NAME}")
"""What names a file of the tree."""

_READABLE: Final = 0o644
_READ: Final = os.O_RDONLY | os.O_CLOEXEC
_MAKE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


class FileTree:
    """`site.Tree` below `root`, which need not be there yet."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._unsynced: dict[str, None] = {}

    def file(self, path: str, packed: bool = False) -> File | None:
        """A file, or its compressed copy where there is one and `packed` allows it."""
        place = self._place(path)
        for each, compressed in [(f"{place}.gz", True)] * packed + [(place, False)] if place else []:
            with suppress(OSError), open(each, "rb") as file:
                return File(body=file.read(), changed=_changed(file.fileno()), packed=compressed)
        return None

    def changed(self, path: str) -> datetime | None:
        """When a file was written last."""
        place = self._place(path)
        try:
            return _changed(place) if place and os.path.isfile(place) else None
        except OSError:
            return None

    def write(self, path: str, body: bytes) -> None:
        """Write a file, unless it holds these bytes already."""
        place = self._known(path)
        if not _holds(place, body):
            self._put(place, body)

    def stream(self, path: str, parts: Iterable[bytes]) -> None:
        """Write a large file without holding it."""
        place = self._known(path)
        fresh = _fresh(place)
        with os.fdopen(_made(fresh), "wb") as file:
            file.writelines(parts)
        self._move(fresh, place)

    def join(self, path: str, pieces: Iterable[Piece]) -> None:
        """Write a large file and a compressed copy, in one pass and without holding either."""
        beside = f"{path}.gz"
        fresh = _fresh(self._known(beside))
        with os.fdopen(_made(fresh), "wb") as packing:
            self.stream(path, _beside(both(pieces), packing))
        self._move(fresh, self._known(beside))

    def flush(self) -> None:
        """Sync what was written."""
        for each in self._unsynced:
            _sync(each)
        for folder in dict.fromkeys(each.rpartition("/")[0] for each in self._unsynced):
            _sync(folder)
        self._unsynced.clear()

    def _place(self, path: str) -> str:
        return f"{self._root}/{path}" if PATH.fullmatch(path) else ""

    def _known(self, path: str) -> str:
        place = self._place(path)
        if not place:
            raise ValueError(f"{path!r} is no place in the tree")
        return place

    def _put(self, place: str, body: bytes) -> None:
        fresh = _fresh(place)
        handle = _made(fresh)
        try:
            _pour(handle, body)
        finally:
            os.close(handle)
        self._move(fresh, place)

    def _move(self, fresh: str, place: str) -> None:
        os.replace(fresh, place)
        self._unsynced[place] = None


def _holds(place: str, body: bytes) -> bool:
    """Whether a file is there and has these bytes; one of another size is not read."""
    try:
        if os.stat(place).st_size != len(body):
            return False
        with open(place, "rb") as file:
            return file.read() == body
    except OSError:
        return False


def _fresh(place: str) -> str:
    """Beside its place, under a name that nobody serves."""
    folder, _, name = place.rpartition("/")
    return f"{folder}/.{name}.{os.getpid()}.new"


def _made(fresh: str) -> int:
    """A new file that everybody may read, in a folder that is made where it is missing."""
    try:
        handle = os.open(fresh, _MAKE, _READABLE)
    except FileNotFoundError:
        os.makedirs(fresh.rpartition("/")[0], exist_ok=True)
        handle = os.open(fresh, _MAKE, _READABLE)
    os.fchmod(handle, _READABLE)
    return handle


def _pour(handle: int, body: bytes) -> None:
    """Write all of it, without a buffer in between."""
    rest = memoryview(body)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _changed(place: str | int) -> datetime:
    return datetime.fromtimestamp(os.stat(place).st_mtime, UTC)


def _beside(parts: Iterable[tuple[bytes, bytes]], packing: BinaryIO) -> Iterator[bytes]:
    for body, packed in parts:
        packing.write(packed)
        yield body


def _sync(place: str) -> None:
    handle = os.open(place, _READ)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
