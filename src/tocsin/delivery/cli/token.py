# SPDX-License-Identifier: Apache-2.0
"""`tocsin token`: tokens with which programs speak for a person, over the API."""

from __future__ import annotations

import click

from tocsin.core.vocabulary import Refused
from tocsin.core.wire.access import Scope, Token
from tocsin.delivery.cli.context import as_json, as_person, desk, print_json, step_up, table, who
from tocsin.delivery.cli.exits import refuse
from tocsin.services import api_tokens
from tocsin.services.queries import words


@click.group()
def token() -> None:
    """Make, list and end tokens of the API. A token does what its person may do, and no more."""


@token.command()
@click.option("-p", "--project", required=True, help="The one project it is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([each.value for each in Scope]),
    default=("read",),
    show_default=True,
    help="What for; as often as needed.",
)
@click.option("--days", default=30, show_default=True, help=f"How long it is good, {api_tokens.LONGEST.days} at most.")
@click.option("--label", required=True, help="What will use it.")
@as_person
@as_json
@click.pass_context
def new(
    ctx: click.Context, project: str, scopes: tuple[str, ...], days: int, label: str, person: str, json_: bool
) -> None:
    """Make a token; its secret is printed once."""
    opened = desk(ctx)
    someone = who(opened, person)
    step_up(opened, someone.id)
    made = api_tokens.issue(opened, someone.id, project, label, [Scope(each) for each in scopes], days)
    if isinstance(made, Refused):
        refuse(made)
    if json_:
        print_json(made)
        return
    click.echo(made.secret)
    click.echo(f"{made.token.id}: good until {words.instant(made.token.expires_at)}; shown this once", err=True)


@token.command("list")
@as_person
@as_json
@click.pass_context
def list_(ctx: click.Context, person: str, json_: bool) -> None:
    """List one's own tokens."""
    opened = desk(ctx)
    found = api_tokens.mine(opened, who(opened, person).id)
    if json_:
        print_json(found)
        return
    rows = [
        (each.id, each.label, each.project, " ".join(each.scopes), _end(each), words.instant(each.last_used_at))
        for each in found
    ]
    table(("TOKEN", "LABEL", "PROJECT", "FOR", "UNTIL", "LAST USED"), rows)


def _end(found: Token) -> str:
    return f"ended {words.instant(found.revoked_at)}" if found.revoked_at else words.instant(found.expires_at)


@token.command()
@click.argument("given", metavar="TOKEN")
@as_person
@click.pass_context
def revoke(ctx: click.Context, given: str, person: str) -> None:
    """End a token at once, by its id (tok_...)."""
    opened = desk(ctx)
    ended = api_tokens.revoke(opened, who(opened, person).id, given)
    if isinstance(ended, Refused):
        refuse(ended)
    click.echo(f"{ended.id}: ended")
