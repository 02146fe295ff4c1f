# SPDX-License-Identifier: Apache-2.0
"""A new key-encryption key under running work, and the destruction of one case's key.

Rotation goes in steps that can be repeated: the key holder makes a key, everybody starts to seal to it, each case's key
is wrapped anew, each list row sealed anew. Nothing is decrypted but keys and list rows; nobody waits. The old key opens
until it is retired, because backups of wrapped keys from before are kept that long.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

import msgspec

from tocsin.core.vocabulary import CaseRef
from tocsin.services import book, sealing
from tocsin.services.app import Desk
from tocsin.services.ports.keys import Standing
from tocsin.services.ports.machine import Rewrapped
from tocsin.services.ports.store import Head, InboxRow
from tocsin.services.queries.inbox import open_summary

KEPT: Final = timedelta(days=30)
"""How long wrapped keys are kept in backups, and so how long a shredded case could still be brought back."""

BATCH: Final = 200
SETTLE_SECONDS: Final = 6.0
"""Longer than any process keeps the key of a list (`adapters.vault.holder.client`)."""


class Rotated(msgspec.Struct, frozen=True):
    """What a rotation did."""

    standing: Standing
    cases: int
    rows: int


def rotate(desk: Desk, publish: Callable[[bytes], None], pause: Callable[[float], None] = time.sleep) -> Rotated:
    """Rotate; `publish` names the new public key to everybody who seals. Raises KeysRefused, Unavailable, Tampered."""
    standing = desk.machine.keys.rotate(desk.now() + KEPT)
    publish(standing.public[0])
    pause(SETTLE_SECONDS)
    return finish(desk, standing)


def finish(desk: Desk, standing: Standing) -> Rotated:
    """Wrap and seal anew whatever still stands under an older key; safe to repeat after an interruption."""
    cases = rows = 0
    while moved := _rewrap_all(desk):
        cases += moved
    rows += _reseal_all(desk) + book.reseal(desk)
    return Rotated(standing=standing, cases=cases, rows=rows)


def retire(desk: Desk, publish: Callable[[bytes], None]) -> int:
    """Destroy old keys whose time is over, after making sure that nothing stands under them; says how many.

    An interrupted rotation is finished first: otherwise what it left behind would be lost. Raises as `rotate`.
    """
    standing = desk.machine.keys.standing()
    if len(standing.public) == 1:
        return 0
    publish(standing.public[0])
    finish(desk, standing)
    return desk.machine.keys.retire(desk.now())


def _rewrap_all(desk: Desk) -> int:
    return sum(_rewrap(desk, page) for page in _pages(desk))


def _rewrap(desk: Desk, page: list[Head]) -> int:
    keys = desk.machine.keys
    found = [Rewrapped(case=h.case, old=h.wrapped_key, new=keys.rewrap(h.case, h.wrapped_key)) for h in page]
    changed = [each for each in found if each.new != each.old]
    return desk.machine.case_keys.replace(changed) if changed else 0


def _reseal_all(desk: Desk) -> int:
    sealed = 0
    for page in _pages(desk):
        rows = [row for head in page if (row := desk.inbox.row(head.case)) is not None and row.body]
        sealed += desk.inbox.put([_resealed(desk, row) for row in rows])
    return sealed


def _resealed(desk: Desk, row: InboxRow) -> InboxRow:
    place = sealing.row_place(sealing.Places(desk.sealer.instance), row)
    body = msgspec.json.encode(open_summary(desk, row))
    return msgspec.structs.replace(row, body=desk.vault.list_key(row.project).seal(body, place), by_drop=False)


def _pages(desk: Desk) -> Iterator[list[Head]]:
    after = ""
    while page := desk.journal.cases(after=after, limit=BATCH):
        after = page[-1].case
        yield [head for head in page if head.wrapped_key]


def shred(desk: Desk, ref: CaseRef) -> bool:
    """Destroy a case's key, its list row, its snapshot and its reporters' rooms; False where there is no such case.

    Its attachments become unreadable with it. Backups of wrapped keys are kept for `KEPT`: after that nobody, with any
    backup and all keys, opens the case again. Who may order this is decided before; it cannot be undone.
    """
    head = desk.journal.head(ref)
    if head is None:
        return False
    for room in desk.rooms.of_case(ref):
        desk.rooms.forget(room.id)
    desk.machine.case_keys.shred(ref)
    return True
