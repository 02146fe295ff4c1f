# SPDX-License-Identifier: Apache-2.0
"""`tocsin distributor`: who is told ahead of time, of which case, and what became of it. Here, and over the API."""

from __future__ import annotations

from datetime import datetime

import click

from tocsin.core.distribution import CRITERIA
from tocsin.core.wire.outside import Distributor
from tocsin.delivery.cli.at_case import case_argument, sit
from tocsin.delivery.cli.context import as_json, as_person, inert, print_json, table
from tocsin.delivery.cli.outside import Distributors, distributor_called
from tocsin.delivery.cli.seat import seat


@click.group()
def distributor() -> None:
    """Those who pass the product on, and are told ahead of time."""


def _one(ctx: click.Context, person: str, project: str, named: str) -> tuple[Distributors, Distributor]:
    """Those of a project, and the one that is named by id or name; ends with 5 where there is none."""
    every = seat(ctx, person).distributors(project)
    return every, distributor_called(every.list(), named)


@distributor.command("list")
@click.argument("project")
@as_person
@as_json
@click.pass_context
def list_(ctx: click.Context, project: str, person: str, json_: bool) -> None:
    """List applications and distributors of PROJECT."""
    found = list(seat(ctx, person).distributors(project).list())
    if json_:
        print_json(found)
        return
    table(
        ("ID", "NAME", "CONTACT", "STATE", "IS TOLD", "CONFIRMED", "PACKAGES"),
        [
            (
                each.id,
                each.name,
                each.contact,
                each.state,
                "yes" if each.told else "no",
                f"{each.confirmed_at:%Y-%m-%d}" if each.confirmed_at else "",
                ", ".join(each.purls),
            )
            for each in found
        ],
    )


@distributor.command()
@click.argument("project")
@click.argument("named", metavar="DISTRIBUTOR")
@as_person
@as_json
@click.pass_context
def show(ctx: click.Context, project: str, named: str, person: str, json_: bool) -> None:
    """Show what an applicant says about each criterion, and why it is told of nothing."""
    _, found = _one(ctx, person, project, named)
    if json_:
        print_json(found)
        return
    click.echo(f"{inert(found.name)}: {found.state}, terms {found.terms or 'not agreed to'}")
    if found.because:
        click.echo(inert(found.because))
    for name, words in CRITERIA.items():
        if name in found.evidence:
            click.echo(f"\n{words}:\n  {inert(found.evidence[name])}")


@distributor.command()
@click.argument("project")
@click.argument("named", metavar="DISTRIBUTOR")
@as_person
@click.pass_context
def approve(ctx: click.Context, project: str, named: str, person: str) -> None:
    """Make an applicant a distributor. Over the API it takes a token for publish: they are told of what is secret."""
    every, found = _one(ctx, person, project, named)
    click.echo(f"{inert(every.approve(found).name)}: approved")


@distributor.command()
@click.argument("project")
@click.argument("named", metavar="DISTRIBUTOR")
@click.option("--because", default="", help="Why; every case that it is in keeps it.")
@as_person
@click.pass_context
def remove(ctx: click.Context, project: str, named: str, because: str, person: str) -> None:
    """End it at once: its rooms are shut, and it takes part in no case any more."""
    every, found = _one(ctx, person, project, named)
    done = every.remove(found, because)
    click.echo(f"{inert(done.distributor.name)}: removed" + "".join(f"\n  out of {ref}" for ref in done.cases))


@distributor.command()
@click.argument("project")
@click.argument("named", metavar="DISTRIBUTOR")
@as_person
@click.pass_context
def ask(ctx: click.Context, project: str, named: str, person: str) -> None:
    """Ask a distributor now to say yes to the terms for another year."""
    every, found = _one(ctx, person, project, named)
    click.echo(f"{inert(every.ask(found).name)}: asked")


@distributor.command()
@case_argument
@as_person
@click.pass_context
def tell(ctx: click.Context, given: str, person: str) -> None:
    """Ask in every distributor that a case concerns, and print a phrase for each, once."""
    at, ref = sit(ctx, person, given)
    told = [line.rpartition(": ") for line in at.move(ref, "tell-distributors", {}).phrase.splitlines()]
    for who, _, phrase in told:
        click.echo(f"{inert(who)}\n  {phrase}")
    click.echo(f"{len(told)} asked in; hand each phrase over by a way you trust", err=True)


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


_GRID = (
    "NAME", "TOLD", "CONSENTED", "GIVEN", "OPENED", "ACKNOWLEDGED", "STATUS", "WANTS TIME", "COPY", "ADVISORY", "ENDED",
)  # fmt: skip


@distributor.command()
@case_argument
@as_person
@as_json
@click.pass_context
def grid(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Show who was told, consented, was given the package, opened it, said so, and where they stand; then who would be
    told next, and who would not."""
    at, ref = sit(ctx, person, given)
    found = at.shares(ref)
    if json_:
        print_json(found)
        return
    table(
        _GRID,
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
            for row in found.items
        ],
    )
    for heading, names in (("would be told next", found.next), ("concerned, and not told", found.not_told)):
        if names:
            click.echo(f"{heading}: {inert(', '.join(names))}", err=True)
    if found.shut:
        click.echo(f"nobody is asked in yet: {found.shut}", err=True)
