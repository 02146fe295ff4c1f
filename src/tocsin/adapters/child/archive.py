# SPDX-License-Identifier: Apache-2.0
"""What is in an archive, without unpacking it: names, sizes, and what makes it suspicious. Also what a file is by its
first bytes, whatever its name says.

Runs in the child only. Nothing is written anywhere, and nothing is decompressed beyond `MOST_UNPACKED`.
"""

from __future__ import annotations

import codecs
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from typing import Final

from tocsin.services.ports.child import Listing, Member

MOST_MEMBERS: Final = 1000
MOST_UNPACKED: Final = 32 * 1024 * 1024
RATIO: Final = 200
"""Unpacked bytes for each packed one, from which an archive is called a bomb; text rarely packs better than 20."""

codecs.lookup("cp437")  # names in old archives; behind the closed door no module can be imported any more

_KINDS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"), (b"\x7fELF", "application/x-elf"), (b"MZ", "application/x-dosexec"),
    (b"PK\x03\x04", "application/zip"), (b"\x1f\x8b", "application/gzip"), (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"BZh", "application/x-bzip2"), (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"#!", "text/x-script"), (b"<?xml", "text/xml"), (b"<svg", "image/svg+xml"), (b"<!doctype html", "text/html"),
    (b"<html", "text/html"),
)  # fmt: skip
_DAMAGED: Final = (
    zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, NotImplementedError,
)  # fmt: skip
_TAR_MAGIC: Final = slice(257, 262)


def listing(content: bytes) -> Listing:
    """List an archive; a file that is none has no members. Raises ValueError for a damaged one."""
    kind = sniffed(content)
    try:
        if kind == "application/zip":
            return _zip(content)
        if kind in ("application/gzip", "application/x-xz"):
            return _packed(content, kind)
        if kind == "application/x-tar":
            return _tar(content, kind, len(content))
    except _DAMAGED as error:
        raise ValueError("damaged") from error
    return Listing(kind=kind)


def sniffed(content: bytes) -> str:
    """What a file is by its first bytes (WHATWG MIME Sniffing, section 6, and magic(5))."""
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    for magic, kind in _KINDS:
        if content.startswith(magic) or start.startswith(magic.lower()):
            return kind
    if content[_TAR_MAGIC] == b"ustar":
        return "application/x-tar"
    return "text/plain" if b"\0" not in content[:4096] else "application/octet-stream"


def _zip(content: bytes) -> Listing:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        members = [Member(name=each.filename[:300], size=each.file_size) for each in entries[:MOST_MEMBERS]]
        unpacked = sum(each.file_size for each in entries)
        told = _suspicions(members, unpacked, len(content), len(entries))
        if any(each.flag_bits & 1 for each in entries):
            told.append("encrypted")
        return Listing(kind="application/zip", members=tuple(members), unpacked=unpacked, suspicious=tuple(told))


def _packed(content: bytes, kind: str) -> Listing:
    packed = io.BytesIO(content)
    with gzip.GzipFile(fileobj=packed) if kind == "application/gzip" else lzma.LZMAFile(packed) as stream:
        plain = stream.read(MOST_UNPACKED + 1)
    if len(plain) > MOST_UNPACKED:
        return Listing(kind=kind, unpacked=len(plain), suspicious=(f"unpacks to more than {MOST_UNPACKED >> 20} MiB",))
    if plain[_TAR_MAGIC] == b"ustar":
        return _tar(plain, kind, len(content))
    told = _suspicions([], len(plain), len(content), 1)
    return Listing(kind=kind, members=(Member(name="", size=len(plain)),), unpacked=len(plain), suspicious=tuple(told))


def _tar(content: bytes, kind: str, packed: int) -> Listing:
    members, unpacked, told = [], 0, []
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
        for count, each in enumerate(archive):
            if count >= MOST_MEMBERS:
                told.append(f"more than {MOST_MEMBERS} members")
                break
            members.append(Member(name=each.name[:300], size=each.size))
            unpacked += each.size
            if each.islnk() or each.issym():
                told.append("holds links")
    told += _suspicions(members, unpacked, packed, len(members))
    return Listing(kind=kind, members=tuple(members), unpacked=unpacked, suspicious=tuple(dict.fromkeys(told)))


def _suspicions(members: list[Member], unpacked: int, packed: int, count: int) -> list[str]:
    told = []
    if unpacked > RATIO * max(packed, 1):
        told.append(f"unpacks to {unpacked // max(packed, 1)} times its size")
    if count > MOST_MEMBERS:
        told.append(f"more than {MOST_MEMBERS} members")
    if any(each.name.startswith("/") or ".." in each.name.replace("\\", "/").split("/") for each in members):
        told.append("names reach outside")
    return told
