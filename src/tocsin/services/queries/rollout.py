# SPDX-License-Identifier: Apache-2.0
"""How far users are with a published advisory, as a person at the desk reads it (S61): numbers by line, nobody by name.

Only what subscribers said of themselves is counted (`services.rollout`).
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.core.advisory.model import Advisory
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.publication import RECORD
from tocsin.services.queries import words
from tocsin.services.rollout.announcing import REMIND_AFTER, REMIND_UNTIL, Exposure, exposure, silent


class RolloutView(msgspec.Struct, frozen=True):
    """What subscribers said, by line and at the end all of them; `reminders` says who will be reminded, and when."""

    rows: tuple[Exposure, ...]
    reminders: str

    @property
    def anybody(self) -> bool:
        """Whether anybody asked to be told."""
        return any(each.told for each in self.rows)


def rollout(desk: Desk, opened: Opened) -> RolloutView | None:
    """Count for a case's advisory; None before it is published."""
    case = opened.case
    card, record = desk.shelf.card(case.advisory_id), desk.shelf.document(case.advisory_id, RECORD)
    if case.published_at is None or card is None or record is None:
        return None
    advisory = msgspec.json.decode(record.body, type=Advisory)
    waiting = len(silent(desk, case.project, card, advisory))
    return RolloutView(
        rows=exposure(desk, case.project, advisory), reminders=_reminders(waiting, card.published_at, desk.now())
    )


def _reminders(waiting: int, published: datetime, now: datetime) -> str:
    due = published + REMIND_AFTER
    if not waiting or now > published + REMIND_UNTIL:
        return ""
    who = "1 person who asked for a reminder has" if waiting == 1 else f"{waiting} who asked for a reminder have"
    if now < due:
        return f"{who} said nothing yet; they are reminded once, {words.instant(due)}."
    return f"{who} said nothing since; they were reminded once."
