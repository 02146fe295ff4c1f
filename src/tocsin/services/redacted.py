# SPDX-License-Identifier: Apache-2.0
"""What happened in a published case and when, without a word of it, as a file that anybody can check against the log.

The file shows the texts of leaves: kind of who, name of what, instant, place in the journal. What was written stays
behind salted digests. Events that speak of the team's own affairs are not in it; that some are left out can be seen
from the numbers, and which they are cannot.
"""

from __future__ import annotations

from typing import Final

from tocsin.core.case import events as ev
from tocsin.core.case.phase import Phase, phase
from tocsin.core.vocabulary import CaseRef, Refused
from tocsin.services import cases, leaves, sealing, transparency
from tocsin.services.app import Desk
from tocsin.services.queries import case as queries

SHOWN: Final = frozenset(
    {
        ev.ReportReceived, ev.CaseValidated, ev.CaseAccepted, ev.FixSet, ev.FixConfirmed, ev.EmbargoProposed,
        ev.EmbargoAccepted, ev.EmbargoRejected, ev.EmbargoDecided, ev.EmbargoEnded, ev.EmbargoLapsed, ev.StateObserved,
        ev.CveSet, ev.PublicationOrdered, ev.AdvisoryPublished, ev.CaseClosed,
    }
)  # fmt: skip
"""What outsiders may learn of a case that is public; an event that is not here is not shown."""


def timeline(desk: Desk, ref: CaseRef, person: str) -> str | Refused:
    """The timeline of a published case as a file that `verify_log.py` checks; refuses for one that is not public."""
    found = queries.authorised(desk, ref, person, "log.timeline")
    if found is None:
        return cases.NOT_FOUND
    _, opened = found
    if phase(opened.case) not in (Phase.PUBLISHED, Phase.CLOSED) or opened.case.published_at is None:
        return Refused(code="not-published", because="Only a published case has a public timeline.", rule="law 3")
    places = sealing.Places(desk.sealer.instance)
    bodies = sealing.open_bodies(places, opened.key, ref, desk.journal.entries(ref))
    entries = [(ev.decode(body), body) for body in bodies]
    shown = [
        leaves.of_entry(places, opened.key, ref, entry, body) for entry, body in entries if type(entry.event) in SHOWN
    ]
    file = transparency.proven(desk.log, desk.log_notary.public, shown)
    if file is None:
        return Refused(code="log-behind", because="No checkpoint covers the newest entries yet. Try again.", rule="log")
    return file
