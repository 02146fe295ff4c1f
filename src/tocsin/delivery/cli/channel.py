# SPDX-License-Identifier: Apache-2.0
"""`tocsin channel`: what would be said where people talk. Addresses are credentials: `tocsin credential`."""

from __future__ import annotations

import click

from tocsin.core import announce
from tocsin.core.access import may_read
from tocsin.core.advisory.assemble import assemble
from tocsin.delivery.cli.at_case import case_argument
from tocsin.delivery.cli.context import as_person, desk, inert, reference, who
from tocsin.delivery.cli.exits import refuse
from tocsin.services import cases


@click.group()
def channel() -> None:
    """Slack, Matrix, Mastodon, X and others."""


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
