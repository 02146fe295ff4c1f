# SPDX-License-Identifier: Apache-2.0
"""Who belongs to a project, as its owners decide: roles, invitations, and the two people that a promotion takes.

A role that publishes (owner, publisher) is asked for by one owner and confirmed by another owner or maintainer, never
by whom it is for; where there is nobody else, a day passes instead. The console (`tocsin people`) is not bound by
this: whoever has it has the keys of the machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import msgspec

from tocsin.core.access import READERS
from tocsin.core.case.approval import ALONE, EXPIRES
from tocsin.core.vocabulary import Actor, ProjectId, Refused, Role
from tocsin.services.app import Desk
from tocsin.services.ports.world import PersonInfo

WEIGHTY: Final = (Role.OWNER, Role.PUBLISHER)
"""Roles that publish."""

DECIDE: Final = frozenset({Role.OWNER, Role.ADMINISTRATOR})
"""Who invites and gives roles. What an administrator gives waits for the project wherever it lets somebody read cases:
who sees none brings nobody in who does."""

CONFIRM: Final = frozenset({Role.OWNER, Role.MAINTAINER})
LINK_LASTS: Final = timedelta(hours=24)
_FACT: Final = "promotion/"
_NOT_OWNER: Final = Refused(
    code="not-permitted",
    because="Only an owner of the project decides who belongs to it.",
    rule="access",
    missing=("owner", "administrator"),
)
_GONE: Final = Refused(code="not-found", because="Nobody asks for this any more.", rule="two people")


class Promotion(msgspec.Struct, frozen=True):
    """A role that waits for a second person: who is to get it, who asked, and whether the reader can confirm it."""

    id: str
    project: ProjectId
    person: str
    name: str
    role: Role
    by: str
    by_name: str
    may: bool = False


def put(desk: Desk, actor: Actor, project: ProjectId, person: str, roles: Iterable[Role]) -> frozenset[Role] | Refused:
    """Give a member these roles, none ends the membership; returns those that wait for a second person.

    Refuses whoever is no owner, somebody who is not there, and to leave a project without an owner.
    """
    if not actor.roles & DECIDE:
        return _NOT_OWNER
    members = {each.id: (each, held) for each, held in desk.people.members(project)}
    if person not in members:
        return Refused(code="not-found", because="There is no such person in this project.", rule="access")
    info, held = members[person]
    wanted = frozenset(roles)
    others = [each for each, (_, their) in members.items() if each != person and Role.OWNER in their]
    if Role.OWNER in held - wanted and not others:
        because = "This is the last owner: make somebody else one first."
        return Refused(code="last-owner", because=because, rule="every project has an owner")
    waits = _weighty(actor) & (wanted - held)
    if wanted - waits != held:
        desk.people.add(info.name, info.email, {project: wanted - waits})
    for role in waits:
        _note(desk, project, person, role, actor.id)
    return waits


def invite(
    desk: Desk, actor: Actor, project: ProjectId, name: str, email: str, roles: Iterable[Role]
) -> tuple[PersonInfo, str] | Refused:
    """Let somebody new in: returns them and the link to give them. Refuses whoever is no owner, an unfit address,
    somebody who is here already, and no role at all."""
    if not actor.roles & DECIDE:
        return _NOT_OWNER
    wanted = frozenset(roles)
    if not wanted or not name.strip():
        return Refused(code="nothing-given", because="Give a name and at least one role.", rule="people")
    if any(email.strip().lower() == each.email for each, _ in desk.people.members(project)):
        return Refused(code="member-already", because="This person is in the project already.", rule="people")
    weighty = _weighty(actor)
    at_once = wanted - weighty or (frozenset({Role.AUDITOR}) - weighty)
    try:
        person = desk.people.add(name.strip(), email, {project: at_once})
    except ValueError as wrong:
        return Refused(code="address-malformed", because=f"{str(wrong).capitalize()}.", rule="people")
    for role in weighty & wanted:
        _note(desk, project, person.id, role, actor.id)
    now = desk.now()
    token = desk.people.sign_in_link(person.id, now, now + LINK_LASTS)
    return person, f"{desk.site.desk_url}/sign-in/{token}"


def _weighty(actor: Actor) -> frozenset[Role]:
    """Roles that wait for a second person when this one gives them."""
    return frozenset(WEIGHTY) if Role.OWNER in actor.roles else READERS


def waiting(desk: Desk, actor: Actor, project: ProjectId) -> tuple[Promotion, ...]:
    """List the promotions of a project that wait for a second person."""
    names = {each.id: each.name for each, _ in desk.people.everybody()}
    found = []
    for name, fact in desk.machine.facts.all().items():
        where, person, role, by = (*fact.value.split(" "), "", "", "")[:4] if fact.value else ("", "", "", "")
        if not name.startswith(_FACT) or where != project or person not in names or desk.now() >= fact.at + EXPIRES:
            continue
        told = Promotion(
            id=name.removeprefix(_FACT),
            project=project,
            person=person,
            name=names[person],
            role=Role(role),
            by=by,
            by_name=names.get(by, by),
        )
        alone = not _others(desk, project, told) and by == actor.id and desk.now() >= fact.at + ALONE
        may = person != actor.id and bool(actor.roles & CONFIRM) and (by != actor.id or alone)
        found.append(msgspec.structs.replace(told, may=may))
    return tuple(sorted(found, key=lambda each: (each.name, each.role)))


def confirm(desk: Desk, actor: Actor, project: ProjectId, promotion: str) -> Promotion | Refused:
    """Say yes to a promotion as its second person, and give the role."""
    asked = next((each for each in waiting(desk, actor, project) if each.id == promotion), None)
    if asked is None:
        return _GONE
    if not asked.may:
        able = (
            ", ".join(_others(desk, project, asked)) or f"you, {int(ALONE.total_seconds() // 3600)} hours after asking"
        )
        because = f"A role that publishes takes two people. {able} can confirm it."
        return Refused(code="needs-approval", because=because, rule="two people", missing=(f"confirmation by {able}",))
    info, held = next((info, held) for info, held in desk.people.everybody() if info.id == asked.person)
    desk.people.add(info.name, info.email, {project: held.get(project, frozenset()) | {asked.role}})
    desk.machine.facts.note(_FACT + promotion, "", desk.now())
    return asked


def _others(desk: Desk, project: ProjectId, asked: Promotion) -> tuple[str, ...]:
    """Name who could be the second person of a promotion."""
    members = desk.people.members(project)
    return tuple(each.name for each, held in members if held & CONFIRM and each.id not in (asked.by, asked.person))


def _note(desk: Desk, project: ProjectId, person: str, role: Role, by: str) -> None:
    name = hashlib.sha256(f"{project} {person} {role}".encode()).hexdigest()[:40]
    desk.machine.facts.note(_FACT + name, f"{project} {person} {role} {by}", desk.now())
