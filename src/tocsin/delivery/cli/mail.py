# SPDX-License-Identifier: Apache-2.0
"""`tocsin mail`: feed mail from files, and deal with the mail that waits for a person."""

from __future__ import annotations

from typing import Any

import click

from tocsin.core.mail.message import Envelope
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.delivery.cli import post, post_lists
from tocsin.delivery.cli.context import as_json, as_person, desk, inert, installation, print_json, stop, table, who
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services import arrivals, worker
from tocsin.services.api_tokens import Caller
from tocsin.services.app import Front
from tocsin.services.mail import arriving, placing


@click.group()
def mail() -> None:
    """Take mail in from files, place what no rule could; see what leaves, to whom, and under which key."""


@mail.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
@click.option("--project", default="", help="Whose mail it is; not needed where there is one project.")
@click.option("--now", is_flag=True, help="Take it up at once instead of leaving that to the worker.")
@click.pass_context
def feed(ctx: click.Context, files: tuple[str, ...], project: str, now: bool) -> None:
    """Keep the mails of FILES: single messages, mboxes or Maildirs; `-` reads standard input.

    What was kept before is recognised and kept once, so feeding a mailbox again is safe. Made for a mail server's pipe,
    too: it ends with 75 (try again) where nothing could be kept.
    """
    front: Front = installation(ctx.obj.front)
    whose = _project(front, project)
    kept = known = refused = 0
    for name in files:
        for raw in ctx.obj.messages(name):
            envelope = Envelope(via="feed")
            try:
                done = arriving.receive(front, whose, arriving.pieces(raw), envelope)
            except OSError as error:
                click.echo(f"tocsin: nothing more can be kept now: {type(error).__name__}", err=True)
                ctx.exit(75)
            kept, known = kept + (done is True), known + (done is False)
            if isinstance(done, Refused):
                refused += 1
                click.echo(f"tocsin: {inert(name)}: {done.because}", err=True)
    click.echo(f"{kept} kept, {known} known already" + (f", {refused} refused" if refused else "") + ".")
    if now:
        _take_up(ctx)
    if refused:
        ctx.exit(Exit.REFUSED)


def _take_up(ctx: click.Context) -> None:
    opened, stuck = desk(ctx), set[str]()
    while arrivals.take_up(opened, stuck):
        worker.take_drops(opened, stuck)
    click.echo(f"Taken up; {len(stuck)} could not be." if stuck else "Taken up.")


@mail.command(name="held")
@click.option("--all", "every", is_flag=True, help="Also what was set aside, discarded or dealt with.")
@as_person
@as_json
@click.pass_context
def listed(ctx: click.Context, person: str, json_: bool, every: bool) -> None:
    """List the mail that waits for a person, with the reasons."""
    opened = desk(ctx)
    someone = who(opened, person)
    found = placing.listing(opened, Caller(someone.id))
    if every:
        found += placing.listing(opened, Caller(someone.id), waiting=False)
    if json_:
        print_json(found)
    elif found:
        rows = [(each.id, each.ago, each.sender, each.subject, each.state, "; ".join(each.because)) for each in found]
        table(("ID", "SINCE", "FROM, AS IT SAYS", "SUBJECT", "STATE", "BECAUSE"), rows)
    else:
        click.echo("No mail waits for a person.")


@mail.command()
@click.argument("name", metavar="ID")
@as_person
@click.pass_context
def show(ctx: click.Context, name: str, person: str) -> None:
    """Show a held mail: why it is held, what is proven about its sender, and what it says."""
    opened = desk(ctx)
    found = _told(placing.look(opened, Caller(who(opened, person).id), name))
    view = found.view
    lines = [
        ("From, as it says", view.sender), ("Subject", view.subject), ("Came in", view.at), ("Proven", view.proof),
        ("Held because", "; ".join(view.because)), ("Seems to belong to", view.case),
        ("Passes on a mail of", view.original), ("State", view.state), ("By", view.by), ("Reason", view.reason),
    ]  # fmt: skip
    for head, said in lines:
        if said:
            click.echo(f"{head}: {inert(said)}")
    click.echo(f"\n{inert(found.text)}")
    for file, size in found.files:
        click.echo(f"[{inert(file)}, {size} bytes]")


@mail.command()
@click.argument("name", metavar="ID")
@click.option("--passed-on", is_flag=True, help="Its reporter is who wrote the mail that it passes on.")
@as_person
@click.pass_context
def report(ctx: click.Context, name: str, passed_on: bool, person: str) -> None:
    """Open a case with a held mail."""
    opened = desk(ctx)
    ref = _told(placing.report(opened, Caller(who(opened, person).id), name, passed_on=passed_on))
    click.echo(f"{ref} was opened with it.")


@mail.command()
@click.argument("name", metavar="ID")
@click.argument("ref", metavar="CASE")
@click.option("--theirs", is_flag=True, help="As the reporter's words; without it, a note that stays with the team.")
@as_person
@click.pass_context
def add(ctx: click.Context, name: str, ref: str, theirs: bool, person: str) -> None:
    """Add a held mail to a case."""
    opened = desk(ctx)
    done = _told(placing.add(opened, Caller(who(opened, person).id), name, ref, theirs=theirs))
    click.echo(f"It was added to {done}.")


@mail.command()
@click.argument("name", metavar="ID")
@click.option("--reason", required=True, help="Why; it is all that is left of it after thirty days.")
@as_person
@click.pass_context
def discard(ctx: click.Context, name: str, reason: str, person: str) -> None:
    """Discard a held mail; it stays for thirty days."""
    opened = desk(ctx)
    _told(placing.discard(opened, Caller(who(opened, person).id), name, reason))
    click.echo("Discarded; it stays for thirty days.")


for each in (post.test, post_lists.preview, post_lists.tell, post.queue, post.key, post.me):
    mail.add_command(each)


def _told(value: Any) -> Any:
    if isinstance(value, Refused):
        refuse(value)
    return value


def _project(front: Front, named: str) -> ProjectId:
    known = [info.id for info in front.projects.all()]
    if named in known:
        return named
    if named or len(known) != 1:
        stop(f"Say --project; there is {', '.join(known) or 'none'}.", Exit.USAGE)
    return known[0]
