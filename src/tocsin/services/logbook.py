# SPDX-License-Identifier: Apache-2.0
"""Keeping the log: putting what waits into the tree, signing checkpoints, writing it out, and checking it whole.

Runs on the worker's side, where the key of the log is. A checkpoint is signed in the transaction that makes the tree it
covers, so the newest one always covers the whole tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from tocsin.core.log import bundle, note, tree
from tocsin.core.log.note import Checkpoint, Key, Note
from tocsin.core.log.tree import Frontier, Place
from tocsin.core.vocabulary import Refused
from tocsin.services import transparency
from tocsin.services.app import Desk
from tocsin.services.ports.log import Growth
from tocsin.services.ports.store import Conflict

BATCH: Final = 1000
PAGE: Final = 5000


def grow(desk: Desk, at_least: int = 1) -> int:
    """Put what waits into the tree, if there are `at_least` so many; returns how many.

    When another process was quicker, nothing: what it left waits for the next turn.
    """
    try:
        return desk.log.grow(BATCH, partial(_extended, desk), at_least)
    except Conflict:
        return 0


def _origin(desk: Desk) -> str:
    """A log keeps the name of its first checkpoint, wherever its instance moves."""
    found = transparency.standing(desk.log)
    return found.checkpoint.origin if found else transparency.name_of(desk.site.public_url)


def _extended(desk: Desk, frontier: Frontier, new: Sequence[bytes]) -> Growth:
    now, origin = desk.now(), _origin(desk)
    after, nodes = tree.extend(frontier, new)
    head = Checkpoint(origin=origin, size=after.size, root=tree.root(after))
    unsigned = Note(text=note.checkpoint_text(head))
    signature = desk.log_notary.sign(note.signed_bytes(unsigned))
    signed = note.signed(unsigned, _key(desk, origin), signature)
    return Growth(size=after.size, nodes=nodes, at=now, note=note.encode(signed))


def _key(desk: Desk, origin: str) -> Key:
    return Key(name=origin, kind=note.ED25519, public=desk.log_notary.public)


def export(desk: Desk) -> Iterator[str] | Refused:
    """Yield the lines of the whole log as a file that leaves the house; refuses while there is no checkpoint yet."""
    found = transparency.standing(desk.log)
    if found is None:
        return Refused(code="log-empty", because="Nothing is in the log yet.", rule="log")
    size, origin = found.checkpoint.size, found.checkpoint.origin
    notes = {covered: written for covered, written in _checkpoints(desk) if covered <= size}
    commitments = (each for _, each in _leaves(desk, size))
    return bundle.whole(origin, [_key(desk, origin)], commitments, {}, notes)


def _leaves(desk: Desk, size: int) -> Iterator[tuple[int, bytes]]:
    for start in range(0, size, PAGE):
        yield from enumerate(desk.log.leaves(start, min(PAGE, size - start)), start)


def _checkpoints(desk: Desk) -> Iterator[tuple[int, str]]:
    after = 0
    while page := desk.log.checkpoints(after, PAGE):
        yield from page
        after = page[-1][0]


def audit(desk: Desk) -> list[str]:
    """Compute the whole tree again and say what of the log does not follow from its leaves; empty where all does.

    Costs O(log). Whether the leaves are those of the journals is asked case by case, in `services.verify`.
    """
    found = transparency.standing(desk.log)
    if found is None:
        return []
    origin, size = found.checkpoint.origin, found.checkpoint.size
    # What is added while this reads is left for the next time.
    notes = {covered: written for covered, written in _checkpoints(desk) if covered <= size}
    wrong: list[str] = []
    frontier = Frontier()
    for start in range(0, size, PAGE):
        new = desk.log.leaves(start, min(PAGE, size - start))
        made: dict[Place, bytes] = {}
        for data in new:
            frontier, nodes = tree.append(frontier, data)
            made |= {(each.level, each.position): each.hash for each in nodes if each.level}
            if frontier.size in notes:
                wrong += _check(desk, origin, notes.pop(frontier.size), frontier)
        kept = desk.log.hashes(list(made))
        bad = sorted(place for place, value in made.items() if kept.get(place) != value)
        wrong += [f"a hash over leaf {position << level} is not what its leaves give" for level, position in bad[:1]]
    if frontier.size != size:
        wrong.append(f"the tree has {frontier.size} leaves, its newest checkpoint covers {size}")
    uncovered, newest = desk.log.leaves(size, 1), transparency.standing(desk.log)
    if uncovered and (newest is None or newest.checkpoint.size <= size):
        wrong.append(f"no checkpoint covers leaf {size}")
    return wrong


def _check(desk: Desk, origin: str, published: str, frontier: Frontier) -> list[str]:
    """Check one checkpoint against the tree as it was then, and its signature."""
    written = note.decode(published)
    said = written if isinstance(written, Refused) else note.checkpoint(written)
    if isinstance(written, Refused) or isinstance(said, Refused):
        return [f"the checkpoint over {frontier.size} leaves is malformed"]
    if said != Checkpoint(origin=origin, size=frontier.size, root=tree.root(frontier)):
        return [f"the checkpoint over {frontier.size} leaves is of another tree"]
    claimed = note.claims(written, _key(desk, origin))
    if not claimed or not all(desk.signatures.hold(desk.log_notary.public, *claim) for claim in claimed):
        return [f"the signature under the checkpoint over {frontier.size} leaves does not hold"]
    return []
