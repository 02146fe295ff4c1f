# SPDX-License-Identifier: Apache-2.0
"""`tocsin doctor`, `tocsin incident`, `tocsin panic`: how safe it is, who could know, and how to stop everything."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import click

from tocsin.boot.commands import config, desk, guarded, stop
from tocsin.delivery.cli.context import as_json, print_json, table
from tocsin.delivery.cli.exits import Exit


@click.command()
@click.option("--deliver", "address", default="", metavar="ADDRESS",
              help="Instead send a test mail of each project to ADDRESS and a test event to each webhook, and say "
                   "what arrived.")  # fmt: skip
@click.option("--config", "file", is_flag=False, flag_value="", default=None, metavar="[FILE]",
              help="Instead say where each setting comes from and what is wrong with the configuration, or with FILE. "
                   "Nothing is started or touched.")  # fmt: skip
@as_json
@click.pass_context
def doctor(ctx: click.Context, address: str, file: str | None, json_: bool) -> None:
    """Grade how safely this installation is set up, from A to F, with reasons and what mends each."""
    if address and file is not None:
        stop("--config touches nothing and --deliver sends: one at a time", Exit.USAGE)
    if file is not None:
        _configuration(file, json_)
    if address:
        _deliver(ctx, address, json_)
    from tocsin.boot import doctor as looks
    from tocsin.boot import setup
    from tocsin.boot.config import Role

    place = config()
    guarded(setup.start, Role.MANAGE)
    from tocsin.adapters.db.machine import DbFacts

    found = looks.examine(place, looks.seen_now(guarded(DbFacts().all)))
    grade = looks.overall(found)
    if json_:
        print_json({"grade": grade, "findings": found})
    else:
        table(("GRADE", "WHAT", "WHY"), [(each.grade, each.name, each.because) for each in found])
        for each in found:
            if each.mend:
                click.echo(f"{each.grade}  {each.name}: {each.mend}")
        click.echo(
            f"grade {grade}" + ("" if looks.in_production(place) else " (a trial on loopback, which starts anyway)")
        )
    raise SystemExit(int(Exit.FINDINGS if grade in "DEF" else Exit.OK))


def _configuration(file: str, json_: bool) -> NoReturn:
    from tocsin.boot import origins

    if file and not Path(file).is_file():
        stop(f"there is no file {file}", Exit.NOT_FOUND)
    found = origins.look(os.environ, Path(file) if file else None)
    if json_:
        print_json(found)
    else:
        if found.settings:
            table(("SETTING", "FROM", "VALUE"), [(each.name, each.origin, each.value) for each in found.settings])
        for each in found.problems:
            click.echo(f"! {each}")
        state = f"{len(found.problems)} to mend" if found.problems else "nothing to mend"
        click.echo(f"{found.file or 'no file: environment and defaults'}: {state}")
    raise SystemExit(int(Exit.FINDINGS if found.problems else Exit.OK))


def _deliver(ctx: click.Context, address: str, json_: bool) -> NoReturn:
    from tocsin.services import delivering

    found = list(delivering.deliver(desk(ctx), address))
    if json_:
        print_json(found)
    else:
        rows = [("yes" if each.arrived else "no", each.project, each.by, each.to, each.answer) for each in found]
        table(("SENT", "PROJECT", "BY", "TO", "ANSWER"), rows)
    raise SystemExit(int(Exit.OK if found and all(each.arrived for each in found) else Exit.UPSTREAM))


@click.command()
@click.argument("user")
@click.option("--days", default=90, show_default=True, help="How far back.")
@as_json
@click.pass_context
def incident(ctx: click.Context, user: str, days: int, json_: bool) -> None:
    """After an account was taken over: list every case that this person read, exported or shared, and when."""
    from tocsin.services import incident as incidents

    opened = desk(ctx)
    person = incidents.find(opened, user)
    if person is None:
        stop(f"nobody here is called {user}")
    lines = guarded(incidents.of, opened, person.id, opened.now() - timedelta(days=days))
    if json_:
        print_json(lines)
        return
    table(
        ("CASE", "FIRST", "LAST", "OPENED", "EXPORTED", "SHARED"),
        [
            (each.case, f"{each.first:%F %T}", f"{each.last:%F %T}", str(each.opened), ", ".join(each.exported) or "-",
             ", ".join(each.shared) or "-")
            for each in lines
        ],
    )  # fmt: skip
    click.echo(f"{len(lines)} cases; refused for opening too many: {sum(each.refused for each in lines)}")


@click.command()
@click.option("--over", is_flag=True, help="Let it all go on.")
@click.pass_context
def panic(ctx: click.Context, over: bool) -> None:
    """Stop everything but intake: sessions and tokens end, nothing goes out, reports are still taken in."""
    from tocsin.services import incident as incidents

    opened = desk(ctx)
    if over:
        guarded(incidents.resume, opened)
        click.echo("it goes on: what waited is sent now")
        return
    guarded(incidents.halt, opened)
    ended = guarded(_end_sessions)
    click.echo(f"{ended} sessions ended, API tokens ended, nothing is published or sent; reports are still taken in")
    click.echo("afterwards: tocsin panic --over", err=True)


def _end_sessions() -> int:
    from django.contrib.sessions.models import Session

    gone, _ = Session.objects.all().delete()
    return gone
