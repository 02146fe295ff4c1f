# SPDX-License-Identifier: Apache-2.0
"""What somebody may know whom nothing waits for: which deadline comes next, and that a report would reach a person.

An empty list alone could mean that nothing arrives any more; that was the most frequent reason for silence (UX 3.3).
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.core.vocabulary import CaseRef, ProjectId, Value
from tocsin.services import canary_state
from tocsin.services.app import Desk
from tocsin.services.ports.store import NEVER, InboxQuery
from tocsin.services.queries import inbox, words


class Calm(Value):
    """The next deadline of any open case, and for each door that is watched when its last canary was answered."""

    case: CaseRef = ""
    promise: str = ""
    due: str = ""
    left: str = ""
    canaries: tuple[str, ...] = ()


def quiet(desk: Desk, person: str) -> Calm:
    """Look at the projects of a person; opens the row of the case that is due next and no other."""
    projects, now = desk.people.projects(person), desk.now()
    row = next(iter(desk.inbox.page(InboxQuery(projects=projects, limit=1))), None) if projects else None
    told = tuple(_canaries(desk, projects))
    if row is None or row.next_due >= NEVER:
        return Calm(canaries=told)
    return Calm(
        case=row.case,
        promise=inbox.open_summary(desk, row).promise.replace("-", " "),
        due=words.instant(row.next_due),
        left=words.until(row.next_due, now),
        canaries=told,
    )


def _canaries(desk: Desk, projects: tuple[ProjectId, ...]) -> Iterator[str]:
    facts, watched = desk.machine.facts.all(), {project for project, _, _ in canary_state.watched(desk.projects)}
    for project in projects:
        start = f"{canary_state.ANSWERED}/{project}/"
        found = sorted((fact.removeprefix(start), told.at) for fact, told in facts.items() if fact.startswith(start))
        for door, at in found:
            yield f"Canary of {project} ({door}) last answered {words.instant(at)} \N{CHECK MARK}"
        if project in watched and not found:
            yield f"No canary of {project} was answered yet."
