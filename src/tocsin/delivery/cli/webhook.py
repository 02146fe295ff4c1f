# SPDX-License-Identifier: Apache-2.0
"""`tocsin webhook`: who is told of events, and what became of it. Here, and over the API."""

from __future__ import annotations

import click

from tocsin.core import webhooks
from tocsin.core.wire.outside import Webhook
from tocsin.delivery.cli.context import as_json, as_person, inert, print_json, table
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.outside import Hooks, webhook_called
from tocsin.delivery.cli.seat import seat


@click.group()
def webhook() -> None:
    """Signed webhooks: thin events for other programs."""


def _one(ctx: click.Context, person: str, project: str, name: str) -> tuple[Hooks, Webhook]:
    """Those of a project, and the one that is named; ends with 5 where there is none."""
    every = seat(ctx, person).hooks(project)
    return every, webhook_called(every.list(), name)


@webhook.command("list")
@click.argument("project")
@as_person
@as_json
@click.pass_context
def list_(ctx: click.Context, project: str, person: str, json_: bool) -> None:
    """List the webhooks of PROJECT."""
    found = list(seat(ctx, person).hooks(project).list())
    if json_:
        print_json(found)
    else:
        rows = [(each.id, each.url, ", ".join(each.types) or "all", _how(each)) for each in found]
        table(("ID", "ADDRESS", "EVENTS", "STATE"), rows)


def _how(each: Webhook) -> str:
    if each.off_because:
        return f"off: {each.off_because}"
    return f"failing since {each.failing_since:%Y-%m-%d %H:%M}" if each.failing_since else "on"


@webhook.command()
@click.argument("project")
@click.argument("url")
@click.option("--event", "types", multiple=True, help="Only these, as often as needed; see “tocsin webhook events”.")
@as_person
@click.pass_context
def add(ctx: click.Context, project: str, url: str, types: tuple[str, ...], person: str) -> None:
    """Tell URL about events of PROJECT, and print the secret to check its deliveries with."""
    made = seat(ctx, person).hooks(project).add(url, types)
    click.echo(f"{made.webhook.id}\nSecret  {made.secret}")


@webhook.command()
def events() -> None:
    """List every event."""
    click.echo("\n".join(webhooks.NAMES))


@webhook.command()
@click.argument("project")
@click.argument("name", metavar="WEBHOOK")
@click.option("--new", is_flag=True, help="Make a new one; the old one signs too for a day.")
@as_person
@click.pass_context
def secret(ctx: click.Context, project: str, name: str, new: bool, person: str) -> None:
    """Print the secret of a webhook. On an installation elsewhere only a --new one: a token reads none that is kept."""
    every, found = _one(ctx, person, project, name)
    click.echo(every.renew(found).secret if new else every.secret(found))


@webhook.command()
@click.argument("project")
@click.argument("name", metavar="WEBHOOK")
@as_person
@click.pass_context
def test(ctx: click.Context, project: str, name: str, person: str) -> None:
    """Send a test event now, and say what was answered; ends with 9 where it did not arrive."""
    every, found = _one(ctx, person, project, name)
    answer = every.test(found)
    click.echo(f"{answer.message}: {answer.status or 'no answer'} {inert(answer.error)}".rstrip())
    raise SystemExit(int(Exit.OK if answer.state == "arrived" else Exit.UPSTREAM))


@webhook.command()
@click.argument("project")
@click.argument("name", metavar="[WEBHOOK]", default="")
@as_person
@as_json
@click.pass_context
def deliveries(ctx: click.Context, project: str, name: str, person: str, json_: bool) -> None:
    """List deliveries of the last week, of one webhook or of all."""
    every = (each for each in seat(ctx, person).hooks(project).deliveries() if name in ("", each.webhook))
    found = sorted(every, key=lambda each: each.happened_at)
    if json_:
        print_json(found)
        return
    rows = [(each.id, each.event, each.case, each.state, str(each.tries), each.error) for each in found]
    table(("ID", "EVENT", "CASE", "STATE", "TRIES", "ERROR"), rows)


@webhook.command()
@click.argument("project")
@click.argument("delivery")
@as_person
@click.pass_context
def redeliver(ctx: click.Context, project: str, delivery: str, person: str) -> None:
    """Send a delivery again, with the same id and body."""
    done = seat(ctx, person).hooks(project).again(delivery)
    click.echo(f"{done.id}: goes out again")


@webhook.command()
@click.argument("project")
@click.argument("name", metavar="WEBHOOK")
@as_person
@click.pass_context
def remove(ctx: click.Context, project: str, name: str, person: str) -> None:
    """Remove a webhook."""
    every, found = _one(ctx, person, project, name)
    click.echo(f"{every.remove(found).id}: removed")
