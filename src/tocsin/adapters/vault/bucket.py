# SPDX-License-Identifier: Apache-2.0
"""Sealed attachments in a bucket of an S3-compatible store, for an installation on several machines.

A blob is sealed into a file of this machine while it arrives, and sent when it is whole, with a checksum that the store
has to confirm; `finish` returns when it did. What the store is given is what a disk would hold: a random name and
ciphertext. How durable a stored object is, is the store's promise. Source: Amazon S3 API reference, PutObject.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from tocsin.adapters.vault.blobs import ID, UNFINISHED, blob_ad
from tocsin.adapters.vault.durable import PRIVATE_DIRECTORY
from tocsin.adapters.vault.stream import StreamOpener
from tocsin.adapters.vault.writer import BlobFileWriter
from tocsin.core.vocabulary import utc
from tocsin.services.ports.blobs import BlobMissing

_GONE: Final = frozenset({"404", "NoSuchKey", "NotFound"})


class BucketBlobs:
    """A `BlobStore` under `prefix` of a bucket; `scratch` is a directory of this machine for what is on its way in.

    `client` is a client of S3 as boto3 makes them.
    """

    def __init__(self, client: Any, bucket: str, prefix: str, scratch: Path, instance: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._scratch = scratch / UNFINISHED
        self._instance = instance
        self._scratch.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)

    def create(self) -> BlobFileWriter:
        """Begin a blob; see the port."""
        blob_id = secrets.token_hex(16)

        def keep(file: BinaryIO, path: str) -> None:
            file.close()
            self._send(path, blob_id)
            os.unlink(path)

        return BlobFileWriter(f"{self._scratch}/{blob_id}", blob_id, blob_ad(self._instance, blob_id), keep)

    def open(self, blob_id: str, key: bytes) -> StreamOpener:
        """Read a blob as it comes; see the port."""
        with _told(blob_id):
            found = self._client.get_object(Bucket=self._bucket, Key=self._key(blob_id))
        return StreamOpener(cast(BinaryIO, found["Body"]), key, blob_ad(self._instance, blob_id))

    def delete(self, blob_id: str) -> None:
        """Remove a blob; see the port. A bucket that keeps versions keeps the ciphertext, whose key is gone."""
        with _told(blob_id):
            self._client.head_object(Bucket=self._bucket, Key=self._key(blob_id))
            self._client.delete_object(Bucket=self._bucket, Key=self._key(blob_id))

    def older_than(self, instant: datetime) -> Iterator[str]:
        """Ids by the store's times; see the port."""
        limit = utc(instant)
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix):
            for each in page.get("Contents", ()):
                name = each["Key"].rpartition("/")[2]
                if ID.fullmatch(name) and each["LastModified"] < limit:
                    yield name

    def discard_unfinished(self, before: datetime) -> int:
        """Remove what never was whole; see the port."""
        limit = utc(before).timestamp()
        torn = [path for path in self._scratch.iterdir() if path.stat().st_mtime < limit]
        for path in torn:
            path.unlink(missing_ok=True)
        return len(torn)

    def _key(self, blob_id: str) -> str:
        if not ID.fullmatch(blob_id):
            raise BlobMissing("that is no blob id")
        return f"{self._prefix}{blob_id}"

    def _send(self, path: str, blob_id: str) -> None:
        """Send a sealed file; the store checks what arrived against what was sent. Raises OSError."""
        from boto3.exceptions import S3UploadFailedError
        from botocore.exceptions import BotoCoreError, ClientError

        told = {"ChecksumAlgorithm": "SHA256", "ContentType": "application/octet-stream"}
        try:
            self._client.upload_file(path, self._bucket, self._key(blob_id), ExtraArgs=told)
        except (BotoCoreError, ClientError, S3UploadFailedError) as error:
            raise OSError("the store of attachments cannot be used now") from error


@contextmanager
def _told(blob_id: str) -> Iterator[None]:
    """Say what an answer of the store means: no such blob, or not now."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        answer = getattr(error, "response", {}).get("Error", {}).get("Code")
        if answer in _GONE:
            raise BlobMissing(blob_id) from None
        raise OSError("the store of attachments cannot be used now") from error
