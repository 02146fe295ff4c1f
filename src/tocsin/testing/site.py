# SPDX-License-Identifier: Apache-2.0
"""The published tree in memory, and a signer that anybody can see through."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from tocsin.core.feeds.pieces import Piece, both
from tocsin.services.ports.site import File
from tocsin.services.ports.world import Clock


class MemoryTree:
    """`site.Tree` in memory."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self.files: dict[str, File] = {}
        self.written: list[str] = []

    def file(self, path: str, packed: bool = False) -> File | None:
        """A file."""
        compressed = self.files.get(f"{path}.gz") if packed else None
        if compressed:
            return File(body=compressed.body, changed=compressed.changed, packed=True)
        return self.files.get(path)

    def changed(self, path: str) -> datetime | None:
        """When a file was written last."""
        found = self.files.get(path)
        return found.changed if found else None

    def write(self, path: str, body: bytes) -> None:
        """Write a file, unless it holds these bytes."""
        standing = self.files.get(path)
        if standing is None or standing.body != body:
            self.files[path] = File(body=body, changed=self._now())
            self.written.append(path)

    def stream(self, path: str, parts: Iterable[bytes]) -> None:
        """Write a file from its parts."""
        self.write(path, b"".join(parts))

    def join(self, path: str, pieces: Iterable[Piece]) -> None:
        """Write a file and its compressed copy."""
        found = list(both(pieces))
        self.write(path, b"".join(body for body, _ in found))
        self.write(f"{path}.gz", b"".join(packed for _, packed in found))

    def flush(self) -> None:
        """Nothing here survives a power cut."""


class OpenSigner:
    """`site.Signer` whose signatures are digests: for tests of everything but OpenPGP."""

    fingerprint = "A" * 40
    certificate = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n"

    def sign(self, body: bytes) -> str:
        """A digest that looks like a signature."""
        digest = hashlib.sha256(body).hexdigest()
        return f"-----BEGIN PGP SIGNATURE-----\n\n{digest}\n-----END PGP SIGNATURE-----\n"
