# SPDX-License-Identifier: Apache-2.0
"""Sealed archives: what a backup is made of. Written and read as a stream, whatever their size.

An archive begins with a header in clear (whose it is, of what, when) and its key sealed to several recipients: to the
recovery kit, whose private half is on paper only, and to the installation itself, so that the restore drill can open
it. The stream is bound to the whole header. Layout: `tocsin-backup-1\\n`, length (4 bytes, big-endian), header as JSON,
then a `stream`.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from tocsin.adapters.vault.durable import NEW_FILE, OLD_FILE, PRIVATE_FILE, sync_directory
from tocsin.adapters.vault.secret import KEY_BYTES
from tocsin.adapters.vault.stream import StreamOpener, StreamSealer
from tocsin.services.ports.vault import bind

MAGIC: Final = b"tocsin-backup-1\n"
MAX_HEADER: Final = 64 * 1024

INSTANCE: Final = "instance"
RECOVERY: Final = "recovery"

Seal = Callable[[bytes, bytes], bytes]
"""Plain and associated data to sealed."""


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of an archive that is in clear. `keys` maps a recipient's name to the key sealed to them."""

    instance: str
    kind: str
    made_at: datetime
    keys: dict[str, bytes] = {}

    def place(self, recipient: str) -> bytes:
        """What the key of this archive is bound to."""
        return bind(self.instance, "backup", self.kind, self.made_at.isoformat(), recipient)


class NotAnArchive(Exception):
    """The file is no archive of ours, or was cut off; the message names it."""


@contextmanager
def writing(path: Path, header: Header, recipients: Mapping[str, Seal]) -> Iterator[Callable[[bytes], None]]:
    """Write an archive: yields where the plain bytes go. The file has its name only when it is whole and durable."""
    key = os.urandom(KEY_BYTES)
    sealed = {name: seal(key, header.place(name)) for name, seal in recipients.items()}
    head = msgspec.json.encode(msgspec.structs.replace(header, keys=sealed))
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(unfinished, NEW_FILE, PRIVATE_FILE), "wb") as file:
            file.write(MAGIC + len(head).to_bytes(4, "big") + head)
            stream = StreamSealer(file.write, sha256(head).digest(), key)
            yield stream.write
            stream.finish("")
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        sync_directory(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def read_header(path: Path) -> Header:
    """What an archive says of itself; raises NotAnArchive. It is proved only by opening the rest."""
    with os.fdopen(os.open(path, OLD_FILE), "rb") as file:
        return _header(path, file)[0]


@contextmanager
def reading(path: Path, unseal: Callable[[Header], bytes]) -> Iterator[BinaryIO]:
    """Open an archive with the key that `unseal` gives: yields its plain bytes, to be read to the end.

    Raises NotAnArchive, and Tampered, also while reading, for what was altered or cut off.
    """
    with os.fdopen(os.open(path, OLD_FILE), "rb") as file:
        header, head = _header(path, file)
        chunks = StreamOpener(file, unseal(header), sha256(head).digest())
        yield io.BufferedReader(_Plain(chunks), 1 << 18)


def sealed_for(header: Header, recipient: str) -> bytes:
    """The sealed key of one recipient; raises NotAnArchive where the archive was not made for them."""
    try:
        return header.keys[recipient]
    except KeyError:
        raise NotAnArchive(f"this archive was not sealed to the {recipient}") from None


class _Plain(io.RawIOBase):
    """The plain bytes of a stream as a file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _header(path: Path, file: BinaryIO) -> tuple[Header, bytes]:
    start = file.read(len(MAGIC) + 4)
    length = int.from_bytes(start[len(MAGIC) :], "big")
    if not start.startswith(MAGIC) or length > MAX_HEADER:
        raise NotAnArchive(f"{path} is no backup of Tocsin")
    head = file.read(length)
    try:
        return msgspec.json.decode(head, type=Header), head
    except msgspec.DecodeError:
        raise NotAnArchive(f"{path} is damaged") from None
