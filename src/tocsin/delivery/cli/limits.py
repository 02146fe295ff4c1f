# SPDX-License-Identifier: Apache-2.0
"""`tocsin limits`: the clocks of lists, coordinators, CVE rules and law, as data."""

from __future__ import annotations

import click
import msgspec

from tocsin.core import limits as known
from tocsin.core.case import packs
from tocsin.core.clock import show as words
from tocsin.delivery.cli.at_case import case_argument
from tocsin.delivery.cli.context import as_json, as_person, desk, inert, print_json, reference, stop, table, who
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services import cases
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.queries import case as query


@click.group()
def limits() -> None:
    """Clocks that others set: from which moment each counts, and where it says so."""


@limits.command("list")
@as_json
def list_(json_: bool) -> None:
    """List every limit with the moments a case can record for it (`tocsin case record`)."""
    if json_:
        print_json([msgspec.to_builtins(each) for each in known.all_limits()])
        return
    rows = [
        (each.name, each.title, ", ".join(sorted(each.moments & known.moments())) or "-") for each in known.all_limits()
    ]
    table(("LIMIT", "OF", "MOMENTS TO RECORD"), rows)


@limits.command()
@click.argument("name")
@as_json
def show(name: str, json_: bool) -> None:
    """Show one limit: its clocks, their zero points, and its source."""
    found = known.limit(name)
    if found is None:
        stop(f"nobody knows a limit called {name}; known: {', '.join(known.NAMES)}", Exit.NOT_FOUND)
    if json_:
        print_json(msgspec.to_builtins(found))
        return
    click.echo(f"{found.title} {found.version}".rstrip())
    click.echo(f"{found.source} (read on {found.read_on.isoformat()})")
    if found.note:
        click.echo(found.note)
    rows = [
        (each.name, each.kind.value, str(each.within), each.zero, each.kept_by or "publication", each.cite)
        for each in found.clock
    ]
    table(("CLOCK", "KIND", "WITHIN", "FROM", "KEPT BY", "SECTION"), rows)


@limits.command()
@case_argument
@as_person
@as_json
@click.pass_context
def due(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """List the clocks of others that run in CASE: rule, since when, by when, and when it was done."""
    opened, found = _case(ctx, given, person)
    rows = packs.evidence(found.policy, found.case, opened.now())
    if json_:
        print_json([msgspec.to_builtins(each) for each in rows])
        return
    if not rows:
        click.echo(f"{found.case.ref}: no clock of others runs. Moments that start one: tocsin limits list")
        return
    table(
        ("CLOCK", "SINCE", "DUE", "DONE", "STATE", "RULE"),
        [
            (each.clock, words(each.since), words(each.due_at), words(each.done_at) if each.done_at else "-",
             each.state.value, inert(each.cite))
            for each in rows
        ],
    )  # fmt: skip


@limits.command()
@case_argument
@click.argument("clock")
@as_person
@as_json
@click.pass_context
def pack(ctx: click.Context, given: str, clock: str, person: str, json_: bool) -> None:
    """Write down for CASE everything that CLOCK asks for, such as cra-manufacturer-early-warning."""
    _, found = _case(ctx, given, person)
    made = packs.pack(found.policy, found.case, clock)
    if made is None:
        asking = [f"{each.name}-{one.name}" for each in known.all_limits() for one in each.clock if one.asks]
        stop(f"no clock called {clock} asks for anything; those that do: {', '.join(asking)}", Exit.NOT_FOUND)
    if json_:
        print_json(msgspec.to_builtins(made) | {"missing": made.missing})
        return
    click.echo(inert(made.text()), nl=False)
    if made.missing:
        click.echo(f"\n{len(made.missing)} of {len(made.fields)} fields are for you to write.", err=True)


def _case(ctx: click.Context, given: str, person: str) -> tuple[Desk, Opened]:
    """Open a case for somebody who may read it, or end as if there were none."""
    opened = desk(ctx)
    someone = who(opened, person)
    found = query.authorised(opened, reference(opened, someone, given), someone.id, "limits")
    if found is None:
        refuse(cases.NOT_FOUND)
    return opened, found[1]
