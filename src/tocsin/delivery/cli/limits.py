# SPDX-License-Identifier: Apache-2.0
"""`tocsin limits`: the clocks of lists, coordinators, CVE rules and law, as data."""

from __future__ import annotations

import click
import msgspec

from tocsin.core import limits as known
from tocsin.delivery.cli.context import as_json, print_json, stop, table
from tocsin.delivery.cli.exits import Exit


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
