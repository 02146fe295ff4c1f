# SPDX-License-Identifier: Apache-2.0
"""`tocsin mail preview`, `tell` and `key of-list`: what leaves for mailing lists, byte for byte, before it does."""

from __future__ import annotations

from pathlib import Path

import click

from tocsin.core import access
from tocsin.core.mail_out import keys
from tocsin.core.mail_out.model import File
from tocsin.core.vocabulary import Actor, MoveName, Refused
from tocsin.delivery.cli.context import as_person, desk, inert, reference, stop, who
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.ports.mail_out import Fate
from tocsin.services.post import list_keys, lists, tell_list
from tocsin.services.queries import case as query

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_attached = click.option("--attach", multiple=True, type=_FILE, help="A file that goes along, such as the patch.")


@click.command()
@click.argument("case")
@click.argument("target")
@_attached
@as_person
@click.pass_context
def preview(ctx: click.Context, case: str, target: str, attach: tuple[Path, ...], person: str) -> None:
    """Print the exact bytes of the announcement of CASE to the list TARGET (`oss-security`, `linux-distros`, an
    address), signed as it would be; for a list that is encrypted to, the bytes that are. Nothing is sent."""
    opened, _, found = _case(ctx, case, person)
    shown = tell_list.show(opened, found, target, _files(attach))
    if isinstance(shown, Refused):
        refuse(shown)
    rules = shown.made.rules
    if not rules.encrypt:
        leaving = lists.signed(opened, found.case.project, shown.made)
        if isinstance(leaving, Refused):
            refuse(leaving)
        click.echo(leaving.body, nl=False)
        return
    click.echo(shown.body, nl=False)
    key = list_keys.usable(opened, found.case.project, rules.name)
    what = key.because if isinstance(key, Refused) else f"encrypted to {keys.spaced(key.fingerprint)}"
    click.echo(
        f"\nTo {shown.made.mail.to.address}, subject outside: {inert(shown.made.mail.subject)}; {what}", err=True
    )
    if not isinstance(key, Refused):
        also = "".join(f" --attach {each}" for each in attach)
        said = f"tocsin mail tell {found.case.ref} {target} --confirm {shown.word}{also}"
        click.echo(f"To send exactly this within the hour: {said}", err=True)


@click.command()
@click.argument("case")
@click.argument("target")
@click.option("--confirm", required=True, help="The word that “tocsin mail preview” ends with.")
@_attached
@as_person
@click.pass_context
def tell(ctx: click.Context, case: str, target: str, confirm: str, attach: tuple[Path, ...], person: str) -> None:
    """Send what `tocsin mail preview CASE TARGET` showed to a list that is told before anybody else (`linux-distros`,
    `distros`), signed and encrypted to the list's key, and note it in CASE: the list's own clock begins."""
    opened, actor, found = _case(ctx, case, person)
    try:
        done = tell_list.tell(opened, found, actor, target, confirm, _files(attach))
    except OSError as error:
        stop(str(error), Exit.UPSTREAM)
    if isinstance(done, Refused):
        refuse(done)
    if done.fate is not Fate.SENT:
        stop(f"{done.fate.value}, the server answered {done.code or 'nothing'}; nothing was noted", Exit.UPSTREAM)
    click.echo(f"Sent, and noted in {found.case.ref}.")


@click.command(name="of-list")
@click.argument("project")
@click.argument("target", metavar="LIST")
@click.argument("file", type=_FILE)
@click.option("--fingerprint", required=True, help="As it stands on the list's own page.")
@as_person
@click.pass_context
def of_list(ctx: click.Context, project: str, target: str, file: Path, fingerprint: str, person: str) -> None:
    """Take the key of LIST (`linux-distros`, `distros`) from FILE for PROJECT: what it is told is encrypted to it."""
    opened = desk(ctx)
    someone = who(opened, person)
    actor = opened.people.actor(someone.id, project)
    if actor is None or not access.may_read(actor):
        stop(f"there is no project {inert(project)}", Exit.NOT_FOUND)
    if refused := access.guard(actor, MoveName.WRITE):
        refuse(refused)
    taken = list_keys.give(opened, project, target, file.read_bytes(), fingerprint, someone.id)
    if isinstance(taken, Refused):
        refuse(taken)
    click.echo(f"key of {target}: {keys.spaced(taken.fingerprint)}")


def _files(attach: tuple[Path, ...]) -> tuple[File, ...]:
    return tuple(File(name=each.name, body=each.read_bytes()) for each in attach)


def _case(ctx: click.Context, case: str, person: str) -> tuple[Desk, Actor, Opened]:
    opened = desk(ctx)
    someone = who(opened, person)
    found = query.authorised(opened, reference(opened, someone, case), someone.id, "mail.preview")
    if found is None:
        stop(f"there is no case {case}", Exit.NOT_FOUND)
    return (opened, *found)
