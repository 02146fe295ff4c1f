# SPDX-License-Identifier: Apache-2.0
"""An append-only Merkle tree: appending, proving that something is in it, proving that nothing was taken out.

Appending needs only the `Frontier`, a handful of hashes, and costs O(log n). Proofs read the hashes of complete
subtrees by level and position, which whoever stores the log keeps as appending returns them. What a leaf holds is
`core.log.leaf`.

Source: RFC 6962 section 2.1 (Merkle hash trees, audit paths, consistency proofs); RFC 9162 section 2.1 (verification).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple, TypeVar

from tocsin.core.vocabulary import Value

EMPTY: Final = sha256(b"").digest()
"""The root of a tree without leaves."""

Place = tuple[int, int]
"""Where a complete subtree stands: level, and position among those of its level; leaves are level 0."""

Read = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree at a place."""

T = TypeVar("T")


class Node(NamedTuple):
    """The hash of a complete subtree of 2**level leaves, the `position`-th of its size."""

    level: int
    position: int
    hash: bytes


class Frontier(Value, frozen=True):
    """All that appending needs: how many leaves there are, and the hashes of the complete subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf; the first byte keeps leaves and inner nodes apart."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def append(frontier: Frontier, data: bytes) -> tuple[Frontier, tuple[Node, ...]]:
    """Return the frontier with one more leaf, and the complete subtrees this made, the leaf itself first."""
    level, position, new = 0, frontier.size, leaf_hash(data)
    peaks = list(frontier.peaks)
    nodes = [Node(level, position, new)]
    while position % 2:
        level, position, new = level + 1, position // 2, node_hash(peaks.pop(), new)
        nodes.append(Node(level, position, new))
    return Frontier(size=frontier.size + 1, peaks=(*peaks, new)), tuple(nodes)


def extend(frontier: Frontier, leaves: Sequence[bytes]) -> tuple[Frontier, tuple[Node, ...]]:
    """Return the frontier with more leaves, and all complete subtrees this made."""
    made: list[Node] = []
    for data in leaves:
        frontier, nodes = append(frontier, data)
        made.extend(nodes)
    return frontier, tuple(made)


def peaks(size: int) -> tuple[Place, ...]:
    """Return the places of the complete subtrees that a frontier of `size` leaves consists of, largest first."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return tuple((level, (size >> level) - 1) for level in levels)


def at_once(prove: Callable[[Read], T], fetch: Callable[[Sequence[Place]], Mapping[Place, bytes]]) -> T:
    """Make a proof with one look into the store: `prove` is run to see which hashes it reads, then again with them.

    Which hashes a proof reads follows from its numbers, never from what the hashes are.
    """
    wanted: dict[Place, None] = {}

    def note(level: int, position: int) -> bytes:
        wanted[level, position] = None
        return EMPTY

    prove(note)
    found = fetch(list(wanted))
    return prove(lambda level, position: found[level, position])


def root(frontier: Frontier) -> bytes:
    """Return the root hash of the whole tree."""
    if not frontier.peaks:
        return EMPTY
    result = frontier.peaks[-1]
    for peak in reversed(frontier.peaks[:-1]):
        result = node_hash(peak, result)
    return result


def inclusion(read: Read, index: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that leaf `index` is in the tree of `size` leaves, the leaf's sibling first.

    Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_subtree(read, middle, end))
            end = middle
        else:
            path.append(_subtree(read, start, middle))
            start = middle
    return tuple(reversed(path))


def consistency(read: Read, old: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that the tree of `old` leaves is the beginning of the tree of `size`.

    Empty where there is nothing to prove. Raises ValueError unless 0 <= old <= size.
    """
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {old} is no beginning of one of {size}")
    if old in (0, size):
        return ()
    start, end, path, whole = 0, size, [], True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_subtree(read, middle, end))
            end = middle
        else:
            path.append(_subtree(read, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(_subtree(read, start, end))
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> bool:
    """Say whether `proof` shows that the leaf with hash `leaf` stands at `index` of the tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, result = index, size - 1, leaf
    for each in proof:
        if not last:
            return False
        if node % 2 or node == last:
            result = node_hash(each, result)
            while not node % 2 and node:
                node, last = node // 2, last // 2
        else:
            result = node_hash(result, each)
        node, last = node // 2, last // 2
    return not last and result == root_hash


def verify_consistency(old: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether `proof` shows that the old tree is the beginning of the new one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= size:
        return False
    if old in (0, size):
        return not proof and (old_root == new_root if old == size else old_root == EMPTY)
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    node, last = old - 1, size - 1
    while node % 2:
        node, last = node // 2, last // 2
    before = after = path[0]
    for each in path[1:]:
        if not last:
            return False
        if node % 2 or node == last:
            before, after = node_hash(each, before), node_hash(each, after)
            while not node % 2 and node:
                node, last = node // 2, last // 2
        else:
            after = node_hash(after, each)
        node, last = node // 2, last // 2
    return not last and before == old_root and after == new_root


def _split(width: int) -> int:
    """The largest power of two smaller than `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def _subtree(read: Read, start: int, end: int) -> bytes:
    """The hash of leaves `start` to `end`: read if complete, else put together from the complete ones at its edge."""
    width = end - start
    if not width & (width - 1) and not start % width:
        level = width.bit_length() - 1
        return read(level, start >> level)
    middle = start + _split(width)
    return node_hash(_subtree(read, start, middle), _subtree(read, middle, end))
