# SPDX-License-Identifier: Apache-2.0
"""Reads feeds of advisories from files: an OSV document, a list of them, a directory, or the `all.zip` of an OSV
database. Bounded, because feeds are downloaded: what is no OSV document is counted and told, never fatal."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

import click
import msgspec

from tocsin.core.affected import osv
from tocsin.core.affected.index import Index
from tocsin.services.affected import unhurried

LARGEST: Final = 20_000_000
"""Bytes of one document; a list may be fifty times as large."""

MOST: Final = 2_000_000
"""Documents in one feed."""

PACKED: Final = 100
ALWAYS: Final = 1 << 30
"""An archive may unpack to so many times its own size, and to so many bytes in any case: databases stay below ten
times, a bomb goes beyond a thousand, whatever sizes it states."""

_UNREADABLE: Final = (
    OSError, BadZipFile, zlib.error, EOFError, msgspec.MsgspecError, NotImplementedError, RuntimeError, ValueError
)  # fmt: skip


class Unusable(Exception):
    """A feed that cannot be read at all; says why."""


def load(paths: tuple[Path, ...]) -> tuple[Index, int]:
    """The index of all feeds together, and how many documents in them are none. Raises Unusable."""
    index, wrong = Index(), 0
    with unhurried():
        for path in paths:
            for count, body in enumerate(_documents(path)):
                if count >= MOST:
                    raise Unusable(f"{path}: more than {MOST:,} documents")
                try:
                    index.put(osv.read(body))
                except (ValueError, RecursionError):
                    wrong += 1
    if not len(index):
        raise Unusable(f"{', '.join(map(str, paths))}: no OSV document in there")
    return index, wrong


def _documents(path: Path) -> Iterator[bytes]:
    try:
        if path.is_dir():
            for each in sorted(path.rglob("*.json")):
                yield _bounded(each)
        elif path.suffix == ".zip":
            yield from _zipped(path)
        else:
            yield from _listed(path)
    except _UNREADABLE as error:
        raise Unusable(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def _bounded(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST)


def _zipped(path: Path) -> Iterator[bytes]:
    room = max(ALWAYS, PACKED * path.stat().st_size)
    with ZipFile(path) as archive:
        for info in archive.infolist():
            if info.filename.endswith(".json"):
                with archive.open(info) as file:
                    body = file.read(LARGEST)
                room -= len(body)
                if room < 0:
                    raise BadZipFile(f"unpacks to more than {PACKED} times its size; not read further")
                yield body


def _listed(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        body = file.read(50 * LARGEST)
    if not body.lstrip().startswith(b"["):
        yield body
        return
    yield from map(bytes, msgspec.json.decode(body, type=list[msgspec.Raw]))


def option(function: click.decorators.FC) -> click.decorators.FC:
    """The option `--feed`, for commands that answer from feeds."""
    return click.option(
        "--feed", "feeds", type=click.Path(exists=True, path_type=Path), multiple=True, envvar="TOCSIN_FEED",
        help="Answer from this file (OSV document, list, directory or all.zip) instead of the local installation.",
    )(function)  # fmt: skip
