# SPDX-License-Identifier: Apache-2.0
"""`tocsin case priority` and `tocsin case point`: how soon a case wants somebody, and a person's word on it."""

from __future__ import annotations

import click

from tocsin.core.severity import ssvc
from tocsin.delivery.cli.at_case import case_argument, move
from tocsin.delivery.cli.context import as_json, as_person, desk, inert, print_json, reference, who
from tocsin.delivery.cli.exits import refuse
from tocsin.services import cases
from tocsin.services.queries import case as queries
from tocsin.services.queries import priority as query


@click.command()
@case_argument
@as_person
@as_json
@click.pass_context
def priority(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Say how soon CASE wants somebody, and why."""
    opened = desk(ctx)
    someone = who(opened, person)
    found = queries.authorised(opened, reference(opened, someone, given), someone.id, "case.read")
    if found is None:
        refuse(cases.NOT_FOUND)
    shown = query.of(opened, found[1])
    if json_:
        print_json(shown)
        return
    click.echo(f"{found[1].case.ref}  {shown.word}")
    for reason in shown.reasons:
        click.echo(f"  {inert(reason.text)}  ({reason.source})")
    for point in shown.points:
        click.echo(f"  {point.name}: {point.value}, because {point.why}")
    for name in shown.open:
        click.echo(f"  open: {name}, one of {', '.join(ssvc.askable()[name])}")


@click.command()
@case_argument
@click.argument("point", type=click.Choice(list(ssvc.askable())))
@click.argument("value", default="")
@click.option("--note", default="", help="Why.")
@as_person
@click.pass_context
def point(ctx: click.Context, given: str, point: str, value: str, note: str, person: str) -> None:
    """Say what a decision POINT of SSVC is in CASE; without VALUE, take back what was said."""
    said = f"{point} is {value}" if value else f"took back {point}"
    move(ctx, person, given, "say-point", said, point=point, value=value, note=note)
