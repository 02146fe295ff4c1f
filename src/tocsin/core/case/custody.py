# SPDX-License-Identifier: Apache-2.0
"""What a case is, as one digest, for those who agree to destroy it; and who reads it under break-glass.

What people agree to is bound to the case as they saw it: whatever happens in it before the yes makes the yes void.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from tocsin.core.case.approval import Glass
from tocsin.core.case.model import Case

_STILL: Final = {"asks": (), "glass": (), "warned": (), "touched_at": None, "sittings": (), "worked": 0}
"""What passes through a case without changing what it is: wishes, the clock's warnings, looks by break-glass, and when
and for how long somebody last did anything of it."""


def digest(case: Case) -> str:
    """SHA-256 over all that the case is, in hex; wishes and warnings leave it as it was."""
    same = replace(case, seq=0, updated_at=case.received_at, **_STILL)
    return hashlib.sha256(msgspec.json.encode(same)).hexdigest()


def glass(case: Case, person: str, now: datetime) -> Glass | None:
    """Why somebody may read this case by break-glass now; None where nothing stands."""
    return next((each for each in case.glass if each.person == person and now < each.until), None)
