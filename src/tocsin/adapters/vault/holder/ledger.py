# SPDX-License-Identifier: Apache-2.0
"""The ledger of releases: one JSON line each, appended before the key is given out, a file for each month.

Who, which case, what for, when: never any content. Several processes may append at once (a line is one `write` on a
file opened for appending). It is not synced line by line: a power cut may take the last moments, a crash takes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from tocsin.adapters.vault.durable import PRIVATE_DIRECTORY, PRIVATE_FILE
from tocsin.services.ports.keys import Release

APPEND: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
_LINE: Final = msgspec.json.Decoder(Release)


class Ledger:
    """The ledger in one directory, which it makes."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
        self._directory = directory
        self._open: tuple[str, int] | None = None

    def append(self, release: Release) -> None:
        """Write one line down; raises OSError when that cannot be done: then nothing may be released."""
        line = msgspec.json.encode(release) + b"\n"
        written = os.write(self._file(f"{release.at:%Y-%m}"), line)
        if written != len(line):
            raise OSError("the ledger of releases took only part of a line")

    def since(self, instant: datetime, actor: str = "") -> Iterator[Release]:
        """Yield lines from `instant` on, oldest first; a line that was cut short by a power cut is passed over."""
        first = f"releases-{instant:%Y-%m}.jsonl"
        for path in sorted(self._directory.glob("releases-*.jsonl")):
            if path.name < first:
                continue
            with path.open("rb") as file:
                for line in file:
                    with suppress(msgspec.DecodeError):
                        release = _LINE.decode(line)
                        if release.at >= instant and (not actor or release.actor == actor):
                            yield release

    def close(self) -> None:
        """Let go of the file."""
        if self._open is not None:
            os.close(self._open[1])
            self._open = None

    def _file(self, month: str) -> int:
        if self._open is None or self._open[0] != month:
            self.close()
            path = self._directory / f"releases-{month}.jsonl"
            self._open = (month, os.open(path, APPEND, PRIVATE_FILE))
        return self._open[1]
