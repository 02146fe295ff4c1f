# SPDX-License-Identifier: Apache-2.0
"""What agreements about reading and shredding change in a case; `evolve` joins them to the others. Total, like it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tocsin.core.case.approval import CaseShredded, Glass, GlassBroken
from tocsin.core.case.events import Entry
from tocsin.core.case.model import Case
from tocsin.core.policy.facts import PromiseFact


def _glass(case: Case, entry: Entry, event: GlassBroken) -> dict[str, Any]:
    agreed = Glass(
        person=event.person,
        name=event.name,
        second=entry.actor.id,
        second_name=entry.actor.name,
        reason=event.reason,
        at=entry.at,
        until=event.until,
    )
    return {"glass": (*case.glass, agreed)}


def _shredded(case: Case, entry: Entry, event: CaseShredded) -> dict[str, Any]:
    return {"shredded_at": entry.at, "recorded": (*case.recorded, PromiseFact(name="erased", at=entry.at))}


CHANGES: Final[dict[type, Callable[[Case, Entry, Any], dict[str, Any]]]] = {
    GlassBroken: _glass,
    CaseShredded: _shredded,
}
