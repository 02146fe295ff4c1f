# SPDX-License-Identifier: Apache-2.0
"""A case as it stood at an earlier line of its journal: what somebody was looking at when they began to type."""

from __future__ import annotations

import msgspec

from tocsin.core.case.evolve import replay
from tocsin.services import sealing
from tocsin.services.app import Desk
from tocsin.services.cases import Opened


def as_of(desk: Desk, opened: Opened, seq: int) -> Opened | None:
    """Replay a case that is open already up to a line; None for a line before the first. Costs the lines before it."""
    lines = desk.journal.entries(opened.case.ref, limit=seq)
    case = replay(sealing.open_entries(sealing.Places(desk.sealer.instance), opened.key, opened.case.ref, lines))
    return msgspec.structs.replace(opened, case=case) if case else None
