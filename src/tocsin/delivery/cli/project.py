# SPDX-License-Identifier: Apache-2.0
"""`tocsin project`: the projects that somebody looks after, what each has promised, and the end of one. A project
begins with its first policy (`tocsin policy adopt`), so there is nothing else to create."""

from __future__ import annotations

import click

from tocsin.core import access
from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.context import as_json, as_person, desk, inert, print_json, table, who
from tocsin.delivery.cli.exits import refuse
from tocsin.delivery.cli.seat import seat
from tocsin.services import archiving, cases
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
    since = {each.id: f"since {each.archived_at:%Y-%m-%d}" for each in found if each.archived_at}
    rows = [(each.id, each.prefix, each.policy[:12], since.get(each.id, ""), each.name) for each in found]
    table(("PROJECT", "PREFIX", "POLICY", "ARCHIVED", "NAME"), rows)


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


@project.command()
@click.argument("name", metavar="PROJECT")
@click.option("--words", "told", default="", help="Where to go instead, as the form tells strangers.")
@click.option("--over", is_flag=True, help="Take it up again: its doors open at once.")
@as_person
@as_json
@click.pass_context
def archive(ctx: click.Context, name: str, told: str, over: bool, person: str, json_: bool) -> None:
    """Archive PROJECT: it takes no reports any more, and nothing of it is deleted. An owner decides.

    Refused (7) while it owes somebody something, with each thing: open cases, mails and public issues that wait,
    letters that have not left. Published advisories, feeds and rooms stay; what still comes by mail or from the forge
    becomes a case. Works on the installation's own machine.
    """
    opened = desk(ctx)
    actor = opened.people.actor(who(opened, person).id, name)
    if actor is None or opened.projects.get(name) is None or not access.may_read(actor):
        refuse(cases.NO_PROJECT)
    done = archiving.take_up(opened, actor, name) if over else archiving.archive(opened, actor, name, told)
    if isinstance(done, Refused):
        refuse(done)
    if json_:
        print_json({"project": name, "archived": done})
    elif done is None:
        click.echo(f"{name}: takes reports again")
    else:
        click.echo(f"{name}: archived since {words.instant(done.at)}; its form says so, and its advisories stay")
