# SPDX-License-Identifier: Apache-2.0
"""`tocsin report`: hand in a report, on this machine or elsewhere, through the same intake as the web form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from tocsin.core.vocabulary import ReportKind
from tocsin.core.wire.report import NewReport
from tocsin.delivery.cli.context import as_json, print_json, stop
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.seat import counter


@click.group()
def report() -> None:
    """Hand in a report."""


@report.command()
@click.option("-p", "--project", required=True)
@click.option("--title", required=True)
@click.option("--reproduce", required=True, help="How it can be made to happen.")
@click.option("--version", "version", required=True, help="Version or commit.")
@click.option("--kind", type=click.Choice([each.value for each in ReportKind]), default="found", show_default=True)
@click.option("--effects", default="")
@click.option("--contact", default="")
@click.option("--attach", "files", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@click.pass_context
def new(ctx: click.Context, /, files: tuple[Path, ...], json_: bool, **answers: Any) -> None:
    """Hand in a report; prints the receipt with the return phrase, once."""
    try:
        given = msgspec.convert(answers, NewReport)
    except msgspec.ValidationError as error:
        stop(str(error), Exit.USAGE)
    receipt = counter(ctx).report(given, files)
    if json_:
        print_json(receipt)
        return
    click.echo(f"received {receipt.case} at {receipt.received_at:%a %Y-%m-%d %H:%M} UTC")
    click.echo(f"return phrase, the only key to it: {receipt.phrase}")
