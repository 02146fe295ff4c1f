# SPDX-License-Identifier: Apache-2.0
"""Attachments: streams of any size, sealed while they arrive and opened while they leave.

Each blob has a random id and a key of its own; the store keeps neither key nor name. The caller seals the `SealedBlob`
into the case (its hash too: a hash of the plain bytes would let anybody test a guess). No plain byte is ever written.
Size limits belong to the caller, who counts what it writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from types import TracebackType
from typing import Any, NoReturn, Protocol, Self

from tocsin.core.vocabulary import Value


class BlobMissing(LookupError):
    """There is no such blob, or that is no blob id at all."""


class SealedBlob(Value):
    """What it takes to read a blob again. Secret: `key` opens it. Encode it only into something sealed.

    `size` counts plain bytes, `sha256` is their digest in hex.
    """

    id: str
    key: bytes
    size: int
    sha256: str

    def __repr__(self) -> str:
        return f"SealedBlob(id={self.id!r}, size={self.size})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("id", self.id), ("size", self.size)]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a SealedBlob holds a key and is not pickled")


class BlobWriter(Protocol):
    """One blob on its way in. As a context manager it aborts unless `finish` was reached."""

    def write(self, chunk: bytes) -> None:
        """Take more plain bytes, any number. Raises OSError when the store is full or failing: abort and say so."""

    def finish(self) -> SealedBlob:
        """Seal the end and return only when the blob will survive a power cut."""

    def abort(self) -> None:
        """Leave nothing behind. Safe to call at any time, also after `finish`, where it does nothing."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


class BlobReader(Iterator[bytes], Protocol):
    """Plain chunks of one blob, in order. Close it when leaving early."""

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""


class BlobStore(Protocol):
    """Where attachments lie."""

    def create(self) -> BlobWriter:
        """Begin a blob."""

    def open(self, blob_id: str, key: bytes) -> BlobReader:
        """Read a blob; raises BlobMissing at once, `vault.Tampered` at once or while reading.

        Every chunk handed out is authentic and in its place. That the blob is whole is known when the iteration ends
        without an error, so nothing may be concluded from a prefix.
        """

    def delete(self, blob_id: str) -> None:
        """Remove a blob for good; raises BlobMissing."""

    def older_than(self, instant: datetime) -> Iterator[str]:
        """Ids of the finished blobs last written before `instant`, for whoever looks what lies there. Whether a case
        speaks of one is not for a clock to say: what is not sent is removed by its mark (`services.unsent`)."""

    def discard_unfinished(self, before: datetime) -> int:
        """Remove what broken uploads left behind before `before`; says how many."""
