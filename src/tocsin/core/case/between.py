# SPDX-License-Identifier: Apache-2.0
"""What a move says from one side to the other beside its own effect: why a date, why not, why now, what was tried.

Both sides read it, the team in its reporter thread and the reporter in their room and, with an address, by mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from tocsin.core.case import events as ev
from tocsin.core.case.record_events import MilestoneSet
from tocsin.core.vocabulary import ActorKind

ENDED: Final[Mapping[str, str]] = {
    "leaked": "The embargo is over, because the matter came out.",
    "early": "The embargo is over, earlier than agreed.",
    "public": "The embargo is over, because the matter is public.",
    "attacked": "The embargo is over, because attacks were seen.",
}
"""Why an embargo ended, where everybody in it is told."""

_CVE: Final[Mapping[str, str]] = {
    "reserved": "The CVE id is {id}. It stays between us until the advisory is public.",
    "rejected": "{id} was rejected and will not be used.",
}


def words_between(entry: ev.Entry) -> str:
    """Say what a line of the journal tells the other side; empty where it says nothing.

    Whoever reported a matter is told its CVE id as soon as there is one (CNA Rules 4.3.3).
    """
    match entry.event:
        case ev.EmbargoProposed(ends_at=at, reason=reason) if reason.strip():
            return f"About the date {_instant(at)}: {reason}"
        case ev.EmbargoRejected(reason=reason):
            return _with("The proposed date is off the table.", reason)
        case ev.EmbargoDecided(ends_at=at, reason=reason):
            return _with(f"Decided without agreement: the embargo ends on {_instant(at)}.", reason)
        case ev.EmbargoEnded(why=why, reason=reason) if why in ENDED:
            return _with(ENDED[why], reason)
        case MilestoneSet(name=name, at=at, note=note):
            return _with(f"Planned: {name}, {_instant(at)}." if at else f"No longer planned: {name}.", note)
        case ev.FixConfirmed(note=note) if note.strip() and entry.actor.kind is ActorKind.REPORTER:
            return f"The fix works: {note}"
        case ev.CveSet(state=state, cve_id=cve_id):
            return _CVE.get(state, "").format(id=cve_id)
        case _:
            return ""


def _instant(at: datetime) -> str:
    return f"{at:%a %Y-%m-%d %H:%M} UTC"


def _with(words: str, reason: str) -> str:
    return f"{words}\n{reason}".rstrip()
