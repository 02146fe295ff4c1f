# SPDX-License-Identifier: Apache-2.0
"""Mails that lie in files: one alone, an mbox (RFC 4155), or a Maildir. Read one by one; nothing is changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

FROM: Final = b"From "
MAILDIR: Final = ("cur", "new")
LARGEST: Final = 64 * 1024 * 1024
"""Of one message; beyond, it is cut here and refused where it would be kept."""


def messages(path: Path) -> Iterator[bytes]:
    """Yield the messages of a file, an mbox or a Maildir, in their order; raises OSError."""
    if path.is_dir():
        yield from _maildir(path)
        return
    with path.open("rb") as file:
        yield from of_stream(file)


def of_stream(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the messages of an mbox, or the one message that a stream is."""
    first = stream.readline(LARGEST)
    if not first.startswith(FROM):
        message = first + stream.read(LARGEST)
        if message.strip():
            yield message
        return
    yield from _mbox(stream)


def _mbox(stream: BinaryIO) -> Iterator[bytes]:
    """Split at “From ” behind an empty line; a line that was quoted for the mbox loses one `>` (mboxrd)."""
    lines: list[bytes] = []
    size, blank = 0, False
    for line in stream:
        if blank and line.startswith(FROM):
            yield _message(lines)
            lines, size = [], 0
            blank = False
            continue
        blank = not line.strip()
        size += len(line)
        if size <= LARGEST:
            lines.append(line[1:] if line.startswith(b">") and line.lstrip(b">").startswith(FROM) else line)
    yield _message(lines)


def _message(lines: list[bytes]) -> bytes:
    return b"".join(lines[:-1] if lines and not lines[-1].strip() else lines)


def _maildir(path: Path) -> Iterator[bytes]:
    found = [each for name in MAILDIR if (path / name).is_dir() for each in (path / name).iterdir()]
    if not any((path / name).is_dir() for name in MAILDIR):
        raise NotADirectoryError(f"{path} is no Maildir: it has neither “cur” nor “new”")
    for each in sorted(found, key=lambda file: (file.name.split(".", 1)[0].rjust(20), file.name)):
        descriptor = os.open(each, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            yield file.read(LARGEST)
