# SPDX-License-Identifier: Apache-2.0
"""Attachments and published files in a bucket, against a server that speaks S3: the contracts of the ports, and what a
store that is gone means."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.boot.test_serve import free
from tests.services.test_unsent import sent_stays_and_unsent_goes
from tocsin.adapters.vault.stream import CHUNK
from tocsin.boot import storage
from tocsin.boot.config import Config, ConfigError, Storage
from tocsin.core.feeds.pieces import piece
from tocsin.services.ports.blobs import BlobMissing, BlobStore, SealedBlob
from tocsin.services.ports.site import Tree
from tocsin.services.ports.vault import Tampered

moto = pytest.importorskip("moto.server", reason="needs moto")

PLAIN = b"".join(bytes([n]) * CHUNK for n in range(3)) + b"the end"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server of its own for these tests."""
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=free(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def config(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "for-tests")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    url = f"s3://tocsin-tests/{tmp_path.name}?endpoint={endpoint}&region=us-east-1"
    storage.bucket(url).client.create_bucket(Bucket="tocsin-tests")
    return Config(storage=Storage(data=str(tmp_path), attachments=url, site=url))


@pytest.fixture
def blobs(config: Config) -> BlobStore:
    return storage.blobs(config, "instance")


def put(store: BlobStore, plain: bytes) -> SealedBlob:
    with store.create() as writer:
        for start in range(0, len(plain), 50_000):
            writer.write(plain[start : start + 50_000])
        return writer.finish()


def objects(config: Config) -> dict[str, bytes]:
    client, bucket, prefix = storage.bucket(config.storage.attachments)
    found = client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())
    return {each["Key"]: client.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in found}


@pytest.mark.parametrize("size", [0, 1, CHUNK, len(PLAIN)])
def test_a_blob_comes_back_as_it_went_in(blobs: BlobStore, size: int) -> None:
    blob = put(blobs, PLAIN[:size])
    assert b"".join(blobs.open(blob.id, blob.key)) == PLAIN[:size]


def test_the_store_is_given_ciphertext_and_this_machine_keeps_nothing(
    blobs: BlobStore, config: Config, tmp_path: Path
) -> None:
    blob = put(blobs, b"a secret in a report " * 9000)
    ((key, body),) = objects(config).items()
    assert key.endswith(blob.id)
    assert b"secret" not in body
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_byte_that_changed_in_the_store_is_found(blobs: BlobStore, config: Config) -> None:
    blob = put(blobs, PLAIN)
    ((key, body),) = objects(config).items()
    client, bucket, _ = storage.bucket(config.storage.attachments)
    client.put_object(Bucket=bucket, Key=key, Body=body[:-1] + bytes([body[-1] ^ 1]))
    with pytest.raises(Tampered):
        b"".join(blobs.open(blob.id, blob.key))


def test_what_is_not_there_is_missing(blobs: BlobStore) -> None:
    blob = put(blobs, PLAIN)
    blobs.delete(blob.id)
    for work in (lambda: blobs.open(blob.id, blob.key), lambda: blobs.delete(blob.id)):
        with pytest.raises(BlobMissing):
            work()
    with pytest.raises(BlobMissing):
        blobs.open("../../etc/passwd", blob.key)


def test_an_upload_that_breaks_off_leaves_nothing(blobs: BlobStore, config: Config, tmp_path: Path) -> None:
    with blobs.create() as writer:
        writer.write(PLAIN)
    assert objects(config) == {}
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_old_ones_are_found_by_the_stores_time(blobs: BlobStore) -> None:
    blob = put(blobs, PLAIN)
    now = datetime.now(UTC)
    assert list(blobs.older_than(now + timedelta(hours=1))) == [blob.id]
    assert list(blobs.older_than(now - timedelta(hours=1))) == []


def test_what_was_sent_stays_and_what_was_not_goes(blobs: BlobStore) -> None:
    sent_stays_and_unsent_goes(blobs)


def test_a_store_that_is_gone_acknowledges_nothing(config: Config, tmp_path: Path) -> None:
    away = f"s3://tocsin-tests/x?endpoint=http://127.0.0.1:{free()}&region=us-east-1"
    gone = storage.blobs(Config(storage=Storage(data=str(tmp_path), attachments=away)), "instance")
    writer = gone.create()
    writer.write(PLAIN)
    with pytest.raises(OSError, match="cannot be used now"):
        writer.finish()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.fixture
def tree(config: Config) -> Tree:
    return storage.tree(config)


def test_published_files_come_back_and_are_not_sent_twice(tree: Tree, config: Config) -> None:
    assert tree.file("osv/A-1.json") is None
    assert tree.changed("osv/A-1.json") is None
    tree.write("osv/A-1.json", b"{}")
    first = tree.changed("osv/A-1.json")
    sent: list[Any] = []
    tree._put = lambda *given: sent.append(given)  # type: ignore[attr-defined]
    tree.write("osv/A-1.json", b"{}")
    assert (sent, tree.changed("osv/A-1.json")) == ([], first)
    del tree._put  # type: ignore[attr-defined]
    tree.write("osv/A-1.json", b"{1}")
    found = tree.file("osv/A-1.json")
    assert found
    assert (found.body, found.packed) == (b"{1}", False)


def test_large_files_have_a_compressed_copy(tree: Tree) -> None:
    tree.join("csaf/index.txt", (piece(b"line\n" * 1000) for _ in range(9)))
    plain, packed = tree.file("csaf/index.txt"), tree.file("csaf/index.txt", packed=True)
    assert plain
    assert packed
    assert len(plain.body) == 45_000
    assert packed.packed
    assert len(packed.body) < 4500
    assert gzip.decompress(packed.body) == plain.body
    tree.stream("osv/all.zip", (b"line\n" * 1000 for _ in range(9)))
    whole = tree.file("osv/all.zip", packed=True)
    assert whole
    assert (len(whole.body), whole.packed) == (45_000, False)


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", ".hidden", "a//b", ""])
def test_what_names_no_file_of_the_tree_is_none(tree: Tree, path: str) -> None:
    assert tree.file(path) is None
    with pytest.raises(ValueError, match="no place"):
        tree.write(path, b"")


@pytest.mark.parametrize("url", ["https://bucket", "s3://", "s3://bucket?acl=public"])
def test_an_address_that_is_no_bucket_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="s3://bucket/prefix"):
        storage.bucket(url)
