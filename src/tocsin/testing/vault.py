# SPDX-License-Identifier: Apache-2.0
"""Sealing without files: real cryptography, keys made from the instance's name, blobs in memory.

The keys are as public as this file. They make phrases and list keys the same at every run, and are worth nothing
outside of tests. `tests/vault` runs one contract on this and on the keys and files of `adapters.vault`.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from tocsin.adapters.vault.blobs import blob_ad
from tocsin.adapters.vault.notary import LOG, WITNESS, Ed25519Signatures, SigningNotary
from tocsin.adapters.vault.phrase import ReturnPhrases
from tocsin.adapters.vault.sealers import LocalVault, PublicSealer
from tocsin.adapters.vault.secret import digest
from tocsin.adapters.vault.stream import StreamOpener, StreamSealer
from tocsin.adapters.vault.tokens import TokenBox
from tocsin.services.ports.blobs import BlobMissing, BlobStore, SealedBlob
from tocsin.services.ports.notary import Notary, Signatures
from tocsin.services.ports.receipts import Receipts
from tocsin.services.ports.tokens import Tokens
from tocsin.services.ports.vault import Sealer, Vault

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Sealing:
    """All sealing ports of one instance."""

    sealer: Sealer
    vault: Vault
    receipts: Receipts
    notary: Notary
    log_notary: Notary
    witness: Notary
    signatures: Signatures
    tokens: Tokens
    blobs: BlobStore


def in_memory(instance: str = "test-instance", clock: Clock = lambda: datetime.now(UTC)) -> Sealing:
    """Sealing of an instance named `instance`; two of one name share their keys, but not their blobs."""
    seed, phrase, locator, token = (
        digest(use, instance.encode()) for use in (b"seed", b"phrase", b"locator", b"token")
    )
    vault = LocalVault(instance, seed)
    return Sealing(
        sealer=PublicSealer(instance, vault.public),
        vault=vault,
        receipts=ReturnPhrases(phrase, locator),
        notary=SigningNotary(phrase),
        log_notary=SigningNotary(phrase, LOG),
        witness=SigningNotary(phrase, WITNESS),
        signatures=Ed25519Signatures(),
        tokens=TokenBox(token),
        blobs=MemoryBlobs(instance, clock),
    )


class MemoryBlobs:
    """A `BlobStore` in a dictionary. `sealed` is what a disk would hold; `clock` dates the blobs for `older_than`."""

    def __init__(self, instance: str, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.sealed: dict[str, bytes] = {}
        self.written: dict[str, datetime] = {}
        self._instance = instance
        self._clock = clock

    def create(self) -> MemoryBlobWriter:
        """Begin a blob; see the port."""
        blob_id = secrets.token_hex(16)
        return MemoryBlobWriter(blob_id, blob_ad(self._instance, blob_id), self._keep)

    def open(self, blob_id: str, key: bytes) -> StreamOpener:
        """Read a blob; see the port."""
        if blob_id not in self.sealed:
            raise BlobMissing(blob_id)
        return StreamOpener(io.BytesIO(self.sealed[blob_id]), key, blob_ad(self._instance, blob_id))

    def delete(self, blob_id: str) -> None:
        """Remove a blob; see the port."""
        if self.sealed.pop(blob_id, None) is None:
            raise BlobMissing(blob_id)
        del self.written[blob_id]

    def older_than(self, instant: datetime) -> Iterator[str]:
        """Ids by the clock; see the port."""
        return iter([blob_id for blob_id, at in self.written.items() if at < instant])

    def discard_unfinished(self, before: datetime) -> int:
        """Nothing: an unfinished blob in memory is its writer's, and goes with it."""
        return 0

    def _keep(self, blob_id: str, sealed: bytes) -> None:
        self.sealed[blob_id] = sealed
        self.written[blob_id] = self._clock()


class MemoryBlobWriter:
    """A `BlobWriter` into a buffer."""

    def __init__(self, blob_id: str, ad: bytes, keep: Callable[[str, bytes], None]) -> None:
        self._id = blob_id
        self._keep = keep
        self._buffer = io.BytesIO()
        self._stream = StreamSealer(self._buffer.write, ad)
        self._open = True

    def write(self, chunk: bytes) -> None:
        """Seal into the buffer; see the port."""
        self._check_open()
        self._stream.write(chunk)

    def finish(self) -> SealedBlob:
        """Put the blob into the store; see the port."""
        self._check_open()
        blob = self._stream.finish(self._id)
        self._keep(self._id, self._buffer.getvalue())
        self._open = False
        return blob

    def abort(self) -> None:
        """Forget the buffer; see the port."""
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.abort()

    def _check_open(self) -> None:
        if not self._open:
            raise ValueError("this blob was finished or aborted")
