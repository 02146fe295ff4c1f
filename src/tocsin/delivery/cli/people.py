# SPDX-License-Identifier: Apache-2.0
"""`tocsin people`: who may sign in, with which roles, and one-time links for them."""

from __future__ import annotations

from datetime import timedelta

import click

from tocsin.core.vocabulary import PROJECT_ROLES, Role
from tocsin.delivery.cli.context import as_json, desk, print_json, step_up, stop, table, who
from tocsin.delivery.cli.exits import Exit
from tocsin.services.app import Desk

vouched = click.option(
    "--by", envvar="TOCSIN_AS", default="", help="In production: who vouches for them with a second factor."
)


@click.group()
def people() -> None:
    """Who may sign in."""


@people.command("list")
@as_json
@click.pass_context
def list_(ctx: click.Context, json_: bool) -> None:
    """List people with their projects and roles."""
    opened = desk(ctx)
    rows = [
        (project.id, person.name, person.email, ", ".join(sorted(roles)))
        for project in opened.projects.all()
        for person, roles in opened.people.members(project.id)
    ]
    rows += [("-", each.name, each.email, Role.ADMINISTRATOR) for each in opened.people.administrators()]
    if json_:
        print_json([dict(zip(("project", "name", "email", "roles"), row, strict=True)) for row in rows])
    else:
        table(("PROJECT", "NAME", "E-MAIL", "ROLES"), rows)


@people.command()
@click.argument("name")
@click.argument("email")
@click.option("--role", "roles", multiple=True, help="PROJECT:ROLE, as often as needed.")
@vouched
@click.pass_context
def add(ctx: click.Context, name: str, email: str, roles: tuple[str, ...], by: str) -> None:
    """Add a person, or set the roles of one who is there."""
    opened = desk(ctx)
    _vouch(opened, by)
    given: dict[str, set[Role]] = {}
    for each in roles:
        project, _, role = each.partition(":")
        if opened.projects.get(project) is None or role not in PROJECT_ROLES:
            stop(f"{each}: write PROJECT:ROLE with a role of {', '.join(PROJECT_ROLES)}", Exit.USAGE)
        given.setdefault(project, set()).add(Role(role))
    try:
        added = opened.people.add(name, email, {project: frozenset(found) for project, found in given.items()})
    except ValueError as error:
        stop(f"{email}: {error}", Exit.USAGE)
    click.echo(f"{added.name} is {added.id}; next: tocsin people link {email}")


def _vouch(opened: Desk, person: str) -> None:
    """In production somebody vouches for a new member with their second factor, as soon as anybody has one."""
    everybody = opened.people.everybody() if opened.doors.production else ()
    if any(opened.factors.held(each.id) for each, _ in everybody):
        step_up(opened, who(opened, person).id)


@people.command()
@click.argument("person")
@click.pass_context
def reset(ctx: click.Context, person: str) -> None:
    """Take password and second factors away from somebody who lost them, and print a link to set up new ones."""
    opened = desk(ctx)
    someone, now = who(opened, person), opened.now()
    opened.people.reset(someone.id)
    token = opened.people.sign_in_link(someone.id, now, now + timedelta(hours=24))
    click.echo(
        f"{someone.name} is signed out everywhere, and sets up new ones at {opened.site.desk_url}/sign-in/{token}"
    )


@people.command()
@click.argument("person")
@click.option("--end", is_flag=True, help="No longer.")
@vouched
@click.pass_context
def administrator(ctx: click.Context, person: str, end: bool, by: str) -> None:
    """Make somebody an administrator: they look after people and settings, and see no case by it."""
    opened = desk(ctx)
    if not end:
        _vouch(opened, by)
    someone = who(opened, person)
    opened.people.appoint(someone.id, administrator=not end)
    click.echo(f"{someone.name} is {'no longer ' if end else 'now '}an administrator, and signed out everywhere")


@people.command()
@click.argument("person")
@click.confirmation_option(prompt="End this account?")
@click.pass_context
def end(ctx: click.Context, person: str) -> None:
    """End an account: it signs in no more. What the person did stays in the journals."""
    opened = desk(ctx)
    someone = who(opened, person)
    opened.people.end(someone.id)
    click.echo(f"{someone.name} is out")


@people.command()
@click.argument("person")
@click.option("--hours", default=24, show_default=True, help="How long the link is good.")
@click.pass_context
def link(ctx: click.Context, person: str, hours: int) -> None:
    """Print a link that signs a person in once."""
    opened = desk(ctx)
    now = opened.now()
    token = opened.people.sign_in_link(who(opened, person).id, now, now + timedelta(hours=hours))
    click.echo(f"{opened.site.desk_url}/sign-in/{token}")
