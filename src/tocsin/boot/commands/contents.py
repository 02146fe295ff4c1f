# SPDX-License-Identifier: Apache-2.0
"""`tocsin contents`: what is in a reporter's file, without opening it on anybody's machine."""

from __future__ import annotations

import click

from tocsin.boot.commands import desk, guarded, stop
from tocsin.delivery.cli.context import as_json, as_person, inert, print_json, reference, table, who
from tocsin.delivery.cli.exits import refuse

MOST = 64 * 1024 * 1024


@click.command()
@click.argument("case")
@click.argument("file")
@as_person
@as_json
@click.pass_context
def contents(ctx: click.Context, case: str, file: str, person: str, json_: bool) -> None:
    """Say what an attachment is by its first bytes, and list what an archive holds and what is odd about it.

    FILE is the attachment's id, as “tocsin case view” names it. The bytes are looked at in a process without network,
    files or keys, with little memory and little time.
    """
    from tocsin.adapters.child.run import parse
    from tocsin.services import cases
    from tocsin.services.ports.child import Failed, Listing
    from tocsin.services.queries.case import file as attachment

    opened = desk(ctx)
    found = guarded(attachment, opened, reference(opened, who(opened, person), case), who(opened, person).id, file)
    if found is None:
        refuse(cases.NOT_FOUND)
    told, chunks = found
    if told.size > MOST:
        stop(f"{inert(told.name)} has {told.size} bytes; files of up to {MOST} are looked into")
    seen = parse("archive", b"".join(chunks), Listing)
    if json_:
        print_json(seen)
        return
    if isinstance(seen, Failed):
        stop(f"{inert(told.name)} could not be looked into: {seen.because}")
    click.echo(f"{inert(told.name)}: {seen.kind}, {told.size} bytes")
    for odd in seen.suspicious:
        click.echo(f"  ! {odd}")
    if seen.members:
        table(("BYTES", "NAME"), [(str(each.size), each.name) for each in seen.members])
