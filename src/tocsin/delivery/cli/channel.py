# SPDX-License-Identifier: Apache-2.0
"""`tocsin channel`: where announcements go besides mail, and what would be said there."""

from __future__ import annotations

import click

from tocsin.core import announce
from tocsin.core.access import may_read
from tocsin.core.advisory.assemble import assemble
from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.case import case_argument
from tocsin.delivery.cli.context import as_person, desk, inert, reference, secret, stop, table, who
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services import cases
from tocsin.services.outward import chat


@click.group()
def channel() -> None:
    """Slack, Matrix, Mastodon, X and others."""


@channel.command("list")
@click.argument("project")
@click.pass_context
def list_(ctx: click.Context, project: str) -> None:
    """List the channels of PROJECT; addresses hold credentials and are not shown."""
    opened = desk(ctx)
    table(("CHANNEL",), [(each.value.kind,) for each in chat.channels(opened).all(project)])


@channel.command("set")
@click.argument("project")
@click.argument("kind", type=click.Choice([each.value for each in announce.KINDS]))
@click.option("--forget", is_flag=True, help="Forget the address.")
@click.pass_context
def set_(ctx: click.Context, project: str, kind: str, forget: bool) -> None:
    """Keep the address of a channel, sealed; it is read from standard input, in apprise's form."""
    opened = desk(ctx)
    if opened.projects.get(project) is None:
        stop(f"no project {project}", Exit.NOT_FOUND)
    address = "" if forget else secret("Address")
    refused = chat.set_channel(opened, project, kind, address)
    if isinstance(refused, Refused):
        refuse(refused)
    click.echo(f"{project}: {kind} {'forgotten' if forget else 'kept'}")


@channel.command()
@case_argument
@as_person
@click.pass_context
def preview(ctx: click.Context, given: str, person: str) -> None:
    """Show what would be said in each place about the advisory of a case."""
    opened = desk(ctx)
    someone = who(opened, person)
    ref = reference(opened, someone, given)
    head = opened.journal.head(ref)
    actor = opened.people.actor(someone.id, head.project) if head else None
    found = cases.open_case(opened, ref, actor, "channel.preview") if actor is not None and may_read(actor) else None
    if found is None:
        refuse(cases.NOT_FOUND)
    advisory = assemble(found.case, found.policy, opened.site.public_url, opened.now())
    for kind in announce.KINDS:
        words = announce.text(advisory, kind)
        click.echo(f"--- {kind.value} ({len(words)} characters)\n{inert(words)}\n")
