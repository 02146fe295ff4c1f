# SPDX-License-Identifier: Apache-2.0
"""The duty page of a project: whose weeks come, who stands in and why, who is told while nobody answers, what was
handed on, whether the canaries were answered; and how much the reader has open, which nobody else is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

import msgspec

from tocsin.core import duty as rules
from tocsin.core.duty import Rota
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import ProjectId
from tocsin.services import duty
from tocsin.services.app import Desk
from tocsin.services.canary_state import ANSWERED, SENT
from tocsin.services.duty import Load
from tocsin.services.post import telling
from tocsin.services.queries import words

WEEKS: Final = 8
"""Weeks ahead that are shown, and that can be given to somebody else."""


class Week(msgspec.Struct, frozen=True):
    """One week: its Monday, who is on duty (one after another, where somebody stands in), and why the order was left;
    `days_off` are the project's own, on which its promises stand still."""

    first: str
    people: tuple[str, ...]
    swapped: bool
    why: tuple[str, ...]
    days_off: tuple[str, ...]


class Member(msgspec.Struct, frozen=True):
    """Somebody who can be on duty: their place in the order (0: not in it) and the country of their holidays."""

    id: str
    name: str
    place: int
    country: str


class Absence(msgspec.Struct, frozen=True):
    """Days on which somebody is away; `mine` can be taken back by the reader."""

    name: str
    first: str
    last: str
    mine: bool


class Handed(msgspec.Struct, frozen=True):
    """A note for who comes next."""

    name: str
    at: str
    text: str


class Rung(msgspec.Struct, frozen=True):
    """Who is told when a share of a promise's time is over, by name where it is known beforehand."""

    at: int
    to: str
    names: tuple[str, ...]


class Page(msgspec.Struct, frozen=True):
    """One project's duty for one reader; `may` says whether they can be on duty and change the rota, `version` is the
    number of its last change."""

    project: ProjectId
    version: int
    projects: tuple[ProjectId, ...]
    now: str
    me: bool
    may: bool
    weeks: tuple[Week, ...]
    members: tuple[Member, ...]
    away: tuple[Absence, ...]
    notes: tuple[Handed, ...]
    ladder: tuple[Rung, ...]
    canaries: tuple[str, ...]
    load: Load
    country: str
    mondays: tuple[str, ...]


def page(desk: Desk, person: str, project: ProjectId = "") -> Page | None:
    """Show the duty of a project that `person` may read, their first one if none is named; None for any other."""
    projects = desk.people.projects(person)
    chosen = project or next(iter(projects), "")
    actor = desk.people.actor(person, chosen) if chosen in projects else None
    info = desk.projects.get(chosen) if actor else None
    if actor is None or info is None:
        return None
    (version, rota), today = duty.numbered(desk, chosen), desk.now().date()
    policy = desk.projects.policy(chosen, info.policy)
    able = duty.triagers(desk, chosen)
    names = {each.id: each.name for each, _ in desk.people.members(chosen)}
    on_duty = duty.on_duty(desk, chosen)
    weeks = tuple(_weeks(rota, policy, names, today))
    return Page(
        project=chosen,
        version=version,
        projects=projects,
        now=names.get(on_duty, ""),
        me=on_duty == person,
        may=person in able,
        weeks=weeks,
        members=_members(rota, names, able),
        away=tuple(_away(rota, names, person, today)),
        notes=tuple(
            Handed(name=names.get(each.by, "somebody"), at=each.at.isoformat(), text=each.text)
            for each in reversed(rota.notes)
        ),
        ladder=tuple(ladder(desk, chosen, policy, on_duty)),
        canaries=tuple(_canaries(desk, chosen, policy)),
        load=duty.load(desk, person, chosen),
        country=dict(rota.homes).get(person, ""),
        mondays=tuple((rules.monday(today) + n * rules.WEEK).isoformat() for n in range(WEEKS)),
    )


def _weeks(rota: Rota, policy: Policy, names: Mapping[str, str], today: date) -> Iterator[Week]:
    for ahead in range(WEEKS if rota.people or rota.swaps else 0):
        first = rules.monday(today) + ahead * rules.WEEK
        days = [first + timedelta(days=n) for n in range(7)]
        found = (names.get(rules.on_duty(rota, day), "nobody") for day in days)
        yield Week(
            first=first.isoformat(),
            people=tuple(dict.fromkeys(found)),
            swapped=first in dict(rota.swaps),
            why=tuple(_why(rota, names, days)),
            days_off=tuple(_days_off(policy, days)),
        )


def _why(rota: Rota, names: Mapping[str, str], days: list[date]) -> Iterator[str]:
    """Why somebody else stands in for whose week it is."""
    whose = rules.planned(rota, days[0])
    name = names.get(whose, "Somebody who left")
    away = [day for day in days if rules.is_away(rota, whose, day)]
    if away:
        yield f"{name} is away {_span(away)}"
    for day in days:
        if day not in away and (named := rules.holiday_of(rota, whose, day)):
            stays = rules.on_duty(rota, day) == whose
            yield f"{day:%a %d %b} is {named} for {name}{', who keeps it' if stays else ''}"


def _span(days: list[date]) -> str:
    return f"on {days[0]:%a %d %b}" if len(days) == 1 else f"from {days[0]:%a %d %b} to {days[-1]:%a %d %b}"


def _days_off(policy: Policy, days: list[date]) -> Iterator[str]:
    """The project's own days off, but for those of every week."""
    for day in days:
        if day.weekday() in policy.calendar.days and (why := policy.calendar.why_off(day)):
            yield f"{day:%a %d %b}: {why}"


def _members(rota: Rota, names: Mapping[str, str], able: frozenset[str]) -> tuple[Member, ...]:
    places = {each: place for place, each in enumerate(rota.people, 1)}
    homes = dict(rota.homes)
    made = [Member(id=each, name=names[each], place=places.get(each, 0), country=homes.get(each, "")) for each in able]
    return tuple(sorted(made, key=lambda each: (each.place or len(able) + 1, each.name, each.id)))


def _away(rota: Rota, names: Mapping[str, str], person: str, today: date) -> Iterator[Absence]:
    for each in sorted(rota.away, key=lambda one: (one.first, one.person)):
        if each.last >= today:
            name = names.get(each.person, "somebody who left")
            mine = each.person == person
            yield Absence(name=name, first=each.first.isoformat(), last=each.last.isoformat(), mine=mine)


def ladder(desk: Desk, project: ProjectId, policy: Policy, on_duty: str) -> Iterator[Rung]:
    """Name whom the policy's ladder tells at each share of a promise's time, with the rota as it stands now."""
    for step in policy.sla.escalation.steps if policy.sla and policy.sla.escalation else ():
        lead = step.to.value in telling.LEAD
        told = telling.meant(desk, project, telling.DUTY[0] if lead else step.to.value, "", on_duty)
        to = "the lead, or where nobody leads or they are away, whoever is on duty" if lead else step.to.value
        yield Rung(at=step.at, to=to.replace("-", " "), names=tuple(each.name for each in told))


def _canaries(desk: Desk, project: ProjectId, policy: Policy) -> Iterator[str]:
    """When each door was last tried, and when a person last answered."""
    if not (policy.intake and policy.intake.canary):
        return
    known = desk.machine.facts.all()
    for fact, sent in sorted(known.items()):
        kind, _, door = fact.rpartition("/")
        if kind == f"{SENT}/{project}":
            answered = known.get(f"{ANSWERED}/{project}/{door}")
            told = f"answered {words.instant(answered.at)}" if answered else "not answered yet"
            waits = answered is not None and answered.value != sent.value
            yield f"{door}: sent {words.instant(sent.at)}, {'the one before ' if waits else ''}{told}"
