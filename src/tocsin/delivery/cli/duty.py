# SPDX-License-Identifier: Apache-2.0
"""`tocsin duty`: who is on duty in a project, the order of the weeks, swaps, days away, notes for who comes next."""

from __future__ import annotations

from datetime import date

import click

from tocsin.core.duty import Rota
from tocsin.core.vocabulary import Actor, Refused
from tocsin.delivery.cli.context import as_json, as_person, desk, inert, print_json, stop, who
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services import cases
from tocsin.services import duty as service
from tocsin.services.app import Desk
from tocsin.services.office import pages
from tocsin.services.queries import duty as queries

_SHOWN_WEEKS = 4
_SHOWN_NOTES = 3


@click.group()
def duty() -> None:
    """Who is told first, week by week."""


project_argument = click.argument("project")


@duty.command()
@project_argument
@as_person
@as_json
@click.pass_context
def show(ctx: click.Context, project: str, person: str, json_: bool) -> None:
    """Say who is on duty now and in the next weeks, what was handed on, and what you yourself have open."""
    opened, actor = _sit(ctx, project, person)
    page = queries.page(opened, actor.id, project)
    if page is None:
        refuse(cases.NO_PROJECT)
    if json_:
        print_json(pages.duty(page))
        return
    click.echo(f"on duty: {inert(page.now) or 'nobody; everybody who triages is told'}")
    for week in page.weeks[:_SHOWN_WEEKS]:
        why = "; ".join((*(("swapped",) if week.swapped else ()), *week.why, *week.days_off))
        click.echo(inert(f"  week of {week.first}: {', '.join(week.people)}{f' ({why})' if why else ''}"))
    for away in page.away:
        click.echo(inert(f"  away {away.first} to {away.last}: {away.name}"))
    for left in reversed(page.notes[:_SHOWN_NOTES]):
        click.echo(inert(f"  {left.at} {left.name}: {left.text}"))
    for rung in page.ladder:
        told = f" ({', '.join(rung.names)})" if rung.names else ""
        click.echo(inert(f"  after {rung.at} % of a promise's time: {rung.to}{told}"))
    for canary in page.canaries:
        click.echo(inert(f"  canary, {canary}"))
    click.echo(f"you lead {page.load.leads} open cases, {page.load.over} of them over (only you see this)")


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
@click.argument("first")
@as_person
@click.pass_context
def back(ctx: click.Context, project: str, first: str, person: str) -> None:
    """Take back your days away that begin with FIRST."""
    opened, actor = _sit(ctx, project, person)
    _told(service.back(opened, actor, project, _day(first)), "taken back")


@duty.command()
@project_argument
@click.argument("country", default="")
@as_person
@click.pass_context
def home(ctx: click.Context, project: str, country: str, person: str) -> None:
    """Say whose public holidays you keep (DE, DE-BY): on them somebody else stands in. Without COUNTRY, nobody's."""
    opened, actor = _sit(ctx, project, person)
    _told(service.home(opened, actor, project, country), "noted")


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
        refuse(cases.NO_PROJECT)
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
