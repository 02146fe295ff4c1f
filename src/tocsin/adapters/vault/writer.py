# SPDX-License-Identifier: Apache-2.0
"""How a blob is written wherever it ends up: sealed into a file of this machine while it arrives, then kept for good by
the store whose it is, and never left behind half."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO, Self

from tocsin.adapters.vault.durable import NEW_FILE, PRIVATE_FILE
from tocsin.adapters.vault.secret import Secret
from tocsin.adapters.vault.stream import StreamSealer
from tocsin.services.ports.blobs import SealedBlob

Keep = Callable[[BinaryIO, str], None]
"""Takes over the whole file, open and at its path: returns when it is kept durably and nothing is left at the path, and
raises when it is not."""


class BlobFileWriter(Secret):
    """A `BlobWriter` of the port on one file."""

    __slots__ = ("_file", "_id", "_keep", "_path", "_stream")

    def __init__(self, unfinished: str, blob_id: str, ad: bytes, keep: Keep) -> None:
        self._path: str | None = unfinished
        self._id = blob_id
        self._keep = keep
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
        """Have it kept; see the port."""
        path = self._check_open()
        try:
            blob = self._stream.finish(self._id)
            self._keep(self._file, path)
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
        with suppress(FileNotFoundError):
            os.unlink(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.abort()

    def _check_open(self) -> str:
        if self._path is None:
            raise ValueError("this blob was finished or aborted")
        return self._path
