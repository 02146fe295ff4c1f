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
from typing import BinaryIO, Final

from tocsin.adapters.vault.durable import OLD_FILE, PRIVATE_DIRECTORY, sync_directory
from tocsin.adapters.vault.stream import StreamOpener
from tocsin.adapters.vault.writer import BlobFileWriter, Keep
from tocsin.core.vocabulary import utc
from tocsin.services.ports.blobs import BlobMissing
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
        self._unfinished = root / UNFINISHED
        self._instance = instance
        _make_tree(root)

    def create(self) -> BlobFileWriter:
        """Begin a blob; see the port."""
        blob_id = secrets.token_hex(16)
        keep, ad = _keep_as(self._path(blob_id)), blob_ad(self._instance, blob_id)
        return BlobFileWriter(f"{self._unfinished}/{blob_id}", blob_id, ad, keep)

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
            os.unlink(path)
        except FileNotFoundError:
            raise BlobMissing(blob_id) from None
        sync_directory(os.path.dirname(path))

    def older_than(self, instant: datetime) -> Iterator[str]:
        """Ids by the files' times; see the port."""
        limit = utc(instant).timestamp()
        for path in self._root.glob("[0-9a-f]/[0-9a-f]/*"):
            if ID.fullmatch(path.name) and _modified(path) < limit:
                yield path.name

    def discard_unfinished(self, before: datetime) -> int:
        """Remove torn uploads; see the port."""
        limit = utc(before).timestamp()
        torn = [path for path in self._unfinished.iterdir() if _modified(path) < limit]
        for path in torn:
            path.unlink(missing_ok=True)
        return len(torn)

    def _path(self, blob_id: str) -> str:
        """The file of `blob_id`. What is not an id, above all what looks like a path, is missing like any other. Text
        and no `Path`: making and taking apart six of those cost a report as much as sealing its attachment."""
        if not ID.fullmatch(blob_id):
            raise BlobMissing("that is no blob id")
        return f"{self._root}/{blob_id[0]}/{blob_id[1]}/{blob_id}"


def _keep_as(final: str) -> Keep:
    """Make a file durable under its name, in the order of the module's text."""

    def keep(file: BinaryIO, path: str) -> None:
        file.flush()
        os.fsync(file.fileno())
        file.close()
        os.rename(path, final)
        try:
            sync_directory(os.path.dirname(final))
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(final)
            raise

    return keep


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
