# SPDX-License-Identifier: Apache-2.0
"""`tocsin witness`: watch another instance's log over HTTP and vouch for what it shows."""

from __future__ import annotations

from pathlib import Path

import click

from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.context import as_json, desk, print_json, stop
from tocsin.delivery.cli.exits import Exit
from tocsin.services import witness as service


@click.command()
@click.argument("url")
@click.option("--key", default="", help="The log's key, from elsewhere: name+id+key.  [default: as seen before]")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the cosigned checkpoint here.")
@click.option("--line", default="", help="A line “Log-Checkpoint: ...” kept from a mail: the log must continue it.")
@as_json
@click.pass_context
def witness(ctx: click.Context, url: str, key: str, out: Path | None, line: str, json_: bool) -> None:
    """Compare the log of the instance at URL with how it was seen last, and cosign it.

    Ends with 3 when it forked, was cut or is not signed by its key: the two checkpoints printed are the evidence. Ends
    with 9 when it cannot be reached.
    """
    try:
        opened = desk(ctx)
        result = service.kept(opened, url, line, key) if line else service.look(opened, url, key)
    except OSError as error:
        stop(str(error), Exit.UPSTREAM)
    if isinstance(result, Refused):
        for evidence in result.missing:
            click.echo(evidence, err=True)
        stop(result.because, Exit.FINDINGS)
    if out is not None:
        out.write_text(result.note, encoding="utf-8")
    if json_:
        print_json(result)
        return
    click.echo(result.note, nl=False)
    grown = f"grew from {result.before} to {result.size} entries" if result.before else f"has {result.size} entries"
    click.echo(f"{result.origin} {grown}; witnessed as {result.witness}", err=True)
