# SPDX-License-Identifier: Apache-2.0
"""What the front notes for the ledger of distributors: that somebody took a file out of a party's room, and when."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services import book
from tocsin.services.app import Front
from tocsin.services.listeners import PARTY_ROOM

OPENED: Final = "package-opened"


class Saw(msgspec.Struct, frozen=True):
    """Somebody took a file out of a party's room. `case` is empty where an earlier version noted it."""

    party: str
    blob: str
    at: datetime
    case: CaseRef = ""


def saw(front: Front, project: ProjectId, case: CaseRef, room: str, blob: str) -> None:
    """Note it where the room is a party's; a reporter's own files are nobody's business."""
    if room.startswith(PARTY_ROOM):
        book.leave(front, OPENED, project, Saw(party=room, blob=blob, at=front.now(), case=case))
