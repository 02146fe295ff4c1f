# SPDX-License-Identifier: Apache-2.0
"""Break-glass in the key holder: which agreements of two people stand. Pure; no clock, no disk.

Somebody who sees no case reads one for a while because a second person agreed. Desk and command line decide who may
ask and who may agree (`services.breakglass`); this makes sure that nothing is released for that purpose without an
agreement that stands in the ledger, names two people and ends.
"""

from __future__ import annotations

from datetime import datetime

from tocsin.adapters.vault.holder import wire
from tocsin.services.ports.keys import BREAK_GLASS, GLASS_LONGEST, GRANT, KeysRefused, Release


class Glass:
    """Until when who may open which case."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], datetime] = {}

    def line(self, question: wire.AskGrant, now: datetime) -> Release:
        """The ledger's line of an agreement; raises KeysRefused for one that cannot be."""
        if not question.actor or not question.second or question.actor == question.second:
            raise KeysRefused("break-glass takes two different people")
        if not now < question.until <= now + GLASS_LONGEST:
            hours = int(GLASS_LONGEST.total_seconds() // 3600)
            raise KeysRefused(f"break-glass lasts at most {hours} hours from now")
        purpose = f"{BREAK_GLASS}{question.second} {question.until.isoformat()}"
        return Release(at=now, case=question.case, actor=question.actor, purpose=purpose, refused=GRANT)

    def note(self, line: Release) -> None:
        """Take a line of the ledger into account; lines of other kinds say nothing here."""
        if line.refused == GRANT:
            self._until[line.actor, line.case] = datetime.fromisoformat(line.purpose.rpartition(" ")[2])

    def open(self, question: wire.AskCaseKey, now: datetime) -> bool:
        """Whether nothing stands against a release: another purpose, or an agreement whose time is not over."""
        if not question.purpose.startswith(BREAK_GLASS):
            return True
        until = self._until.get((question.actor, question.case))
        return until is not None and now < until
