# SPDX-License-Identifier: Apache-2.0
"""`tocsin case break-glass | shred | shredded`: what takes two people because it opens or ends a whole case."""

from __future__ import annotations

import click

from tocsin.core.case.decide import approve
from tocsin.delivery.cli.context import act, actor_in, as_json, as_person, desk, inert, print_json, step_up, table, who
from tocsin.delivery.cli.context import reference as reference_here
from tocsin.delivery.cli.exits import refuse
from tocsin.services import breakglass, cases, shredding
from tocsin.services.app import Desk
from tocsin.services.queries import case as query
from tocsin.services.queries import words


@click.command("break-glass")
@click.argument("ref", required=False, default="")
@click.option("--reason", default="", help="Why; it stands in the case for good.")
@click.option("--minutes", default=60, show_default=True, help="For how long, at most 480.")
@click.option("--agree", "digest", default="", help="Agree, as another administrator, to the wish with this digest.")
@as_person
@click.pass_context
def break_glass(ctx: click.Context, ref: str, reason: str, minutes: int, digest: str, person: str) -> None:
    """Ask, as an administrator, to read case REF for a while, or agree to it; without REF list what waits.

    An owner or maintainer of its project agrees with “tocsin case approve”, another administrator with --agree.
    """
    opened = desk(ctx)
    someone = who(opened, person)
    if not ref:
        wishes, standing = breakglass.waiting(opened, someone.id) if _administrator(opened, someone.id) else ((), ())
        rows = [(each.case, each.by, each.digest, f"asked, until {words.instant(each.until)}") for each in wishes]
        rows += [(each.case, each.name, "", f"reads until {words.instant(each.until)}") for each in standing]
        table(("CASE", "WHO", "DIGEST", "STATE"), rows)
        return
    if _administrator(opened, someone.id):
        step_up(opened, someone.id)
    if digest:
        refused = breakglass.agree(opened, someone.id, ref, digest)
        if refused is not None:
            refuse(refused)
        click.echo(f"{ref}: agreed")
        return
    told = breakglass.ask(opened, someone.id, ref, reason, minutes)
    if told.code == approve.NEEDED:
        click.echo(f"asked for; agreed to with: tocsin case approve {ref}", err=True)
    refuse(told)


def _administrator(opened: Desk, person: str) -> bool:
    return any(each.id == person for each in opened.people.administrators())


@click.command()
@click.argument("given", metavar="CASE")
@click.option("--reason", required=True, help="Why nobody shall read it any more.")
@as_person
@click.pass_context
def shred(ctx: click.Context, given: str, reason: str, person: str) -> None:
    """Ask to destroy the key of a closed case; a second person approves exactly this state of it."""
    opened = desk(ctx)
    someone = who(opened, person)
    ref = reference_here(opened, someone, given)
    actor_in(opened, someone, ref)
    found = query.authorised(opened, ref, someone.id, "case.shred")
    if found is None:
        refuse(cases.NOT_FOUND)
    act(opened, someone, ref, shredding.wish(found[1], reason))


@click.command()
@as_person
@as_json
@click.pass_context
def shredded(ctx: click.Context, person: str, json_: bool) -> None:
    """List the tombstones of shredded cases: all that is left of them."""
    opened = desk(ctx)
    found = shredding.tombstones(opened, opened.people.projects(who(opened, person).id))
    if json_:
        print_json(found)
        return
    rows = [
        (each.case, words.instant(each.at), inert(f"{each.asked_by} and {each.agreed_by}"), each.digest[:16])
        for each in found
    ]
    table(("CASE", "SHREDDED", "BY", "DIGEST"), rows)
