# SPDX-License-Identifier: Apache-2.0
"""Who looked at an embargoed case: recorded before anything of it is shown, sealed with it, remembered in the log.

No record, no look: where it cannot be written, the reader gets nothing. The record says who looked and when, never what
they saw; after an incident it answers who could have known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tocsin.core.vocabulary import Actor, CaseRef
from tocsin.services import leaves, sealing
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.leaves import LOOKED, Looked
from tocsin.services.ports.log import Look
from tocsin.services.ports.vault import CaseKey

PAGE: Final = 500


def record(desk: Desk, actor: Actor, opened: Opened, purpose: str, *, always: bool = False) -> None:
    """Record that `actor` is about to see an embargoed case; for any other only where it is `always` wanted.

    Raises `ports.store.Unavailable` when that cannot be kept: then nothing may be shown.
    """
    case = opened.case
    if not (always or case.embargo.in_force):
        return
    places, look, now = sealing.Places(desk.sealer.instance), desk.mint.id("lok"), desk.now()
    body = msgspec.json.encode(Looked(at=now, by=actor.id, name=actor.name, purpose=purpose, seq=case.seq))
    sealed = opened.key.seal(body, places.look(look, case.ref))
    leaf = leaves.commitment(leaves.of_look(places, opened.key, case.ref, look, body))
    desk.log.note_look(Look(id=look, case=case.ref, at=now, body=sealed, leaf=leaf))


def of(desk: Desk, ref: CaseRef, key: CaseKey, after: int = 0) -> Iterator[tuple[Looked, bytes]]:
    """Yield the looks at a case but the first `after`, oldest first, each with its commitment; raises Tampered for one
    that does not open."""
    places, seen = sealing.Places(desk.sealer.instance), after
    while page := desk.log.looks(ref, seen, PAGE):
        for look in page:
            body = key.open(look.body, places.look(look.id, ref))
            yield LOOKED.decode(body), leaves.commitment(leaves.of_look(places, key, ref, look.id, body))
        seen += len(page)
