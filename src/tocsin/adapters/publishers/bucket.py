# SPDX-License-Identifier: Apache-2.0
"""The published tree in a bucket of an S3-compatible store, as a content delivery network serves it: one tree for any
number of machines. An object appears whole or not at all; what holds these bytes already is not sent again.
"""

from __future__ import annotations

import hashlib
import mimetypes
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Final

from tocsin.adapters.publishers.site import PATH
from tocsin.core.feeds.pieces import Piece, both
from tocsin.services.ports.site import File

_GONE: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_DIGEST: Final = "sha256"
_IN_MEMORY: Final = 4 << 20


class BucketTree:
    """`site.Tree` under `prefix` of a bucket; `client` is a client of S3 as boto3 makes them."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def file(self, path: str, packed: bool = False) -> File | None:
        """A file, or its compressed copy where there is one and `packed` allows it."""
        for name, compressed in [(f"{path}.gz", True), (path, False)] if packed else [(path, False)]:
            found = self._ask(self._client.get_object, name)
            if found is not None:
                return File(body=found["Body"].read(), changed=found["LastModified"], packed=compressed)
        return None

    def changed(self, path: str) -> datetime | None:
        """When a file was written last."""
        found = self._ask(self._client.head_object, path)
        changed: datetime | None = found["LastModified"] if found else None
        return changed

    def write(self, path: str, body: bytes) -> None:
        """Write a file, unless it holds these bytes already."""
        digest = hashlib.sha256(body).hexdigest()
        standing = self._ask(self._client.head_object, path)
        if standing is None or standing.get("Metadata", {}).get(_DIGEST) != digest:
            self._put(path, body, {_DIGEST: digest})

    def stream(self, path: str, parts: Iterable[bytes]) -> None:
        """Write a large file; what does not fit into memory goes by the disk."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as plain:
            plain.writelines(parts)
            plain.seek(0)
            self._put(path, plain, {})

    def join(self, path: str, pieces: Iterable[Piece]) -> None:
        """Write a large file and a compressed copy, in one pass; what does not fit into memory goes by the disk."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as plain, tempfile.SpooledTemporaryFile(_IN_MEMORY) as small:
            for body, packed in both(pieces):
                plain.write(body)
                small.write(packed)
            for name, file in ((path, plain), (f"{path}.gz", small)):
                file.seek(0)
                self._put(name, file, {})

    def flush(self) -> None:
        """Nothing: each file was confirmed when it was written."""

    def _put(self, path: str, body: Any, told: dict[str, str]) -> None:
        if not PATH.fullmatch(path):
            raise ValueError(f"{path!r} is no place in the tree")
        kind = mimetypes.guess_type(path.removesuffix(".gz"))[0] or "application/octet-stream"
        with _told():
            self._client.put_object(
                Bucket=self._bucket, Key=f"{self._prefix}{path}", Body=body, ContentType=kind, Metadata=told,
                ChecksumAlgorithm="SHA256",
            )  # fmt: skip

    def _ask(self, question: Any, path: str) -> dict[str, Any] | None:
        if not PATH.fullmatch(path):
            return None
        found: dict[str, Any] | None = None
        with suppress(FileNotFoundError), _told():
            found = question(Bucket=self._bucket, Key=f"{self._prefix}{path}")
        return found


@contextmanager
def _told() -> Iterator[None]:
    """Say as the operating system would what the store answers: nothing there, or not now."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        answer = getattr(error, "response", {}).get("Error", {}).get("Code")
        if answer in _GONE:
            raise FileNotFoundError("no such object") from None
        raise OSError("the store of published files cannot be used now") from error
