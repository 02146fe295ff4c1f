# SPDX-License-Identifier: Apache-2.0
"""The published tree as files below one directory.

Every file is written beside its place and moved there, so a web server that serves the directory never sends half of
one. `flush` syncs what was written since the last time: files first, then the directories that name them.
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


class FileTree:
    """`site.Tree` below `root`, which need not be there yet."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._unsynced: dict[Path, None] = {}

    def file(self, path: str, packed: bool = False) -> File | None:
        """A file, or its compressed copy where there is one and `packed` allows it."""
        place = self._place(path)
        tries = [(place.with_name(f"{place.name}.gz"), True)] if packed and place else []
        for each, compressed in [*tries, (place, False)] if place else []:
            with suppress(OSError):
                body = each.read_bytes()
                return File(body=body, changed=_changed(each), packed=compressed)
        return None

    def changed(self, path: str) -> datetime | None:
        """When a file was written last."""
        place = self._place(path)
        try:
            return _changed(place) if place and place.is_file() else None
        except OSError:
            return None

    def write(self, path: str, body: bytes) -> None:
        """Write a file, unless it holds these bytes already."""
        place = self._known(path)
        with suppress(OSError):
            if place.read_bytes() == body:
                return
        self._put(place, [body])

    def stream(self, path: str, parts: Iterable[bytes]) -> None:
        """Write a large file without holding it."""
        self._put(self._known(path), parts)

    def join(self, path: str, pieces: Iterable[Piece]) -> None:
        """Write a large file and a compressed copy, in one pass and without holding either."""
        place = self._known(path)
        beside = place.with_name(f"{place.name}.gz")
        fresh = _fresh(beside)
        with _opened(fresh) as packing:
            self._put(place, _beside(both(pieces), packing))
        fresh.replace(beside)
        self._unsynced[beside] = None

    def flush(self) -> None:
        """Sync what was written."""
        for each in self._unsynced:
            _sync(each)
        for folder in dict.fromkeys(each.parent for each in self._unsynced):
            _sync(folder)
        self._unsynced.clear()

    def _place(self, path: str) -> Path | None:
        return self._root / path if PATH.fullmatch(path) else None

    def _known(self, path: str) -> Path:
        place = self._place(path)
        if place is None:
            raise ValueError(f"{path!r} is no place in the tree")
        return place

    def _put(self, place: Path, parts: Iterable[bytes]) -> None:
        fresh = _fresh(place)
        with _opened(fresh) as file:
            file.writelines(parts)
        fresh.replace(place)
        self._unsynced[place] = None


def _fresh(place: Path) -> Path:
    """Beside its place, under a name that nobody serves."""
    return place.with_name(f".{place.name}.{os.getpid()}.new")


def _opened(fresh: Path) -> BinaryIO:
    """A new file that everybody may read, in a folder that is made where it is missing."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    try:
        handle = os.open(fresh, flags, _READABLE)
    except FileNotFoundError:
        fresh.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(fresh, flags, _READABLE)
    os.fchmod(handle, _READABLE)
    return os.fdopen(handle, "wb")


def _changed(place: Path) -> datetime:
    return datetime.fromtimestamp(place.stat().st_mtime, UTC)


def _beside(parts: Iterable[tuple[bytes, bytes]], packing: BinaryIO) -> Iterator[bytes]:
    for body, packed in parts:
        packing.write(packed)
        yield body


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
