# SPDX-License-Identifier: Apache-2.0
"""Where attachments and published files lie: below the data directory, or in a bucket of an S3-compatible store.

A bucket is written `s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-1`. Who we are is told to the library
in its own ways (`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, a profile, the machine's own role), never here.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from tocsin.adapters.publishers.bucket import BucketTree
from tocsin.adapters.publishers.site import FileTree
from tocsin.adapters.vault import FileBlobs
from tocsin.adapters.vault.bucket import BucketBlobs
from tocsin.boot.config import Config, ConfigError
from tocsin.services.ports.blobs import BlobStore
from tocsin.services.ports.site import Tree


class Place(NamedTuple):
    """Part of a bucket, and a client to reach it by."""

    client: Any
    bucket: str
    prefix: str


def blobs(config: Config, instance: str) -> BlobStore:
    """The store of sealed attachments."""
    here = config.data_dir / "attachments"
    if not config.storage.attachments:
        return FileBlobs(here, instance)
    place = bucket(config.storage.attachments)
    return BucketBlobs(place.client, place.bucket, place.prefix, here, instance)


def tree(config: Config) -> Tree:
    """The published tree."""
    if not config.storage.site:
        return FileTree(config.data_dir / "site")
    return BucketTree(*bucket(config.storage.site))


def bucket(url: str) -> Place:
    """Reach a bucket. Raises ConfigError for an address that is none, and where the library is missing."""
    parts = urlsplit(url)
    told = dict(parse_qsl(parts.query))
    if parts.scheme != "s3" or not parts.netloc or told.keys() - {"endpoint", "region"}:
        raise ConfigError("a bucket is written s3://bucket/prefix, with endpoint and region at most")
    try:
        import boto3
        from botocore.config import Config as Ways
    except ImportError:
        raise ConfigError("the library for S3 is not installed: pip install 'tocsin[s3]'") from None
    client = boto3.client(
        "s3",
        endpoint_url=told.get("endpoint"),
        region_name=told.get("region"),
        config=Ways(connect_timeout=5, read_timeout=30, retries={"max_attempts": 3, "mode": "standard"}),
    )
    prefix = parts.path.strip("/")
    return Place(client, parts.netloc, f"{prefix}/" if prefix else "")
