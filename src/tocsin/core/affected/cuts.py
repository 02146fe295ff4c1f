# SPDX-License-Identifier: Apache-2.0
"""One package's versions, cut wherever a statement begins or ends: between two cuts every version has the same answer.

A question is then one bisection, however many statements there are. Up to `WHOLE` cuts each piece keeps its whole
answer; above, where many statements overlap and whole answers would grow with the square, every `STRIDE`th piece keeps
it and the others keep what changes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from tocsin.core.versions import SCHEMES, Interval

WHOLE: Final = 4096
STRIDE: Final = 64
MANY: Final = 64
FIRST: Final = 3
"""Above so many cuts the first parts of a key say where to look; in most schemes an epoch, a major and a minor."""
REMEMBERED: Final = 1 << 16

_AT, _AFTER = 0, 1
_Cut = tuple[Any, int]
"""A version's key, and whether the cut lies before the version (an excluded end, a start) or after it. Where no cut
lies after one, as with fixes, the bare keys are kept: half the work for each comparison."""
_Change = tuple[_Cut, bool, int]
"""Where a statement begins (True) or ends, and which."""

PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    each.name: lru_cache(maxsize=REMEMBERED)(each.key) for each in SCHEMES
}
"""The key of a version, by scheme, remembered for the versions asked about last. ValueError for what is none."""


class Cuts:
    """The pieces between cuts, and the numbers of the statements that hold in each."""

    __slots__ = ("_bare", "_changes", "_cuts", "_pieces", "_runs", "_whole")

    def __init__(self, order: str, spans: Sequence[Interval]) -> None:
        """Cut by `spans`; a statement's number is its place there. Raises ValueError for a bound that is no version."""
        first, changes = _changes(PARSERS[order], spans)
        self._cuts: list[Any] = []
        self._pieces: list[tuple[int, ...]] = [tuple(first)]
        self._changes: list[_Change] = changes if len(changes) > WHOLE else []
        standing = dict.fromkeys(first, True)
        last = None
        for place, change in enumerate(changes, 1):
            cut, opens, number = change
            if opens:
                standing[number] = True
            else:
                standing.pop(number, None)
            if self._changes:
                self._cuts.append(cut)
                if place % STRIDE == 0:
                    self._pieces.append(tuple(standing))
            elif cut == last:
                self._pieces[-1] = tuple(standing)
            else:
                last = cut
                self._cuts.append(cut)
                self._pieces.append(tuple(standing))
        self._bare = all(side == _AT for _, side in self._cuts)
        if self._bare:
            self._cuts = [key for key, _ in self._cuts]
        self._whole = (0, len(self._cuts))
        self._runs = _runs(self._cuts) if self._bare and len(self._cuts) > MANY else {}

    @property
    def beyond(self) -> Any:
        """The key above which no statement holds; None where one holds for ever, or there is no cut."""
        if not self._cuts or self.piece(len(self._cuts)):
            return None
        return self._cuts[-1] if self._bare else self._cuts[-1][0]

    def __len__(self) -> int:
        """How many cuts there are."""
        return len(self._cuts)

    def place(self, key: Any) -> int:
        """Which piece the version with this key lies in."""
        if self._runs:
            low, high = self._runs.get(key[:FIRST], self._whole)
            return bisect_right(self._cuts, key, low, high)
        return bisect_right(self._cuts, key if self._bare else (key, _AT))

    def at(self, key: Any) -> Sequence[int]:
        """Numbers of the statements that hold for the version with this key. Most versions that anybody has are newer
        than every fix: one look at the last cut, where a bisection would fetch five keys that nobody used lately."""
        cuts = self._cuts
        if cuts and not (key if self._bare else (key, _AT)) < cuts[-1]:
            return self.piece(len(cuts))
        return self.piece(self.place(key))

    def piece(self, place: int) -> Sequence[int]:
        """Numbers of the statements that hold in a piece."""
        if not self._changes:
            return self._pieces[place]
        whole, rest = divmod(place, STRIDE)
        standing = dict.fromkeys(self._pieces[whole], True)
        for _, opens, number in self._changes[place - rest : place]:
            if opens:
                standing[number] = True
            else:
                standing.pop(number, None)
        return tuple(standing)


def _runs(keys: Sequence[Any]) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Where the keys that begin alike lie, from the first to behind the last: what another key that begins so is
    compared with. None where keys are no tuples: only those are known to be ordered part by part."""
    found: dict[tuple[Any, ...], tuple[int, int]] = {}
    if all(type(key) is tuple for key in keys):
        for place, key in enumerate(keys):
            first = key[:FIRST]
            found[first] = (found.get(first, (place,))[0], place + 1)
    return found


def _changes(key: Callable[[str], Any], spans: Iterable[Interval]) -> tuple[list[int], list[_Change]]:
    """Statements that hold from the beginning of everything, and all that begins and ends after it, in order."""
    first: list[int] = []
    found: list[_Change] = []
    for number, span in enumerate(spans):
        start = None if span.start == "0" else (key(span.start), _AT)
        before = span.fixed or span.limit
        end = (key(before), _AT) if before else (key(span.last), _AFTER) if span.last else None
        if start is None:
            first.append(number)
        elif end is not None and end <= start:
            continue  # holds nowhere
        else:
            found.append((start, True, number))
        if end is not None:
            found.append((end, False, number))
    found.sort()
    return first, found
