# SPDX-License-Identifier: Apache-2.0
"""One contract, four kinds of sealing: keys and blobs in memory, in files, with a key holder in this process, and with
one behind its socket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.adapters.vault import (
    Ed25519Signatures,
    FileBlobs,
    PublicSealer,
    create_instance_keys,
    load_log_notaries,
    load_notary,
    load_receipts,
    load_sealer,
    load_tokens,
    load_vault,
)
from tocsin.adapters.vault.holder.client import Ask, HeldNotary, HeldVault, SocketAsk
from tocsin.adapters.vault.holder.core import Holder
from tocsin.adapters.vault.holder.ledger import Ledger
from tocsin.adapters.vault.holder.limits import Limits
from tocsin.adapters.vault.holder.server import Server
from tocsin.adapters.vault.holder.signing import KeyDirectory
from tocsin.adapters.vault.keyring import KeyStore
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


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A directory with the keys of an installation."""
    from_files(tmp_path)
    return tmp_path


NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def holder_of(
    base: Path,
    limits: Limits | None = None,
    now: Callable[[], datetime] = lambda: NOON,
    beside: KeyDirectory | None = None,
) -> Holder:
    """A key holder on the keys below `base`."""
    (key_file,) = (base / "keys").glob("*.kek")
    return Holder(KeyStore(key_file), Ledger(base / "ledger"), limits or Limits(), now, beside)


@contextmanager
def listening(holder: Holder, path: Path) -> Iterator[SocketAsk]:
    """A key holder behind its socket, and the way to ask it."""
    server = Server(holder, path)
    thread = threading.Thread(target=server.serve)
    thread.start()
    ask = SocketAsk(path)
    try:
        yield ask
    finally:
        ask.close()
        server.close()
        thread.join()


def held(sealing: Sealing, ask: Ask) -> Sealing:
    """The same sealing, with a key holder behind what opens and signs."""
    sealer = sealing.sealer
    assert isinstance(sealer, PublicSealer)
    return replace(
        sealing,
        vault=HeldVault(sealer, ask),
        log_notary=HeldNotary(ask, "log"),
        witness=HeldNotary(ask, "witness"),
    )


@pytest.fixture(params=["memory", "files", "holder", "socket"])
def sealing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sealing]:
    base = tmp_path / "one"
    if request.param == "memory":
        yield in_memory()
    elif request.param == "files":
        yield from_files(base)
    elif request.param == "holder":
        yield held(from_files(base), holder_of(base).answer)
    else:
        files = from_files(base)
        with listening(holder_of(base), base / "holder.socket") as ask:
            yield held(files, ask)


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
