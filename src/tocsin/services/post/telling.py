# SPDX-License-Identifier: Apache-2.0
"""Telling members of the team by mail that something happened: to whom, and not before they want to hear of it.

Who is meant by a group is the policy's; what nobody waits for comes with the daily mail of those who asked for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tocsin.core.access import READERS
from tocsin.core.mail_out import quiet
from tocsin.core.mail_out.model import Mailbox
from tocsin.core.policy.groups import ROLES
from tocsin.core.policy.model import Group
from tocsin.core.vocabulary import CaseRef, ProjectId, Role
from tocsin.services import duty
from tocsin.services.app import Desk
from tocsin.services.ports.world import PersonInfo
from tocsin.services.post import letters, members
from tocsin.services.post.letters import Happened, Wish

EVERYBODY: Final = ("all", Group.ALL_MAINTAINERS.value)
DUTY: Final = ("duty", Group.ON_CALL.value)
LEAD: Final = ("lead", Group.LEAD.value)
AUDITORS: Final = "auditors"

Member = tuple[PersonInfo, frozenset[Role]]


def tell(desk: Desk, ref: CaseRef, what: str, to: str, cause: str) -> int:
    """Queue a letter for each person meant; `cause` names what it comes from, so that telling twice tells once."""
    row = desk.inbox.row(ref) if ref and desk.post.sends is not None else None
    if row is None:
        return 0
    now, urgent = desk.now(), to in EVERYBODY
    wishes = []
    for person in meant(desk, row.project, *_heard(desk, row.project, to, row.lead)):
        wanted = members.member(desk, row.project, person.id).wishes
        if not wanted.each and wanted.digest_at is not None and not urgent:
            continue
        wishes.append(
            Wish(
                id=letters.letter_id(desk, f"{ref}.{cause[-40:]}", 0, person.id),
                to=Mailbox(address=person.email, name=person.name),
                letter=Happened(case=ref, what=what, person=person.id),
                due_at=now if urgent else quiet.send_at(wanted, now),
            )
        )
    return letters.queue(desk, row.project, wishes)


def _heard(desk: Desk, project: ProjectId, to: str, lead: str) -> tuple[str, str, str]:
    """Whom a word to somebody reaches: a lead who is not there, or not named yet, is stood in for by who is on duty."""
    if to in LEAD and (not lead or duty.is_away(desk, project, lead)):
        to = DUTY[0]
    return to, lead, duty.on_duty(desk, project) if to in DUTY else ""


def meant(desk: Desk, project: ProjectId, to: str, lead: str, on_duty: str) -> list[PersonInfo]:
    """The people whom a group means; a group that is empty just now means everybody who may read, so that nothing
    happens unheard."""
    known = [each for each in desk.people.members(project) if each[1] & READERS]
    found = list(_some(known, to, lead, on_duty))
    return found or [person for person, roles in known if roles - {Role.AUDITOR}]


def _some(known: Iterable[Member], to: str, lead: str, on_duty: str) -> Iterable[PersonInfo]:
    for person, roles in known:
        if to in EVERYBODY:
            meant = bool(roles - {Role.AUDITOR})
        elif to in LEAD:
            meant = person.id == lead
        elif to == AUDITORS:
            meant = Role.AUDITOR in roles
        elif to in DUTY:
            meant = person.id == on_duty if on_duty else bool(roles & ROLES[Group.TRIAGER])
        else:
            meant = bool(roles & ROLES.get(_group(to), frozenset()))
        if meant:
            yield person


def _group(to: str) -> Group:
    try:
        return Group(to)
    except ValueError:
        return Group.REPORTER
