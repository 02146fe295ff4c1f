# SPDX-License-Identifier: Apache-2.0
"""`tocsin webhook`: who is told of events, and what became of it."""

from __future__ import annotations

import click

from tocsin.core import webhooks
from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.context import as_json, as_person, desk, inert, print_json, stop, table, who
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services.app import Desk
from tocsin.services.book import Kept
from tocsin.services.hooks import deliveries as sent
from tocsin.services.hooks import endpoints
from tocsin.services.hooks.endpoints import Endpoint


@click.group()
def webhook() -> None:
    """Signed webhooks: thin events for other programs."""


def _open(ctx: click.Context, person: str, project: str) -> tuple[Desk, str]:
    """The installation, and who acts; they have to be able to close cases, for a webhook tells about all of them."""
    opened = desk(ctx)
    someone = who(opened, person)
    if not endpoints.decides(opened.people.actor(someone.id, project)):
        stop(f"no project {project} that you may set webhooks up for", Exit.NOT_FOUND)
    return opened, someone.id


def _one(opened: Desk, project: str, name: str) -> Kept[Endpoint]:
    kept = endpoints.endpoints(opened).get(project, name)
    if kept is None:
        stop(f"no webhook {name}", Exit.NOT_FOUND)
    return kept


@webhook.command("list")
@click.argument("project")
@as_person
@as_json
@click.pass_context
def list_(ctx: click.Context, project: str, person: str, json_: bool) -> None:
    """List the webhooks of PROJECT."""
    opened, _ = _open(ctx, person, project)
    found = [(each.id, each.value) for each in endpoints.endpoints(opened).all(project)]
    if json_:
        print_json([{"id": name, **_plain(each)} for name, each in found])
    else:
        rows = [(name, each.url, ", ".join(each.types) or "all", _how(each)) for name, each in found]
        table(("ID", "ADDRESS", "EVENTS", "STATE"), rows)


def _plain(each: Endpoint) -> dict[str, object]:
    return {"url": each.url, "types": each.types, "state": _how(each)}


def _how(each: Endpoint) -> str:
    if each.off_because:
        return f"off: {each.off_because}"
    return f"failing since {each.failing_since:%Y-%m-%d %H:%M}" if each.failing_since else "on"


@webhook.command()
@click.argument("project")
@click.argument("url")
@click.option("--event", "types", multiple=True, help="Only these, as often as needed; see --events.")
@as_person
@click.pass_context
def add(ctx: click.Context, project: str, url: str, types: tuple[str, ...], person: str) -> None:
    """Tell URL about events of PROJECT, and print the secret to check its deliveries with."""
    opened, someone = _open(ctx, person, project)
    made = endpoints.add(opened, project, url, types, someone)
    if isinstance(made, Refused):
        refuse(made)
    click.echo(f"{made[0]}\nSecret  {made[1]}")


@webhook.command()
def events() -> None:
    """List every event."""
    click.echo("\n".join(webhooks.NAMES))


@webhook.command()
@click.argument("project")
@click.argument("name")
@click.option("--new", is_flag=True, help="Make a new one; the old one signs too for a day.")
@as_person
@click.pass_context
def secret(ctx: click.Context, project: str, name: str, new: bool, person: str) -> None:
    """Print the secret of a webhook."""
    opened, _ = _open(ctx, person, project)
    kept = _one(opened, project, name)
    raw = endpoints.raw(opened.tokens, name, kept.value.generation)
    click.echo(endpoints.renew(opened, kept) if new else webhooks.secret(raw))


@webhook.command()
@click.argument("project")
@click.argument("name")
@as_person
@click.pass_context
def test(ctx: click.Context, project: str, name: str, person: str) -> None:
    """Send a test event now, and say what was answered."""
    opened, _ = _open(ctx, person, project)
    answer = sent.test(opened, _one(opened, project, name)).value
    click.echo(f"{answer.message}: {answer.status or 'no answer'} {inert(answer.error)}".rstrip())
    raise SystemExit(int(Exit.OK if answer.state is sent.State.ARRIVED else Exit.UPSTREAM))


@webhook.command()
@click.argument("project")
@click.argument("name", default="")
@as_person
@as_json
@click.pass_context
def deliveries(ctx: click.Context, project: str, name: str, person: str, json_: bool) -> None:
    """List deliveries of the last week."""
    opened, _ = _open(ctx, person, project)
    found = sorted(sent.of(opened, project, name), key=lambda each: each.value.told.timestamp)
    rows = [
        (each.id, v.told.type, v.told.data.get("case", ""), v.state.value, str(v.tries), v.error)
        for each in found
        for v in (each.value,)
    ]
    heads = ("ID", "EVENT", "CASE", "STATE", "TRIES", "ERROR")
    if json_:
        print_json([dict(zip(map(str.lower, heads), row, strict=True)) for row in rows])
    else:
        table(heads, rows)


@webhook.command()
@click.argument("project")
@click.argument("delivery")
@as_person
@click.pass_context
def redeliver(ctx: click.Context, project: str, delivery: str, person: str) -> None:
    """Send a delivery again, with the same id and body."""
    opened, _ = _open(ctx, person, project)
    done = sent.again(opened, project, delivery)
    if isinstance(done, Refused):
        refuse(done)
    click.echo(f"{delivery}: goes out again")


@webhook.command()
@click.argument("project")
@click.argument("name")
@as_person
@click.pass_context
def remove(ctx: click.Context, project: str, name: str, person: str) -> None:
    """Remove a webhook."""
    opened, _ = _open(ctx, person, project)
    if not endpoints.remove(opened, project, name):
        stop(f"no webhook {name}", Exit.NOT_FOUND)
    click.echo(f"{name}: removed")
