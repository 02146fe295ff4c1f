# SPDX-License-Identifier: Apache-2.0
"""`tocsin duty`: who is on duty in a project, the order of the weeks, swaps, days away, notes for who comes next."""

from __future__ import annotations

from datetime import date, timedelta

import click

from tocsin.core import duty as rules
from tocsin.core.duty import Rota
from tocsin.core.vocabulary import Actor, Refused
from tocsin.delivery.cli.context import as_person, desk, inert, stop, who
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services import cases
from tocsin.services import duty as service
from tocsin.services.app import Desk

_SHOWN_WEEKS = 4


@click.group()
def duty() -> None:
    """Who is told first, week by week."""


project_argument = click.argument("project")


@duty.command()
@project_argument
@as_person
@click.pass_context
def show(ctx: click.Context, project: str, person: str) -> None:
    """Say who is on duty now and in the next weeks, what was handed on, and what you yourself have open."""
    opened, actor = _sit(ctx, project, person)
    found, today = service.rota(opened, project), opened.now().date()
    names = {each.id: inert(each.name) for each, _ in opened.people.members(project)}
    now = service.on_duty(opened, project)
    click.echo(f"on duty: {names.get(now, 'nobody; everybody who triages is told')}")
    for ahead in range(_SHOWN_WEEKS if found.people else 0):
        week = rules.monday(today) + ahead * rules.WEEK
        days = [names.get(rules.on_duty(found, week + timedelta(days=day)), "nobody") for day in range(7)]
        click.echo(f"  week of {week}: {', '.join(dict.fromkeys(days))}")
    for left in found.notes[-3:]:
        click.echo(f"  {left.at} {names.get(left.by, 'somebody')}: {inert(left.text)}")
    mine = service.load(opened, actor.id, project)
    click.echo(f"you lead {mine.leads} open cases, {mine.over} of them over (only you see this)")


@duty.command("set")
@project_argument
@click.argument("people", nargs=-1)
@as_person
@click.pass_context
def set_(ctx: click.Context, project: str, people: tuple[str, ...], person: str) -> None:
    """Set the order of PEOPLE, beginning with this week; without any, there is no rota."""
    opened, actor = _sit(ctx, project, person)
    _told(service.set_people(opened, actor, project, tuple(who(opened, each).id for each in people)), "the rota is set")


@duty.command()
@project_argument
@click.argument("week")
@click.argument("who_takes_it", metavar="PERSON")
@as_person
@click.pass_context
def swap(ctx: click.Context, project: str, week: str, who_takes_it: str, person: str) -> None:
    """Give the WEEK that a day stands in to PERSON."""
    opened, actor = _sit(ctx, project, person)
    _told(service.swap(opened, actor, project, _day(week), who(opened, who_takes_it).id), "swapped")


@duty.command()
@project_argument
@click.argument("first")
@click.argument("last")
@as_person
@click.pass_context
def away(ctx: click.Context, project: str, first: str, last: str, person: str) -> None:
    """Say that you are away from FIRST to LAST; the next in the order stands in."""
    opened, actor = _sit(ctx, project, person)
    _told(service.away(opened, actor, project, _day(first), _day(last)), "noted")


@duty.command()
@project_argument
@click.argument("text")
@as_person
@click.pass_context
def note(ctx: click.Context, project: str, text: str, person: str) -> None:
    """Leave a note for who comes next."""
    opened, actor = _sit(ctx, project, person)
    _told(service.note(opened, actor, project, text), "left for who comes next")


def _sit(ctx: click.Context, project: str, person: str) -> tuple[Desk, Actor]:
    opened = desk(ctx)
    actor = opened.people.actor(who(opened, person).id, project)
    if actor is None:
        refuse(cases.NOT_FOUND)
    return opened, actor


def _told(made: Rota | Refused, said: str) -> None:
    if isinstance(made, Refused):
        refuse(made)
    click.echo(said)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        stop(f"{text}: write a day like 2026-12-08", Exit.USAGE)
