# SPDX-License-Identifier: Apache-2.0
"""`tocsin credential`: what a project shows to others to be let in, such as to its private repository."""

from __future__ import annotations

import sys

import click

from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.context import as_person, desk, table, who
from tocsin.delivery.cli.exits import refuse
from tocsin.services import credentials
from tocsin.services.ports.git import Credential
from tocsin.services.queries import words


@click.group()
def credential() -> None:
    """Keep and forget what a project shows to others to be let in. It is sealed, and shown to nobody again."""


@credential.command("set")
@click.argument("project")
@click.argument("use")
@click.option("--user", default="", help="The user that a token belongs to, where the host asks for one.")
@as_person
@click.pass_context
def set_(ctx: click.Context, project: str, use: str, user: str, person: str) -> None:
    """Read a token or a private key from standard input and keep it for USE."""
    secret = click.prompt("Token", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read()
    opened = desk(ctx)
    actor = opened.people.actor(who(opened, person).id, project)
    kept = credentials.put(opened, project, use, Credential(secret=secret, user=user), actor)
    if isinstance(kept, Refused):
        refuse(kept)
    click.echo(f"kept for {credentials.uses(opened)[use]}")


@credential.command("list")
@click.argument("project")
@as_person
@click.pass_context
def list_(ctx: click.Context, project: str, person: str) -> None:
    """List what a project has, without the secrets."""
    opened = desk(ctx)
    found = credentials.held(opened, project, opened.people.actor(who(opened, person).id, project))
    if isinstance(found, Refused):
        refuse(found)
    table(
        ("USE", "USER", "SET BY", "WHEN"),
        [(each.id, each.value.credential.user or "-", each.value.by, words.instant(each.value.at)) for each in found],
    )


@credential.command()
@click.argument("project")
@click.argument("use")
@as_person
@click.pass_context
def forget(ctx: click.Context, project: str, use: str, person: str) -> None:
    """Forget a credential for good."""
    opened = desk(ctx)
    gone = credentials.forget(opened, project, use, opened.people.actor(who(opened, person).id, project))
    if isinstance(gone, Refused):
        refuse(gone)
    click.echo("forgotten" if gone else "there was none")
