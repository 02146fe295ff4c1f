# SPDX-License-Identifier: Apache-2.0
"""Reads git's commit-graph file, or a chain of them, into the columns of `core.backports.graph`.

Source: git, `Documentation/gitformat-commit-graph`: header, chunk table, OIDF (fan-out), OIDL (ids), CDAT (36 bytes a
commit: tree, two parents, level and date), EDGE (parents beyond the second). What is not in version 1 with SHA-1, or
says nothing about levels, is left alone: the caller then asks git for the parents of every commit instead.
"""

from __future__ import annotations

import sys
from array import array
from pathlib import Path
from typing import Final

import msgspec

from tocsin.core.backports.graph import Graph

_HEADER: Final = 8
_ENTRY: Final = 12
_SHA1: Final = 20
_WORDS: Final = (_SHA1 + 16) // 4
_EXTRA: Final = 0x80000000
_LAST: Final = 0x7FFFFFFF
_FIRST_LEVEL: Final = 4


class Unreadable(ValueError):
    """The file is not a commit-graph that this module understands."""


class Ids(msgspec.Struct, frozen=True):
    """Commit ids by row, without a Python object for each: sorted runs of 20 bytes, one run a layer."""

    runs: tuple[tuple[int, bytes, tuple[int, ...]], ...]

    def row(self, commit: str) -> int | None:
        """Row of a full id, or None where the graph does not have it."""
        wanted = bytes.fromhex(commit)
        for base, run, fan in self.runs:
            low, high = fan[wanted[0]], fan[wanted[0] + 1]
            while low < high:
                middle = (low + high) // 2
                if run[middle * _SHA1 : (middle + 1) * _SHA1] < wanted:
                    low = middle + 1
                else:
                    high = middle
            if run[low * _SHA1 : (low + 1) * _SHA1] == wanted:
                return base + low
        return None

    def all(self) -> list[str]:
        """Every id, in the order of the rows."""
        text = b"".join(run for _, run, _ in self.runs).hex()
        return [text[at : at + 2 * _SHA1] for at in range(0, len(text), 2 * _SHA1)]

    def id(self, row: int) -> str:
        """Full id of a row."""
        for base, run, _ in reversed(self.runs):
            if row >= base:
                return run[(row - base) * _SHA1 : (row - base + 1) * _SHA1].hex()
        raise IndexError(row)


def read(objects: Path) -> tuple[Graph, Ids]:
    """Read the commit-graph below an `objects` directory; raises Unreadable where there is none that can be used."""
    layers = [_chunks(path) for path in _files(objects)]
    first: list[int] = []
    second: list[int] = []
    level: list[int] = []
    more: dict[int, tuple[int, ...]] = {}
    runs: list[tuple[int, bytes, tuple[int, ...]]] = []
    for chunks in layers:
        base = len(first)
        fan = chunks[b"OIDF"]
        runs.append((base, chunks[b"OIDL"], (0, *(int.from_bytes(fan[i : i + 4], "big") for i in range(0, 1024, 4)))))
        data = memoryview(chunks[b"CDAT"]).cast("I")
        first += _column(data, 5)
        others = _column(data, 6)
        octopuses = [at for at, edge in enumerate(others) if edge & _EXTRA] if max(others, default=0) & _EXTRA else []
        for at, edge in [(at, others[at]) for at in octopuses]:
            rows = _edges(chunks.get(b"EDGE", b""), edge & _LAST)
            others[at], more[base + at] = rows[0], rows[1:]
        second += others
        # The low two bits are the date's highest; they are left in, because levels are only ever compared.
        level += _column(data, 7)
    if level and min(level) < _FIRST_LEVEL:
        raise Unreadable("the commit-graph has no levels")
    return Graph(first=first, second=second, level=level, more=more), Ids(runs=tuple(runs))


def _files(objects: Path) -> list[Path]:
    single = objects / "info" / "commit-graph"
    if single.is_file():
        return [single]
    chain = objects / "info" / "commit-graphs" / "commit-graph-chain"
    if not chain.is_file():
        raise Unreadable("there is no commit-graph")
    names = chain.read_text(encoding="ascii").split()
    return [chain.parent / f"graph-{name}.graph" for name in names]


def _chunks(path: Path) -> dict[bytes, bytes]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(str(error)) from None
    if data[:6] != b"CGPH\x01\x01":
        raise Unreadable(f"{path.name} is not a commit-graph of version 1 with SHA-1")
    table = [data[_HEADER + _ENTRY * i :][:_ENTRY] for i in range(data[6] + 1)]
    starts = [int.from_bytes(entry[4:], "big") for entry in table]
    chunks = {entry[:4]: data[starts[i] : starts[i + 1]] for i, entry in enumerate(table[:-1])}
    count = len(chunks.get(b"OIDL", b"")) // _SHA1
    if (
        not {b"OIDF", b"OIDL", b"CDAT"} <= chunks.keys()
        or len(chunks[b"CDAT"]) != count * 36
        or starts[-1] > len(data) - _SHA1
    ):
        raise Unreadable(f"{path.name} is cut short")
    return chunks


def _column(words: memoryview, at: int) -> list[int]:
    column = array("I", words[at::_WORDS].tobytes())
    if sys.byteorder == "little":
        column.byteswap()
    return column.tolist()


def _edges(data: bytes, start: int) -> tuple[int, ...]:
    found = []
    for at in range(start * 4, len(data), 4):
        word = int.from_bytes(data[at : at + 4], "big")
        found.append(word & _LAST)
        if word & _EXTRA:
            return tuple(found)
    raise Unreadable("the list of further parents has no end")
