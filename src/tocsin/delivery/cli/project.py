# SPDX-License-Identifier: Apache-2.0
"""`tocsin project`: the projects that somebody looks after, and what each has promised. A project begins with its first
policy (`tocsin policy adopt`), so there is nothing else to create."""

from __future__ import annotations

import click

from tocsin.delivery.cli.context import as_json, as_person, inert, print_json, table
from tocsin.delivery.cli.seat import seat
from tocsin.services.queries import words


@click.group()
def project() -> None:
    """Projects. One is made by putting its first policy in force: tocsin policy adopt FILE."""


@project.command("list")
@as_person
@as_json
@click.pass_context
def list_(ctx: click.Context, person: str, json_: bool) -> None:
    """List your projects: their prefix in references, and the policy in force."""
    found = seat(ctx, person).projects()
    if json_:
        print_json(found)
        return
    table(("PROJECT", "PREFIX", "POLICY", "NAME"), [(e.id, e.prefix, e.policy[:12], e.name) for e in found])


@project.command()
@click.argument("name", metavar="PROJECT")
@as_person
@as_json
@click.pass_context
def show(ctx: click.Context, name: str, person: str, json_: bool) -> None:
    """Show what PROJECT promises with a number, line by line, and which policies it had."""
    found = seat(ctx, person).policy(name)
    if json_:
        print_json(found)
        return
    click.echo(f"{found.project}, policy {found.version[:12]}")
    table(("PROMISE", "WITHIN", "CLOCK", "SOURCE"), [(e.title, e.within, e.because, e.source) for e in found.rules])
    for each in found.history:
        click.echo(
            f"{each.version[:12]} in force since {words.instant(each.adopted_at)} {inert(each.adopted_by)}".rstrip()
        )
