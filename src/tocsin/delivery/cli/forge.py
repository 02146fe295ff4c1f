# SPDX-License-Identifier: Apache-2.0
"""`tocsin forge`: a project's place on GitHub or GitLab, and what goes between it and the cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from tocsin.core.vocabulary import Actor, Refused
from tocsin.delivery.cli.at_case import case_argument
from tocsin.delivery.cli.context import (
    actor_in,
    as_json,
    as_person,
    desk,
    inert,
    print_json,
    reference,
    stop,
    table,
    who,
)
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services.advertised import reporting
from tocsin.services.app import Desk
from tocsin.services.book import Kept
from tocsin.services.forge import door, inbound, links, public, pushing, sync, watch
from tocsin.services.forge.links import Link
from tocsin.services.ports.forge import KINDS
from tocsin.services.ports.targets import Rejected, Trouble

T = TypeVar("T")


@click.group()
def forge() -> None:
    """GitHub and GitLab: private reports in, advisories out."""


def _done(work: Callable[[], T | Refused]) -> T:
    """Do something on the forge, or end with why not."""
    try:
        result = work()
    except Trouble as trouble:
        stop(f"{trouble.because}. Try again later.", Exit.UPSTREAM)
    except Rejected as rejected:
        stop(rejected.because, Exit.FINDINGS)
    if isinstance(result, Refused):
        refuse(result)
    return result


def _at(ctx: click.Context, person: str, given: str) -> tuple[Desk, str, Actor]:
    opened = desk(ctx)
    someone = who(opened, person)
    ref = reference(opened, someone, given)
    return opened, ref, actor_in(opened, someone, ref)


@forge.command()
@click.argument("project")
@click.pass_context
def webhook(ctx: click.Context, project: str) -> None:
    """Print address and secret to set the webhook of PROJECT's repository up with."""
    opened = desk(ctx)
    if opened.projects.get(project) is None:
        stop(f"no project {project}", Exit.NOT_FOUND)
    click.echo(f"Payload URL   {opened.site.public_url}/api/v1/projects/{project}/forge")
    click.echo("Content type  application/json")
    click.echo(f"Secret        {door.secret(opened.tokens, project)}")
    source = opened.outside.forges.sources().get(project)
    click.echo(f"Events        {(source.about if source else KINDS['github']).events}")


@forge.command()
@as_json
@click.pass_context
def status(ctx: click.Context, json_: bool) -> None:
    """Show each project's forge: when it was read, what is in the way, what somebody else changed."""
    opened = desk(ctx)
    rows = []
    for project, source in opened.outside.forges.sources().items():
        kept = links.standings(opened).get(project, links.STANDING)
        state = kept.value if kept else links.Standing()
        known = list(links.links(opened).all(project))
        changed = [each.value.ghsa for each in known if each.value.conflict]
        read = f"{state.read_at:%Y-%m-%d %H:%M}" if state.read_at else "never"
        asked = opened.machine.facts.get(reporting(project))
        told = (project, source.repository or source.web, read, asked.value if asked else "unknown", state.trouble)
        rows.append((*told, ", ".join(changed), str(len(known))))
    heads = ("PROJECT", "REPOSITORY", "READ", "PRIVATE REPORTING", "TROUBLE", "CHANGED BY OTHERS", "ADVISORIES")
    if json_:
        print_json([dict(zip(map(str.lower, heads), row, strict=True)) for row in rows])
    else:
        table(heads, rows)


@forge.command("sync")
@click.pass_context
def sync_(ctx: click.Context) -> None:
    """Look at every forge whose time has come."""
    opened = desk(ctx)
    click.echo(f"{sync.look(opened)} read")


@forge.command()
@case_argument
@as_person
@click.pass_context
def push(ctx: click.Context, given: str, person: str) -> None:
    """Write the draft of a case's advisory to the forge."""
    opened, ref, actor = _at(ctx, person, given)
    _say(ref, _done(lambda: pushing.push(opened, ref, actor)))


@forge.command()
@case_argument
@click.option("--keep", type=click.Choice(["ours", "theirs"]), required=True, help="Whose words stay.")
@as_person
@click.pass_context
def resolve(ctx: click.Context, given: str, person: str, keep: str) -> None:
    """Decide whose words stay after somebody else changed an advisory on the forge."""
    opened, ref, actor = _at(ctx, person, given)
    _say(ref, _done(lambda: pushing.resolve(opened, ref, actor, keep)))


@forge.command()
@case_argument
@as_person
@click.pass_context
def cve(ctx: click.Context, given: str, person: str) -> None:
    """Ask the forge for a CVE id; it is entered when it comes."""
    opened, ref, actor = _at(ctx, person, given)
    _say(ref, _done(lambda: pushing.request_cve(opened, ref, actor)))


@forge.command()
@case_argument
@click.argument("ghsa")
@as_person
@click.pass_context
def link(ctx: click.Context, given: str, person: str, ghsa: str) -> None:
    """Link a case with advisory GHSA of its project's repository."""
    opened, ref, actor = _at(ctx, person, given)
    head = opened.journal.head(ref)
    asked = links.forge(opened, head.project) if head else None
    if head is None or asked is None or not pushing.may(opened, ref, actor):
        refuse(pushing.NO_FORGE)
    there = _done(lambda: asked.advisory(ghsa) or pushing.NO_LINK)
    if isinstance(there, Refused):
        refuse(there)
    _say(ref, _done(lambda: inbound.adopt(opened, head.project, ref, there)))


def _say(ref: str, kept: Kept[Link]) -> None:
    click.echo(f"{ref}: {kept.value.ghsa} {kept.value.state} {inert(kept.value.url)}")


# ------------------------------------------------------------------------------------------------------ public issues


@forge.group()
def issue() -> None:
    """Public issues that may be reports, and reports that belong in public."""


@issue.command("list")
@click.argument("project")
@as_json
@click.pass_context
def list_(ctx: click.Context, project: str, json_: bool) -> None:
    """List public issues of PROJECT that look like reports, with the minutes they have been public."""
    opened = desk(ctx)
    found = [each.value for each in watch.waiting(opened, project)]
    if json_:
        print_json(found)
    else:
        now = opened.now()
        rows = [(str(e.number), str(e.minutes_public(now)), ", ".join(e.signs), e.title, e.url) for e in found]
        table(("NUMBER", "MINUTES PUBLIC", "SIGNS", "TITLE", "ADDRESS"), rows)


@issue.command()
@click.argument("project")
@click.argument("number", type=int)
@click.option("--reply", is_flag=True, help="Also answer there, neutrally.")
@as_person
@click.pass_context
def take(ctx: click.Context, project: str, number: int, reply: bool, person: str) -> None:
    """Open a private case for a public issue."""
    opened = desk(ctx)
    someone = _member(opened, person, project)
    taken = _done(lambda: watch.take_up(opened, project, number, someone.id))
    click.echo(f"{taken.case}: from {inert(taken.url)}")
    asked = links.forge(opened, project)
    if reply and asked is not None:
        _done(lambda: watch.reply(opened, project, number, asked))
        click.echo("answered there")


@issue.command()
@click.argument("project")
@click.argument("number", type=int)
@as_person
@click.pass_context
def leave(ctx: click.Context, project: str, number: int, person: str) -> None:
    """Say that a public issue is no report."""
    opened = desk(ctx)
    someone = _member(opened, person, project)
    _done(lambda: watch.leave(opened, project, number, someone.id))
    click.echo(f"{number}: left")


@issue.command()
@case_argument
@as_person
@click.pass_context
def draft(ctx: click.Context, given: str, person: str) -> None:
    """Show the public issue that a report without security impact would become, and ask its reporter."""
    opened, ref, actor = _at(ctx, person, given)
    made = _done(lambda: public.ask(opened, ref, actor))
    click.echo(f"{inert(made.title)}\n\n{inert(made.body)}")
    click.echo(f"left out: {', '.join(made.left_out) or 'nothing'}", err=True)


@issue.command("open")
@case_argument
@click.option("--title", default="", help="Instead of the drafted title.")
@click.option("--agreed", default="", help="Where the reporter said yes, if not in their room.")
@as_person
@click.pass_context
def open_(ctx: click.Context, given: str, person: str, title: str, agreed: str) -> None:
    """Open the public issue once the reporter agreed."""
    opened, ref, actor = _at(ctx, person, given)
    url = _done(lambda: public.publish(opened, ref, actor, title=title, agreed=agreed))
    click.echo(inert(url))


def _member(opened: Desk, person: str, project: str) -> Actor:
    someone = who(opened, person)
    actor = opened.people.actor(someone.id, project)
    if actor is None or not actor.roles:
        stop(f"no project {project}", Exit.NOT_FOUND)
    return actor
