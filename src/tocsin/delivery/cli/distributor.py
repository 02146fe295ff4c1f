# SPDX-License-Identifier: Apache-2.0
"""`tocsin distributor`: who is told ahead of time, of which case, and what became of it."""

from __future__ import annotations

from datetime import datetime

import click

from tocsin.core.distribution import CRITERIA
from tocsin.core.vocabulary import Actor, Refused
from tocsin.delivery.cli.at_case import case_argument
from tocsin.delivery.cli.context import (
    actor_in,
    as_json,
    as_person,
    desk,
    inert,
    print_json,
    reference,
    stop,
    table,
    who,
)
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services.app import Desk
from tocsin.services.book import Kept
from tocsin.services.distribution import leaving, members, telling
from tocsin.services.distribution.members import Distributor


@click.group()
def distributor() -> None:
    """Those who pass the product on, and are told ahead of time."""


def _decides(ctx: click.Context, person: str, project: str) -> tuple[Desk, str]:
    """The installation and who decides: somebody who may invite parties."""
    opened = desk(ctx)
    someone = who(opened, person)
    if not members.decides(opened.people.actor(someone.id, project)):
        stop(f"no project {project} whose distributors you decide on", Exit.NOT_FOUND)
    return opened, someone.id


def _one(opened: Desk, project: str, named: str) -> Kept[Distributor]:
    kept = members.find(opened, project, named)
    if kept is None:
        stop(f"no distributor {named}", Exit.NOT_FOUND)
    return kept


def _at(ctx: click.Context, person: str, given: str) -> tuple[Desk, str, Actor]:
    opened = desk(ctx)
    someone = who(opened, person)
    ref = reference(opened, someone, given)
    return opened, ref, actor_in(opened, someone, ref)


@distributor.command("list")
@click.argument("project")
@as_person
@as_json
@click.pass_context
def list_(ctx: click.Context, project: str, person: str, json_: bool) -> None:
    """List applications and distributors of PROJECT."""
    opened, _ = _decides(ctx, person, project)
    terms, now = members.current(opened, project), opened.now()
    rows = [
        (
            kept.id,
            v.application.name,
            v.application.contact,
            v.state.value,
            "yes" if v.may_be_told(terms.version, now) else "no",
            ", ".join(v.application.purls),
            f"{v.confirmed_at:%Y-%m-%d}" if v.confirmed_at else "",
        )
        for kept in members.distributors(opened).all(project)
        for v in (kept.value,)
    ]
    heads = ("ID", "NAME", "CONTACT", "STATE", "IS TOLD", "PACKAGES", "CONFIRMED")
    if json_:
        print_json([dict(zip(map(str.lower, heads), row, strict=True)) for row in rows])
    else:
        table(heads, rows)


@distributor.command()
@click.argument("project")
@click.argument("named")
@as_person
@click.pass_context
def show(ctx: click.Context, project: str, named: str, person: str) -> None:
    """Show what an applicant says about each criterion."""
    opened, _ = _decides(ctx, person, project)
    value = _one(opened, project, named).value
    click.echo(f"{inert(value.application.name)}: {value.state.value}, terms {value.terms or 'not agreed to'}")
    for name, words in CRITERIA.items():
        if name in value.application.evidence:
            click.echo(f"\n{words}:\n  {inert(value.application.evidence[name])}")


@distributor.command()
@click.argument("project")
@click.argument("named")
@as_person
@click.pass_context
def approve(ctx: click.Context, project: str, named: str, person: str) -> None:
    """Make an applicant a distributor."""
    opened, someone = _decides(ctx, person, project)
    done = members.approve(opened, _one(opened, project, named), someone)
    click.echo(f"{inert(done.value.application.name)}: approved")


@distributor.command()
@click.argument("project")
@click.argument("named")
@click.option("--because", default=leaving.DECIDED)
@as_person
@click.pass_context
def remove(ctx: click.Context, project: str, named: str, because: str, person: str) -> None:
    """End it at once: its rooms are shut, and it takes part in no case any more."""
    opened, someone = _decides(ctx, person, project)
    kept = _one(opened, project, named)
    ended = leaving.remove(opened, kept, because, someone)
    click.echo(f"{inert(kept.value.application.name)}: removed" + "".join(f"\n  out of {ref}" for ref in ended))


@distributor.command()
@click.argument("project")
@click.argument("named")
@as_person
@click.pass_context
def ask(ctx: click.Context, project: str, named: str, person: str) -> None:
    """Ask a distributor now to say yes to the terms for another year."""
    opened, _ = _decides(ctx, person, project)
    members.ask(opened, _one(opened, project, named))
    click.echo("asked")


@distributor.command()
@case_argument
@as_person
@click.pass_context
def tell(ctx: click.Context, given: str, person: str) -> None:
    """Ask in every distributor that a case concerns, and print a phrase for each, once."""
    opened, ref, actor = _at(ctx, person, given)
    told = telling.tell(opened, ref, actor)
    if isinstance(told, Refused):
        refuse(told)
    for each in told:
        click.echo(f"{inert(each.name)} <{inert(each.contact)}>\n  {each.phrase}")
    click.echo(f"{len(told)} asked in; hand each phrase over by a way you trust", err=True)


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


@distributor.command()
@case_argument
@as_person
@as_json
@click.pass_context
def grid(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Show who was told, consented, was given the package, opened it, said so, and where they stand."""
    opened, ref, actor = _at(ctx, person, given)
    rows = telling.grid(opened, ref, actor)
    if isinstance(rows, Refused):
        refuse(rows)
    if json_:
        print_json(rows)
        return
    table(
        (
            "NAME",
            "TOLD",
            "CONSENTED",
            "GIVEN",
            "OPENED",
            "ACKNOWLEDGED",
            "STATUS",
            "WANTS TIME",
            "COPY",
            "ADVISORY",
            "ENDED",
        ),
        [
            (
                row.name,
                _day(row.told_at),
                "yes" if row.consented else "",
                _day(row.sent_at),
                _day(row.opened[0] if row.opened else None),
                _day(row.acknowledged_at),
                ", ".join(f"{product or 'all'}: {status}" for product, status in row.status.items()),
                "yes" if row.asks_for_time else "",
                row.mark,
                " ".join(row.advisories),
                _day(row.ended_at),
            )
            for row in rows
        ],
    )
