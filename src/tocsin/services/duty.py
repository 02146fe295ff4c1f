# SPDX-License-Identifier: Apache-2.0
"""The rota of a project at work: who sets it, who is on duty now, and how much one person has open.

The rota is a sealed record of the project. Reports, and warnings that a promise comes near, go to whoever is on duty
(`services.post.telling`); without a rota, or with everybody away, to all who triage. What somebody has open is for
themselves: nobody is shown the load of another.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from tocsin.core import access, duty
from tocsin.core.duty import Away, Note, Rota
from tocsin.core.policy.groups import ROLES
from tocsin.core.policy.model import Group
from tocsin.core.vocabulary import Actor, ProjectId, Refused, Value
from tocsin.services.app import Desk
from tocsin.services.book import Book, Kept
from tocsin.services.ports.store import Conflict, InboxQuery

_ONE: Final = "rota"
_MEANWHILE: Final = Refused(
    code="conflict", because="Somebody changed the rota meanwhile. Look again.", rule="optimistic concurrency"
)
MOST: Final = 1000
"""Cases that a load counts; beyond it there are simply many."""


class Load(Value):
    """How much somebody has open in a project, for themselves alone."""

    leads: int
    over: int


def rota(desk: Desk, project: ProjectId) -> Rota:
    """The rota of a project; an empty one where none was set."""
    return numbered(desk, project)[1]


def numbered(desk: Desk, project: ProjectId) -> tuple[int, Rota]:
    """The rota of a project with the number of its last change, 0 where none was set: changes made on it may name it as
    `seen`, and are refused (`conflict`) where somebody changed it since."""
    return _read(Book(desk, "duty", Rota).get(project, _ONE))


def on_duty(desk: Desk, project: ProjectId) -> str:
    """The id of the person on duty now; "" where nobody is."""
    found = duty.on_duty(rota(desk, project), desk.now().date())
    return found if found in triagers(desk, project) else ""


def is_away(desk: Desk, project: ProjectId, person: str) -> bool:
    """Whether somebody said that they are not there today."""
    return duty.is_away(rota(desk, project), person, desk.now().date())


def set_people(
    desk: Desk, actor: Actor, project: ProjectId, people: tuple[str, ...], seen: int | None = None
) -> Rota | Refused:
    """Set the order, beginning with this week; everybody in it triages in the project."""
    if unknown := set(people) - triagers(desk, project):
        because = f"On duty is who triages in the project; {len(unknown)} of these do not."
        return Refused(code="rota", because=because, rule="duty", missing=tuple(sorted(unknown)))
    return _change(desk, actor, project, lambda old: duty.ordered(old, people, desk.now().date()), seen)


def swap(
    desk: Desk, actor: Actor, project: ProjectId, week: date, person: str, seen: int | None = None
) -> Rota | Refused:
    """Give one week to somebody who triages in the project."""
    if person not in triagers(desk, project):
        because = "On duty is who triages in the project."
        return Refused(code="rota", because=because, rule="duty", missing=(person,))
    return _change(desk, actor, project, lambda old: duty.swapped(old, week, person, desk.now().date()), seen)


def away(
    desk: Desk, actor: Actor, project: ProjectId, first: date, last: date, seen: int | None = None
) -> Rota | Refused:
    """Note days on which the actor is not there: everybody says it of themselves."""
    days = Away(person=actor.id, first=first, last=last)
    return _change(desk, actor, project, lambda old: duty.absent(old, days, desk.now().date()), seen)


def back(desk: Desk, actor: Actor, project: ProjectId, first: date, seen: int | None = None) -> Rota | Refused:
    """Take back the actor's own days away that begin with `first`."""
    return _change(desk, actor, project, lambda old: duty.returned(old, actor.id, first, desk.now().date()), seen)


def home(desk: Desk, actor: Actor, project: ProjectId, country: str, seen: int | None = None) -> Rota | Refused:
    """Note whose public holidays the actor keeps; everybody says it of themselves."""
    return _change(desk, actor, project, lambda old: duty.at_home(old, actor.id, country.strip().upper()), seen)


def note(desk: Desk, actor: Actor, project: ProjectId, text: str) -> Rota | Refused:
    """Leave a note for who comes next."""
    left = Note(by=actor.id, at=desk.now().date(), text=text)
    return _change(desk, actor, project, lambda old: duty.handed_on(old, left))


def load(desk: Desk, person: str, project: ProjectId) -> Load:
    """Count what a person leads and has open, and what of it is over. Ask it for whoever asks, never for another."""
    rows = desk.inbox.page(InboxQuery(projects=(project,), open=True, lead=person, limit=MOST))
    return Load(leads=len(rows), over=sum(row.next_due <= desk.now() for row in rows))


def triagers(desk: Desk, project: ProjectId) -> frozenset[str]:
    """Ids of those who triage in a project: they make up its rota."""
    return frozenset(person.id for person, roles in desk.people.members(project) if roles & ROLES[Group.TRIAGER])


def _read(kept: Kept[Rota] | None) -> tuple[int, Rota]:
    return (kept.record.version, kept.value) if kept else (0, Rota())


def _change(
    desk: Desk,
    actor: Actor,
    project: ProjectId,
    change: Callable[[Rota], Rota | Refused],
    seen: int | None = None,
) -> Rota | Refused:
    if not access.may_read(actor) or actor.id not in triagers(desk, project):
        because = "The rota is for those who triage in the project."
        return Refused(code="not-permitted", because=because, rule="access")
    book = Book(desk, "duty", Rota)
    kept = book.get(project, _ONE)
    number, old = _read(kept)
    if seen not in (None, number):
        return _MEANWHILE
    made = change(old)
    if isinstance(made, Refused):
        return made
    try:
        if kept:
            book.change(kept, made)
        else:
            book.add(project, _ONE, made)
    except Conflict:
        return _MEANWHILE
    return made
