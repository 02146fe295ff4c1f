# SPDX-License-Identifier: Apache-2.0
"""Files of reports and messages that nobody has sent: held for two days, no more than so many, and then removed.

The page that shows a report before it is sent, and every form that comes back, keep the files that came with it; most
people send it, and whoever never does must not fill the disk. A lost report is worse than a full disk, so a file is
removed only when its mark was won from everybody who might still send it (`ports.unsent`), and whatever a killed
process leaves in doubt is kept. Files of a report that is sent in one go are never marked at all. Those that people of
the project bring to desk and API are all marked; the one door for change claims them when their words are committed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from tocsin.core.intake import Attachment
from tocsin.services.app import Desk, Front
from tocsin.services.ports.blobs import BlobMissing
from tocsin.services.ports.store import Unavailable
from tocsin.services.ports.vault import Tampered

KEPT: Final = timedelta(hours=48)
"""How long a file waits to be sent. A form carries it for a day after each look; one that comes later is told so."""

LEAST: Final = 64 * 1024
"""Bytes that a file weighs at least: a million tiny ones are a burden too."""

BATCH: Final = 200

UNSENT: Final = "unsent-files"
CROWDED: Final = "crowded"
ROOM: Final = "room"
"""What the worker notes every hour: whether four fifths of what unsent files may take are taken. The desk is told."""


def hold(front: Front, files: Sequence[Attachment], address: str = "") -> bool:
    """Mark files that were stored in this very request and that nobody was told of. False where there is no room for
    more, or where too much came from `address` within the hour: then they are removed. So they are when this raises."""
    return _marked(front, files, lambda weight: _fits(front, weight, address))


def keep(desk: Desk, files: Sequence[Attachment], person: str) -> bool:
    """Mark files that a person of the project brought in this very request, whatever strangers hold. False where they
    brought too much within the hour: then the files are removed. So they are when this raises."""
    front = desk.outside.front
    return _marked(front, files, lambda weight: front.quotas.bring(person, weight, front.now()))


def _marked(front: Front, files: Sequence[Attachment], fits: Callable[[int], bool]) -> bool:
    if not files:
        return True
    kept = False
    try:
        weights = [(each.blob, max(each.size, LEAST)) for each in files]
        if fits(sum(weight for _, weight in weights)):
            front.unsent.put(weights, front.now())
            kept = True
    finally:
        if not kept:
            discard(front, files)
    return kept


def discard(front: Front, files: Sequence[Attachment]) -> None:
    """Remove files that were stored in this very request, and that certainly nothing speaks of."""
    for each in files:
        with suppress(BlobMissing):
            front.blobs.delete(each.blob)


def claim(front: Front, files: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """Make sure that nobody removes these files, before anything is written that speaks of them; returns those that are
    gone already. With one of those, nothing may be sent. Repeating it, or sending a file twice, is fine."""
    if gone := _gone(front, files):
        return gone
    found = front.unsent.claim([each.blob for each in files]) if files else None
    if found is None or len(found.won) == len(files):
        return ()
    # No mark: sent before, and nobody's to remove; or condemned and removed while we looked, so look again.
    rest = [each for each in files if each.blob not in found.won | found.condemned]
    lost = {each.blob for each in _gone(front, rest)} | found.condemned
    return tuple(each for each in files if each.blob in lost)


def sweep(desk: Desk) -> int:
    """Remove files that waited for two days, and note whether the others crowd; says how many went. A kill between any
    two steps leaves nothing worse than a file to be removed in the next hour."""
    marks, before, removed = desk.outside.front.unsent, desk.now() - KEPT, 0
    while condemned := marks.condemn(before, BATCH):
        for blob in condemned:
            with suppress(BlobMissing):
                desk.blobs.delete(blob)
        marks.forget(condemned)
        removed += len(condemned)
    crowded = marks.weight() * 10 >= desk.outside.front.most_unsent * 8
    desk.machine.facts.note(UNSENT, CROWDED if crowded else ROOM, desk.now())
    return removed


def _fits(front: Front, weight: int, address: str) -> bool:
    if not front.quotas.upload(address, weight, front.now()):
        return False
    return front.unsent.weight() + weight <= front.most_unsent


def _gone(front: Front, files: Sequence[Attachment]) -> tuple[Attachment, ...]:
    return tuple(each for each in files if not _there(front, each))


def _there(front: Front, file: Attachment) -> bool:
    try:
        front.blobs.open(file.blob, file.key).close()
    except BlobMissing:
        return False
    except Tampered:
        return True  # it is no less sent; whoever opens it is told
    except OSError as error:
        raise Unavailable("the store of attachments cannot be used now") from error
    return True
