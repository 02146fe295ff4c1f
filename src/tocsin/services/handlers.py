# SPDX-License-Identifier: Apache-2.0
"""Looks whether whoever leads a case still may by the policy: roles change after a case was given to somebody (S19).

What the policy in force says counts here, not the one that a case is pinned to: it is about today's people. Giving a
case to somebody who may not have it is refused elsewhere (`core.policy.clauses.handlers`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tocsin.core.policy.clauses import handlers
from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services.app import Desk
from tocsin.services.ports.machine import Alarm
from tocsin.services.ports.store import InboxQuery

DRIFTED: Final = "lead-lacks-permission"
PAGE: Final = 200


def check(desk: Desk) -> int:
    """Sound an alarm for each open case whose lead lacks a permission, once a day; returns how many new ones."""
    return sum(
        desk.machine.alarms.sound(Alarm(at=desk.now(), kind=DRIFTED, case=ref, actor=lead, place=project))
        for info in desk.projects.all()
        for project, lead in _drifted(desk, info.id, info.policy)
        for ref in _led(desk, project, lead)
    )


def _drifted(desk: Desk, project: ProjectId, version: str) -> Iterator[tuple[ProjectId, str]]:
    policy = desk.projects.policy(project, version)
    for lead in desk.inbox.leads(project):
        actor = desk.people.actor(lead, project)
        if handlers.lacking(policy, actor.roles if actor else frozenset()):
            yield project, lead


def _led(desk: Desk, project: ProjectId, lead: str) -> Iterator[CaseRef]:
    asked = InboxQuery(projects=(project,), lead=lead, limit=PAGE)
    while page := desk.inbox.page(asked):
        yield from (row.case for row in page)
        asked = msgspec.structs.replace(asked, after=(page[-1].next_due, page[-1].case))
