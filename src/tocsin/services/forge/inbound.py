# SPDX-License-Identifier: Apache-2.0
"""Makes cases of private reports on a forge, each once, however often and from how many sides it is heard of.

The return phrase is made from the advisory's id and this installation's secret, so the same report finds the case that
it opened before, also after a crash between opening and remembering. Nobody is given that phrase: the reporter is
answered on the forge.
"""

from __future__ import annotations

from contextlib import suppress

import msgspec

from tocsin.core.forge import fields
from tocsin.core.forge.reports import Reported, reported
from tocsin.core.vocabulary import CaseRef, ProjectId, Refused
from tocsin.services import book, intake
from tocsin.services.app import Desk
from tocsin.services.book import Kept
from tocsin.services.forge.door import LOOK, Delivery
from tocsin.services.forge.links import LEAST, Link, find, link_id, links, standing, standings
from tocsin.services.forge.watch import issue_of, propose
from tocsin.services.ports.forge import Payload
from tocsin.services.ports.records import Arrival
from tocsin.services.ports.store import Conflict


def arrived(desk: Desk, arrival: Arrival) -> None:
    """Take up one delivery that the front sealed; what cannot be read is left to the next look at the forge."""
    delivery = msgspec.json.decode(book.read(desk, arrival), type=Delivery)
    if delivery.event == LOOK:
        hasten(desk, arrival.project)
        return
    try:
        said = msgspec.json.decode(delivery.body)
    except msgspec.DecodeError:
        return
    if delivery.event == "repository_advisory":
        take(desk, arrival.project, said)
    elif delivery.event == "issues" and (found := issue_of(said)) is not None:
        propose(desk, arrival.project, found)


def hasten(desk: Desk, project: ProjectId) -> None:
    """Have the forge looked at soon: a minute after the last look at the earliest."""
    if project not in desk.outside.forges.sources():
        return
    kept = standing(desk, project)
    soon = max(desk.now(), kept.value.read_at + LEAST) if kept.value.read_at else desk.now()
    if kept.value.trouble or kept.record.due_at <= soon:
        return
    with suppress(Conflict):
        standings(desk).change(kept, kept.value, soon)


def take(desk: Desk, project: ProjectId, payload: Payload) -> Kept[Link] | None:
    """Open the case of a private report, or find the one that it has. None for what is no report: a draft of our own,
    an advisory of the project's people, something that cannot be read."""
    said = payload.get("repository_advisory", payload)
    told = reported(said)
    if told is None:
        return None
    if (known := find(desk, project, told.id)) is not None:
        return known
    if told.state != "triage":
        return None
    receipt = intake.receive(desk.outside.front, project, told.report, desk.tokens.mark("forge-report", told.id))
    if isinstance(receipt, Refused):
        return None
    return remember(desk, project, told, receipt.case, said)


def remember(desk: Desk, project: ProjectId, told: Reported, case: CaseRef, payload: Payload) -> Kept[Link]:
    """Link an advisory with its case; of two at once one is kept, and both have it."""
    link = Link(
        ghsa=told.id, url=told.url, case=case, login=told.login, state=told.state, prints=fields.prints(payload)
    )
    try:
        return links(desk).add(project, link_id(desk, told.id), link)
    except Conflict:
        found = find(desk, project, told.id)
        if found is None:
            raise
        return found


def adopt(desk: Desk, project: ProjectId, case: CaseRef, payload: Payload) -> Kept[Link] | Refused:
    """Link an advisory that stands on the forge with a case that is there already."""
    told = reported(payload)
    if told is None:
        return Refused(code="unreadable", because="This is not an advisory of a forge.", rule="forge")
    found = find(desk, project, told.id) or remember(desk, project, told, case, payload)
    if found.value.case != case:
        because = f"{told.id} belongs to {found.value.case}. Merge the two cases if they are one matter."
        return Refused(code="linked", because=because, rule="forge", missing=(found.value.case,))
    return found
