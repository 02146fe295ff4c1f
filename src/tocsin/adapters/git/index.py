# SPDX-License-Identifier: Apache-2.0
"""What every commit says, in columns, kept in one file beside the mirror and grown as history grows.

Rows are sorted by commit id. Subjects are kept as they stand and as 64-bit hashes of their comparable form; a lookup
runs through a column at the speed of memory. Only messages that name other commits leave more than that.
"""

from __future__ import annotations

import contextlib
import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec

from tocsin.adapters.git.run import git
from tocsin.core.backports import message
from tocsin.core.backports.commits import Commit
from tocsin.core.backports.message import Said
from tocsin.services.ports.git import GitFailed

_VERSION: Final = 1
_FORMAT: Final = "%H%x00%an%x00%ae%x00%at%x00%ct%x00%B"
_FIELDS: Final = 6
_TELLING: Final = ("cherry", "ackport", "pstream", "everts", "ixes")


class Columns(msgspec.Struct):
    """The file. `tips` are those whose whole past is in it; `said` has the rows whose messages name commits."""

    tips: list[str]
    ids: bytes
    names: list[str]
    author: bytes
    email: bytes
    authored: bytes
    committed: bytes
    subjects: bytes
    titles: list[str]
    said: dict[int, Said]
    version: int = _VERSION


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Columns)


class Index:
    """Commits by id, subject, author and time."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.width = 40 if not columns.ids else len(columns.ids) // max(1, len(columns.titles))
        self.author = _column("I", columns.author)
        self.email = _column("I", columns.email)
        self.authored = _column("q", columns.authored)
        self.committed = _column("q", columns.committed)
        self.subjects = _column("Q", columns.subjects)
        self._naming: dict[str, list[int]] = {}
        for row, said in columns.said.items():
            for written in (*said.picked, *said.reverts):
                self._naming.setdefault(written[:7], []).append(row)

    def __len__(self) -> int:
        return len(self.columns.titles)

    def id(self, row: int) -> str:
        """Full id of a row."""
        return self.columns.ids[row * self.width : (row + 1) * self.width].hex()

    def starting(self, written: str) -> list[int]:
        """Rows whose id starts like this."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.id(middle) < written else (low, middle)
        found = []
        while low < len(self) and self.id(low).startswith(written):
            found.append(low)
            low += 1
        return found

    def commit(self, row: int) -> Commit:
        """One row as a commit."""
        held = self.columns
        title = held.titles[row]
        return Commit(
            id=self.id(row), author=held.names[self.author[row]], email=held.names[self.email[row]],
            authored=self.authored[row], committed=self.committed[row], title=title, subject=message.subject(title),
            said=held.said.get(row, Said()),
        )  # fmt: skip

    def same_subject(self, subject: str) -> list[int]:
        """Rows with this comparable subject."""
        wanted = _hash(subject)
        return [row for row in _places(self.subjects, wanted) if message.subject(self.columns.titles[row]) == subject]

    def naming(self, commit: str) -> list[int]:
        """Rows whose message says to be picked from this commit, or to revert it."""
        rows = self._naming.get(commit[:7], ())
        named = self.columns.said
        return [
            row for row in dict.fromkeys(rows) if any(map(commit.startswith, (*named[row].picked, *named[row].reverts)))
        ]

    def near(self, row: int, seconds: float) -> list[int]:
        """Rows by the same author (name or address) within so many seconds."""
        who, address, at = self.author[row], self.email[row], self.authored[row]
        times = enumerate(self.authored)
        around = [other for other, when in times if abs(when - at) <= seconds]
        return [other for other in around if self.author[other] == who or self.email[other] == address]

    def around(self, row: int, seconds: float) -> list[int]:
        """Rows within so many seconds, the nearest first."""
        at = self.authored[row]
        found = [other for other, when in enumerate(self.authored) if abs(when - at) <= seconds and other != row]
        return sorted(found, key=lambda other: abs(self.authored[other] - at))


def load(directory: Path, kept: Path | None, tips: Sequence[str]) -> Index:
    """Load the index kept in a file, grow it to cover `tips`, and keep it again. Raises GitFailed."""
    held = _kept(kept)
    missing = sorted(set(tips) - set(held.tips)) if held else sorted(set(tips))
    if held and not missing:
        return Index(held)
    try:
        rows = _log(directory, missing, held.tips if held else ())
    except GitFailed:
        if held is None:
            raise
        held, rows = None, _log(directory, sorted(set(tips)), ())  # a rewritten history no longer has the old tips
    grown = _grow(held, rows, tips)
    if kept is not None:
        _keep(kept, grown)
    return Index(grown)


def _kept(path: Path | None) -> Columns | None:
    if path is None:
        return None
    try:
        held = _DECODER.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError):
        return None
    return held if held.version == _VERSION else None


def _keep(path: Path, columns: Columns) -> None:
    """Write beside and rename, so that a reader sees one whole file or the other. Keeping nothing is only slower."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh.write_bytes(_ENCODER.encode(columns))
        fresh.replace(path)


def _log(directory: Path, tips: Iterable[str], without: Iterable[str]) -> list[list[str]]:
    given = "".join(f"{each}\n" for each in (*tips, *(f"^{each}" for each in without)))
    raw = git(directory, "log", "-z", "--no-show-signature", "--encoding=UTF-8", f"--format={_FORMAT}", "--stdin",
              given=given.encode())  # fmt: skip
    parts = raw.decode("utf-8", "replace").split("\0")
    return [parts[at : at + _FIELDS] for at in range(0, len(parts) - _FIELDS + 1, _FIELDS)]


def _grow(held: Columns | None, rows: Iterable[Sequence[str]], tips: Sequence[str]) -> Columns:
    """Join what was kept and what is new into sorted columns."""
    names: dict[str, int] = {name: at for at, name in enumerate(held.names)} if held else {}
    joined = list(_old(held)) if held else []
    for commit, author, email, authored, committed, body in rows:
        title = body.split("\n", 1)[0]
        who, address = (names.setdefault(each, len(names)) for each in (author.strip(), email.lower()))
        said = message.said(body) if any(word in body for word in _TELLING) else Said()
        joined.append((
            bytes.fromhex(commit), who, address, _number(authored), _number(committed),
            _hash(message.subject(title)), title, said,
        ))  # fmt: skip
    joined.sort(key=lambda each: each[0])
    return Columns(
        tips=list(tips), ids=b"".join(each[0] for each in joined), names=list(names),
        author=array("I", (each[1] for each in joined)).tobytes(),
        email=array("I", (each[2] for each in joined)).tobytes(),
        authored=array("q", (each[3] for each in joined)).tobytes(),
        committed=array("q", (each[4] for each in joined)).tobytes(),
        subjects=array("Q", (each[5] for each in joined)).tobytes(), titles=[each[6] for each in joined],
        said={row: each[7] for row, each in enumerate(joined) if each[7] != Said()},
    )  # fmt: skip


def _old(held: Columns) -> Iterator[tuple[bytes, int, int, int, int, int, str, Said]]:
    index = Index(held)
    for row, title in enumerate(held.titles):
        yield (
            bytes.fromhex(index.id(row)), index.author[row], index.email[row], index.authored[row],
            index.committed[row], index.subjects[row], title, held.said.get(row, Said()),
        )  # fmt: skip


def _number(text: str) -> int:
    """A date as git prints it; broken commits have broken dates, which say 0."""
    try:
        return int(text)
    except ValueError:
        return 0


def _hash(subject: str) -> int:
    return int.from_bytes(blake2b(subject.encode(), digest_size=8).digest(), "little")


def _column(kind: str, data: bytes) -> array[int]:
    column: array[int] = array(kind)
    column.frombytes(data)
    return column


def _places(column: array[int], wanted: int) -> Iterator[int]:
    at = -1
    with contextlib.suppress(ValueError):
        while True:
            at = column.index(wanted, at + 1)
            yield at
