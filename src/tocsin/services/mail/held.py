# SPDX-License-Identifier: Apache-2.0
"""Mail that no rule could place, kept for a person with the reason in words: the quarantine.

A person makes a report of it, adds it to a case, or discards it with a reason. What was discarded, and what was set
aside by itself (failed deliveries, automatic answers), stays to be looked at for thirty days and then goes, bytes too.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from tocsin.core.mail.message import Mailbox
from tocsin.core.vocabulary import CaseRef, ProjectId, Value
from tocsin.services.app import Desk
from tocsin.services.book import Book, Kept
from tocsin.services.mail.arriving import Left
from tocsin.services.ports.blobs import BlobMissing
from tocsin.services.ports.store import NEVER, Conflict

KIND: Final = "mail-held"
KEPT_FOR: Final = timedelta(days=30)
BATCH: Final = 50


class State(StrEnum):
    """Where a held mail stands: a person has to look, nobody has to, or somebody has."""

    WAITS = "waits"
    ASIDE = "aside"
    DISCARDED = "discarded"
    DONE = "done"


class Held(Value):
    """One held mail. `case` is the one that it seems to belong to, `original` who seems to have written what was
    forwarded; `by` and `reason` tell who dealt with it and why, `went_to` where it went."""

    left: Left
    at: datetime
    because: tuple[str, ...]
    sender: Mailbox | None = None
    subject: str = ""
    proof: str = ""
    case: CaseRef = ""
    original: Mailbox | None = None
    state: State = State.WAITS
    by: str = ""
    reason: str = ""
    went_to: CaseRef = ""


def book(desk: Desk) -> Book[Held]:
    """All held mails of this installation."""
    return Book(desk, KIND, Held)


def hold(desk: Desk, project: ProjectId, arrival: str, value: Held) -> None:
    """Hold a mail; a second time changes nothing."""
    due = desk.now() + KEPT_FOR if value.state is State.ASIDE else NEVER
    with suppress(Conflict):
        book(desk).add(project, arrival, value, due)


def settle(desk: Desk, kept: Kept[Held], value: Held) -> Kept[Held]:
    """Write down what a person did; raises Conflict where somebody else was first."""
    return book(desk).change(kept, value, desk.now() + KEPT_FOR)


def forget(desk: Desk) -> int:
    """Remove what nobody needs any more, and the bytes of what went nowhere; returns how many."""
    gone = 0
    for kept in book(desk).due(desk.now(), BATCH):
        if kept.value.state is State.WAITS:
            continue
        if kept.value.state is not State.DONE:
            with suppress(BlobMissing):
                desk.blobs.delete(kept.value.left.blob)
        gone += book(desk).remove(kept)
    return gone


def waiting(desk: Desk, projects: tuple[ProjectId, ...]) -> int:
    """How many mails wait for a person in these projects. None is opened, because this is asked every minute, in a
    flood too: of held mail only what waits has nothing to be looked at for by itself (`hold`, `settle`)."""
    return sum(desk.outside.records.count(KIND, project, NEVER) for project in projects)


def done(held: Held, by: str, went_to: CaseRef) -> Held:
    """A held mail that went into a case."""
    return msgspec.structs.replace(held, state=State.DONE, by=by, went_to=went_to)
