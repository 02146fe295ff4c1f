# SPDX-License-Identifier: Apache-2.0
"""Keys that end soon: their owners are told 60, 30 and 7 days before, once each (`core.mail_out.keys`).

A member is told of their own key, the project's owners of the team's and of those of lists, and the lead of a case of
the reporter's or a party's, who cannot be told in their place that nobody could write to them encrypted any more.
"""

from __future__ import annotations

from datetime import datetime

from tocsin.core.mail_out import keys
from tocsin.core.mail_out.keys import KnownKey
from tocsin.core.mail_out.model import Mailbox
from tocsin.core.vocabulary import ProjectId, Role
from tocsin.services.app import Desk
from tocsin.services.post import keyring, letters, list_keys, members, telling
from tocsin.services.post.letters import Fixed


def warn(desk: Desk) -> int:
    """Queue the warnings that are due; returns how many people are told. Safe to repeat."""
    if desk.post.sends is None:
        return 0
    return sum(
        _members(desk, info.id)
        + _team(desk, info.id, info.name)
        + _lists(desk, info.id)
        + _correspondents(desk, info.id)
        for info in desk.projects.all()
    )


def _members(desk: Desk, project: ProjectId) -> int:
    told = 0
    for person, _ in desk.people.members(project):
        key = members.member(desk, project, person.id).key
        days = keys.warning(key.expires_at, key.warned, desk.now()) if key else 0
        if key is None or not days:
            continue
        text = f"Your OpenPGP key {_short(key)} ends on {_day(key.expires_at)}. Upload a fresh copy of it on the desk."
        box = Mailbox(address=person.email, name=person.name)
        told += letters.fixed(desk, project, f"key-{key.fingerprint[-16:]}-{days}", [box], _letter(text))
        members.warned(desk, person.id, key.fingerprint, days)  # in every project: it is one key, told of once
    return told


def _team(desk: Desk, project: ProjectId, name: str) -> int:
    """The days are in the letter's id, so that nothing need be remembered of a team's key."""
    key = desk.post.teams.certificate(project)
    days = keys.warning(key.expires_at, 0, desk.now()) if key else 0
    if key is None or not days:
        return 0
    text = (
        f"The OpenPGP key of {name}, {key.fingerprint[-16:]}, ends on {_day(key.expires_at)}. “tocsin mail key create "
        f"{project}” makes a new one; the old one goes on opening old mail."
    )
    fact = f"warned/{project}/{key.fingerprint[-16:]}/{days}"
    if desk.machine.facts.get(fact) is not None:
        return 0
    desk.machine.facts.note(fact, "told", desk.now())
    return letters.fixed(desk, project, f"key-{key.fingerprint[-16:]}-{days}", _owners(desk, project), _letter(text))


def _lists(desk: Desk, project: ProjectId) -> int:
    """A list whose key has ended gets nothing more from us, which is noticed when something is to be told it."""
    told = 0
    for name, key in list_keys.known(desk, project):
        days = keys.warning(key.expires_at, key.warned, desk.now())
        if not days:
            continue
        text = (
            f"The OpenPGP key of the list {name}, {_short(key)}, ends on {_day(key.expires_at)}. Take the new one from "
            f"the list's own page and give it with “tocsin mail key of-list {project} {name} FILE --fingerprint …”; "
            "without it nothing can be sent there."
        )
        told += letters.fixed(desk, project, f"key-{_short(key)}-{days}", _owners(desk, project), _letter(text))
        list_keys.warned(desk, project, name, key.fingerprint, days)
    return told


def _correspondents(desk: Desk, project: ProjectId) -> int:
    told = 0
    for record, ring in keyring.rings(desk, project):
        for key in ring:
            days = keys.warning(key.expires_at, key.warned, desk.now()) if key.verified_by else 0
            if days:
                ref = record.rpartition(".")[0]
                told += telling.tell(desk, ref, "key.expires", "lead", f"{key.fingerprint[-16:]}-{days}")
                keyring.warned(desk, project, record, key.fingerprint, days)
    return told


def _owners(desk: Desk, project: ProjectId) -> list[Mailbox]:
    people = desk.people.members(project)
    return [Mailbox(address=person.email, name=person.name) for person, roles in people if Role.OWNER in roles]


def _letter(text: str) -> Fixed:
    return Fixed(subject="An OpenPGP key ends soon", text=text)


def _short(key: KnownKey) -> str:
    return key.fingerprint[-16:]


def _day(at: datetime | None) -> str:
    return f"{at:%d %B %Y}" if at else "no day"
