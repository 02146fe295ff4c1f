# SPDX-License-Identifier: Apache-2.0
"""One contract, two kinds of sealing: keys and blobs in memory, and keys and blobs in files."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from pathlib import Path

import pytest

from tocsin.adapters.vault import (
    Ed25519Signatures,
    FileBlobs,
    create_instance_keys,
    load_log_notaries,
    load_notary,
    load_receipts,
    load_sealer,
    load_tokens,
    load_vault,
)
from tocsin.services.ports.blobs import BlobStore
from tocsin.testing.vault import MemoryBlobs, Sealing, in_memory


def from_files(base: Path) -> Sealing:
    """A new instance with its keys and blobs below `base`."""
    data = base / "data"
    key_file = create_instance_keys(data, base / "keys")
    sealer = load_sealer(data)
    log_notary, witness = load_log_notaries(data, key_file)
    return Sealing(
        sealer=sealer,
        vault=load_vault(data, key_file),
        receipts=load_receipts(data),
        tokens=load_tokens(data),
        notary=load_notary(data),
        log_notary=log_notary,
        witness=witness,
        signatures=Ed25519Signatures(),
        blobs=FileBlobs(data / "blobs", sealer.instance),
    )


@pytest.fixture(params=["memory", "files"])
def sealing(request: pytest.FixtureRequest, tmp_path: Path) -> Sealing:
    return in_memory() if request.param == "memory" else from_files(tmp_path / "one")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Sealing:
    """Another instance."""
    return from_files(tmp_path / "other")


class OnDisk(MutableMapping[str, bytes]):
    """What a store has at rest, to read and to tamper with, by blob id."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, blob_id: str) -> Path:
        return self.root / blob_id[0] / blob_id[1] / blob_id

    def __getitem__(self, blob_id: str) -> bytes:
        return self._path(blob_id).read_bytes()

    def __setitem__(self, blob_id: str, sealed: bytes) -> None:
        self._path(blob_id).write_bytes(sealed)

    def __delitem__(self, blob_id: str) -> None:
        self._path(blob_id).unlink()

    def __iter__(self) -> Iterator[str]:
        return (path.name for path in self.root.glob("?/?/*"))

    def __len__(self) -> int:
        return len(list(iter(self)))


def at_rest(store: BlobStore) -> MutableMapping[str, bytes]:
    if isinstance(store, MemoryBlobs):
        return store.sealed
    assert isinstance(store, FileBlobs)
    return OnDisk(store._root)
