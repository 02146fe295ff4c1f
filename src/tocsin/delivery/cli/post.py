# SPDX-License-Identifier: Apache-2.0
"""The outgoing half of `tocsin mail`: test the server, what waits, and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from tocsin.core.mail_out import keys as rules
from tocsin.core.mail_out.keys import KnownKey, Source
from tocsin.core.mail_out.quiet import Wishes
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.delivery.cli import post_lists
from tocsin.delivery.cli.context import as_json, as_person, desk, inert, print_json, reference, stop, table, who
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services.app import Desk
from tocsin.services.ports.keys import KeysRefused
from tocsin.services.ports.openpgp import Certificate
from tocsin.services.post import keyring, letters, members, own_key, probe
from tocsin.services.queries import case as query

NONE: Final = "none"
"""Ends a wish, and removes a key."""


@click.command()
@click.argument("address")
@click.option("--project", default="", help="As whom to write; not needed where there is one project.")
@click.pass_context
def test(ctx: click.Context, address: str, project: str) -> None:
    """Send a test mail to ADDRESS now, and say what the server answered."""
    opened = desk(ctx)
    try:
        done = probe.send(opened, _project(opened, project), address)
    except OSError as error:
        stop(str(error), Exit.UPSTREAM)
    if isinstance(done, Refused):
        refuse(done)
    click.echo(f"{done.fate.value}, the server answered {done.code or 'nothing'}")
    if done.fate.value != "sent":
        ctx.exit(int(Exit.UPSTREAM))


@click.command()
@as_json
@click.pass_context
def queue(ctx: click.Context, json_: bool) -> None:
    """List the mails that wait, and those that could not be delivered."""
    found = letters.standing(desk(ctx))
    if json_:
        print_json(found)
    elif found:
        rows = [(each.id, each.state, each.since, str(each.tries), each.error) for each in found]
        table(("LETTER", "STATE", "SINCE", "TRIES", "ANSWER"), rows)
    else:
        click.echo("No mail waits.")


@click.group()
def key() -> None:
    """OpenPGP keys: the team's own, and those of the people it writes to."""


@key.command()
@click.argument("project")
@click.pass_context
def create(ctx: click.Context, project: str) -> None:
    """Make the team's key of PROJECT inside the key holder, and publish its public half. The key before goes on opening
    old mail."""
    opened = desk(ctx)
    _made(lambda: own_key.create(opened, _project(opened, project)))


@key.command(name="import")
@click.argument("project")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def import_(ctx: click.Context, project: str, file: Path) -> None:
    """Give the key holder a secret key that the team has already (exported without a passphrase). Delete FILE after."""
    opened = desk(ctx)
    _made(lambda: own_key.take(opened, _project(opened, project), file.read_bytes()))


@key.command()
@click.argument("project")
@click.pass_context
def show(ctx: click.Context, project: str) -> None:
    """Print the public half of the team's key, in armour, for websites and key servers."""
    opened = desk(ctx)
    found = opened.post.teams.certificate(_project(opened, project))
    if found is None:
        stop(f"{project} has no key; “tocsin mail key create {project}” makes one", Exit.NOT_FOUND)
    click.echo(found.armour, nl=False)


@key.command(name="list")
@click.argument("case")
@click.option("--party", default="", help="A party instead of the reporter, by id.")
@as_person
@click.pass_context
def list_(ctx: click.Context, case: str, party: str, person: str) -> None:
    """List the keys that the reporter of CASE is known by, and who verified them."""
    opened, project, ref, _ = _case(ctx, case, person)
    _print(keyring.ring(opened, project, ref, party))


@key.command()
@click.argument("case")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--party", default="", help="A party instead of the reporter, by id.")
@click.option("--look-up", "address", default="", help="Ask the key directory of this address's domain instead.")
@as_person
@click.pass_context
def add(ctx: click.Context, case: str, file: Path | None, party: str, address: str, person: str) -> None:
    """Note a key of the reporter of CASE, from FILE or from a key directory. It is used once it is verified."""
    opened, project, ref, _ = _case(ctx, case, person)
    if bool(file) == bool(address):
        stop("name a file, or an address with --look-up", Exit.USAGE)
    body = file.read_bytes() if file else keyring.look_up(opened, address)
    if isinstance(body, Refused):
        refuse(body)
    taken = keyring.offer(opened, project, ref, party, body, Source.WKD if address else Source.UPLOAD, address)
    if isinstance(taken, Refused):
        refuse(taken)
    _print(taken)


@key.command()
@click.argument("case")
@click.argument("fingerprint")
@click.option("--party", default="", help="A party instead of the reporter, by id.")
@as_person
@click.pass_context
def verify(ctx: click.Context, case: str, fingerprint: str, party: str, person: str) -> None:
    """Say that you compared FINGERPRINT with its owner over another way: mail is encrypted to it."""
    opened, project, ref, someone = _case(ctx, case, person)
    done = keyring.verify(opened, project, ref, party, fingerprint, someone)
    if isinstance(done, Refused):
        refuse(done)
    click.echo(f"verified: {rules.spaced(done.fingerprint)}")


key.add_command(post_lists.of_list)


@click.command()
@click.option("--zone", default="", help="Your time zone, such as Europe/Berlin.")
@click.option("--quiet", default="", help="Quiet hours, such as 22-7; “none” ends them.")
@click.option("--digest", default="", help="The hour of your daily mail, 0 to 23; “none” ends it.")
@click.option("--each/--only-digest", default=None, help="Whether single notifications come besides the daily mail.")
@click.option("--key", default="", help="A file with your public key; “none” removes the one you have.")
@as_person
@click.pass_context
def me(
    ctx: click.Context, zone: str, quiet: str, digest: str, each: bool | None, key: str, person: str
) -> None:  # fmt: skip
    """When you want mail, how much of it, and the key that it is encrypted to. Without options: how it is now."""
    opened = desk(ctx)
    someone = who(opened, person)
    project = next(iter(opened.people.projects(someone.id)), "")
    now = members.member(opened, project, someone.id)
    wishes = _wishes(now.wishes, zone, quiet, digest, each)
    if refused := members.wish(opened, someone.id, wishes) if wishes != now.wishes else None:
        refuse(refused)
    if key == NONE:
        members.forget_key(opened, someone.id)
    elif key:
        taken = members.upload(opened, someone.id, _file(key))
        if isinstance(taken, Refused):
            refuse(taken)
    now = members.member(opened, project, someone.id)
    hours = f"{now.wishes.quiet_from}-{now.wishes.quiet_until}" if now.wishes.quiet_from is not None else "none"
    click.echo(f"zone    {now.wishes.zone}\nquiet   {hours}")
    click.echo(f"digest  {'none' if now.wishes.digest_at is None else f'{now.wishes.digest_at}:00'}")
    click.echo(f"key     {rules.spaced(now.key.fingerprint) if now.key else 'none'}")


def _wishes(now: Wishes, zone: str, quiet: str, digest: str, each: bool | None) -> Wishes:
    start, end = now.quiet_from, now.quiet_until
    if quiet:
        first, _, last = quiet.partition("-")
        start, end = (None, None) if quiet == NONE else (_hour(first), _hour(last))
    at = now.digest_at if not digest else None if digest == NONE else _hour(digest)
    return Wishes(
        zone=zone or now.zone,
        quiet_from=start,
        quiet_until=end,
        digest_at=at,
        each=now.each if each is None else each,
    )


def _file(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        stop(f"{inert(name)} cannot be read: {error.strerror}", Exit.USAGE)


def _hour(text: str) -> int:
    if not text.isdigit():
        stop(f"{inert(text)} is no hour; write 0 to 23", Exit.USAGE)
    return int(text)


def _case(ctx: click.Context, case: str, person: str) -> tuple[Desk, ProjectId, str, str]:
    opened = desk(ctx)
    someone = who(opened, person)
    found = query.authorised(opened, reference(opened, someone, case), someone.id, "mail.keys")
    if found is None:
        stop(f"there is no case {case}", Exit.NOT_FOUND)
    return opened, found[1].case.project, found[1].case.ref, someone.id


def _made(do: Callable[[], Certificate | Refused]) -> None:
    try:
        made = do()
    except KeysRefused as refused:
        stop(str(refused), Exit.AUTHENTICATION)
    if isinstance(made, Refused):
        refuse(made)
    _told(made)


def _told(made: Certificate) -> None:
    click.echo(f"key of {', '.join(made.addresses)}\nfingerprint {rules.spaced(made.fingerprint)}")
    if made.expires_at:
        click.echo(f"good until {made.expires_at:%Y-%m-%d}")


def _project(opened: Desk, named: str) -> ProjectId:
    known = [each.id for each in opened.projects.all()]
    if named not in known and (named or len(known) != 1):
        stop(f"name one of these projects: {', '.join(known)}", Exit.USAGE)
    return named or known[0]


def _print(found: tuple[KnownKey, ...]) -> None:
    if not found:
        click.echo("No key is known.")
        return
    rows = [
        (
            rules.spaced(each.fingerprint),
            each.source.value,
            f"{each.expires_at:%Y-%m-%d}" if each.expires_at else "never",
            "revoked" if each.revoked else each.verified_by or "nobody yet",
        )
        for each in found
    ]
    table(("FINGERPRINT", "FROM", "ENDS", "VERIFIED BY"), rows)
