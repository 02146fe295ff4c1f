# SPDX-License-Identifier: Apache-2.0
"""Sealed attachments as files: `root/a/b/ab...`, a random 128-bit name each, two levels of sixteen directories.

A blob is written under `root/unfinished`, synced, moved to its name, and the directory synced, in this order; so a blob
whose `finish` returned survives a power cut, and a torn one is never found under a name. All 256 directories are made
at the start: none is left to appear, not yet durable, between two writers.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tocsin.adapters.vault.durable import NEW_FILE, OLD_FILE, PRIVATE_DIRECTORY, PRIVATE_FILE, sync_directory
from tocsin.adapters.vault.secret import Secret
from tocsin.adapters.vault.stream import StreamOpener, StreamSealer
from tocsin.core.vocabulary import utc
from tocsin.services.ports.blobs import BlobMissing, SealedBlob
from tocsin.services.ports.vault import bind

ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
DIGITS: Final = "0123456789abcdef"
UNFINISHED: Final = "unfinished"


def blob_ad(instance: str, blob_id: str) -> bytes:
    """What every chunk of a blob is bound to. Its case is bound where its key is sealed."""
    return bind(instance, "blob", "chunk", blob_id, "")


class FileBlobs:
    """A `BlobStore` in the directory `root`, which it makes (mode 0700) with all that is below."""

    def __init__(self, root: Path, instance: str) -> None:
        self._root = root
        self._instance = instance
        _make_tree(root)

    def create(self) -> FileBlobWriter:
        """Begin a blob; see the port."""
        blob_id = secrets.token_hex(16)
        return FileBlobWriter(self._root / UNFINISHED / blob_id, self._path(blob_id), blob_ad(self._instance, blob_id))

    def open(self, blob_id: str, key: bytes) -> StreamOpener:
        """Read a blob; see the port."""
        path = self._path(blob_id)
        try:
            source = os.fdopen(os.open(path, OLD_FILE), "rb")
        except FileNotFoundError:
            raise BlobMissing(blob_id) from None
        return StreamOpener(source, key, blob_ad(self._instance, blob_id))

    def delete(self, blob_id: str) -> None:
        """Remove a blob, durably; see the port."""
        path = self._path(blob_id)
        try:
            path.unlink()
        except FileNotFoundError:
            raise BlobMissing(blob_id) from None
        sync_directory(path.parent)

    def older_than(self, instant: datetime) -> Iterator[str]:
        """Ids by the files' times; see the port."""
        limit = utc(instant).timestamp()
        for path in self._root.glob("[0-9a-f]/[0-9a-f]/*"):
            if ID.fullmatch(path.name) and _modified(path) < limit:
                yield path.name

    def discard_unfinished(self, before: datetime) -> int:
        """Remove torn uploads; see the port."""
        limit = utc(before).timestamp()
        torn = [path for path in (self._root / UNFINISHED).iterdir() if _modified(path) < limit]
        for path in torn:
            path.unlink(missing_ok=True)
        return len(torn)

    def _path(self, blob_id: str) -> Path:
        """The file of `blob_id`. What is not an id, above all what looks like a path, is missing like any other."""
        if not ID.fullmatch(blob_id):
            raise BlobMissing("that is no blob id")
        return self._root / blob_id[0] / blob_id[1] / blob_id


class FileBlobWriter(Secret):
    """A `BlobWriter` of the port on one file."""

    __slots__ = ("_file", "_final", "_path", "_stream")

    def __init__(self, unfinished: Path, final: Path, ad: bytes) -> None:
        self._path: Path | None = unfinished
        self._final = final
        self._file = os.fdopen(os.open(unfinished, NEW_FILE, PRIVATE_FILE), "wb")
        try:
            self._stream = StreamSealer(self._file.write, ad)
        except BaseException:
            self.abort()
            raise

    def write(self, chunk: bytes) -> None:
        """Seal and write; a failure aborts, because a gap cannot be mended; see the port."""
        self._check_open()
        try:
            self._stream.write(chunk)
        except BaseException:
            self.abort()
            raise

    def finish(self) -> SealedBlob:
        """Make it durable, in the order of the module's text; see the port."""
        unfinished = self._check_open()
        try:
            blob = self._stream.finish(self._final.name)
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._path = unfinished.rename(self._final)
            sync_directory(self._final.parent)
        except BaseException:
            self.abort()
            raise
        self._path = None
        return blob

    def abort(self) -> None:
        """Close and remove; see the port."""
        if self._path is None:
            return
        path, self._path = self._path, None
        with suppress(OSError):  # closing flushes, and a full disk refuses that once more
            self._file.close()
        path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.abort()

    def _check_open(self) -> Path:
        if self._path is None:
            raise ValueError("this blob was finished or aborted")
        return self._path


def _make_tree(root: Path) -> None:
    """Make all directories and their names durable, also those that an earlier start made but could not sync."""
    root.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    (root / UNFINISHED).mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
    for first in DIGITS:
        (root / first).mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
        for second in DIGITS:
            (root / first / second).mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
        sync_directory(root / first)
    sync_directory(root)
    sync_directory(root.parent)


def _modified(path: Path) -> float:
    """Seconds since the epoch; the end of time for a file that went away while we looked."""
    try:
        return path.stat(follow_symlinks=False).st_mtime
    except FileNotFoundError:
        return float("inf")
