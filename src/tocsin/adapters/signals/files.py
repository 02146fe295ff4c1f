# SPDX-License-Identifier: Apache-2.0
"""Two files in the data directory: `kev.json`, small, and `epss.bin`, twelve bytes an id, sorted, searched in place.

Every process looks again when a file has changed, so that loading a list needs no restart. Whoever loads one writes the
new file beside the old and renames it: a reader sees all of the one or all of the other.
"""

from __future__ import annotations

import mmap
import os
import re
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from tocsin.core.case.priority import Signal
from tocsin.core.severity.lists import KnownAttacks
from tocsin.services.ports.signals import Loaded

KEV: Final = "kev.json"
EPSS: Final = "epss.bin"
_ROW: Final = struct.Struct(">HIHHH")
"""Year and number of the id, probability and percentile in 65535ths, two bytes of nothing."""
_HEAD: Final = 32
_FULL: Final = 0xFFFF
_CVE: Final = re.compile(r"CVE-(\d{4})-(\d{4,9})")


class _Attacks(NamedTuple):
    stamp: int
    told: KnownAttacks


class _Likely(NamedTuple):
    stamp: int
    as_of: str
    rows: mmap.mmap

    def __len__(self) -> int:
        return (len(self.rows) - _HEAD) // _ROW.size


class FileSignals:
    """Lists in a directory, which is made when the first one is taken."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._kev: _Attacks | None = None
        self._epss: _Likely | None = None

    def of(self, cve: str) -> Signal | None:
        """What the lists say of an id."""
        named = _CVE.fullmatch(cve)
        if not named:
            return None
        attacks, likely = self._attacks(), self._likely()
        since = attacks.since.get(cve, "") if attacks else ""
        chance = _find(likely, int(named[1]), int(named[2])) if likely else None
        if not since and chance is None:
            return None
        return Signal(
            exploited_since=since,
            ransomware=bool(attacks and cve in attacks.ransomware),
            epss=chance[0] if chance else None,
            percentile=chance[1] if chance else None,
            as_of=likely.as_of if likely and chance else "",
        )

    def loaded(self) -> Loaded:
        """What is there."""
        attacks, likely = self._attacks(), self._likely()
        return Loaded(
            attacks=len(attacks.since) if attacks else 0,
            attacks_as_of=attacks.as_of if attacks else "",
            likelihoods=len(likely) if likely else 0,
            likelihoods_as_of=likely.as_of if likely else "",
        )

    def take_attacks(self, attacks: KnownAttacks) -> None:
        """Put a catalogue in place of the one before."""
        self._write(KEV, msgspec.json.encode(attacks))

    def take_likelihoods(self, rows: Iterable[tuple[str, float, float]], as_of: str) -> int:
        """Put the rows in place of those before; ids that are none are left out."""
        found = sorted(_packed(rows))
        self._write(EPSS, as_of.encode()[:_HEAD].ljust(_HEAD) + b"".join(found))
        return len(found)

    def _write(self, name: str, data: bytes) -> None:
        self._directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = self._directory / f".{name}.{os.getpid()}"
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._directory / name)

    def _attacks(self) -> KnownAttacks | None:
        with suppress(FileNotFoundError):
            path = self._directory / KEV
            stamp = path.stat().st_mtime_ns
            if self._kev is None or self._kev.stamp != stamp:
                self._kev = _Attacks(stamp, msgspec.json.decode(path.read_bytes(), type=KnownAttacks))
            return self._kev.told
        return None

    def _likely(self) -> _Likely | None:
        with suppress(FileNotFoundError):
            path = self._directory / EPSS
            stamp = path.stat().st_mtime_ns
            if self._epss is None or self._epss.stamp != stamp:
                with path.open("rb") as file:
                    rows = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                self._epss = _Likely(stamp, rows[:_HEAD].decode().strip(), rows)
            return self._epss
        return None


def _packed(rows: Iterable[tuple[str, float, float]]) -> Iterator[bytes]:
    for cve, chance, percentile in rows:
        named = _CVE.fullmatch(cve)
        if named:
            yield _ROW.pack(int(named[1]), int(named[2]), round(chance * _FULL), round(percentile * _FULL), 0)


def _find(likely: _Likely, year: int, number: int) -> tuple[float, float] | None:
    """Search by halves: eighteen steps for all ids there are."""
    low, high = 0, len(likely)
    while low < high:
        middle = (low + high) // 2
        at_year, at_number, chance, percentile, _ = _ROW.unpack_from(likely.rows, _HEAD + middle * _ROW.size)
        if (at_year, at_number) == (year, number):
            return chance / _FULL, percentile / _FULL
        if (at_year, at_number) < (year, number):
            low = middle + 1
        else:
            high = middle
    return None
