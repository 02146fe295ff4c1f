# SPDX-License-Identifier: Apache-2.0
"""The published tree: plain files below one root, as any web server or object store serves them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from tocsin.core.advisory.model import Advisory
from tocsin.core.feeds.pieces import Piece
from tocsin.core.vocabulary import Value


class File(Value):
    """A file of the tree. `packed` says that `body` is compressed with gzip."""

    body: bytes
    changed: datetime
    packed: bool = False


class TreeReader(Protocol):
    """The tree as the public room serves it."""

    def file(self, path: str, packed: bool = False) -> File | None:
        """A file, compressed where it lies there so and `packed` allows it; None for a path that names no file."""

    def changed(self, path: str) -> datetime | None:
        """When a file was written last, without reading it."""


class Tree(TreeReader, Protocol):
    """The tree as the worker writes it. A reader sees the old file or the new one, never half of either."""

    def write(self, path: str, body: bytes) -> None:
        """Write a file; what holds these bytes already stays as it is."""

    def stream(self, path: str, parts: Iterable[bytes]) -> None:
        """Write a large file part by part."""

    def join(self, path: str, pieces: Iterable[Piece]) -> None:
        """Write a large file piece by piece, and beside it a compressed copy."""

    def flush(self) -> None:
        """Return when everything written so far survives a power cut."""


class Signer(Protocol):
    """The OpenPGP key that published documents are signed with. Only desk and worker have one."""

    @property
    def fingerprint(self) -> str:
        """Of the certificate, in capital hexadecimal digits."""

    @property
    def certificate(self) -> str:
        """The public half, in armour."""

    def sign(self, body: bytes) -> str:
        """A detached signature in armour."""


class Typesetter(Protocol):
    """Makes the printable document of an advisory."""

    def __call__(self, advisory: Advisory) -> bytes:
        """A tagged PDF. Raises RuntimeError, in words, when it cannot be made."""


class Nowhere:
    """A tree without files: where nothing is written, nothing is served."""

    def file(self, path: str, packed: bool = False) -> File | None:
        """No file."""
        return None

    def changed(self, path: str) -> datetime | None:
        """Never."""
        return None
