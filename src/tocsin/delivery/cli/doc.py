# SPDX-License-Identifier: Apache-2.0
"""`tocsin doc`: turn an advisory from anywhere into another format. Needs no installation and no network."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from tocsin.core.advisory import Cna
from tocsin.core.formats.judge.detect import ALIASES, FORMATS, NAMES
from tocsin.core.formats.judge.reading import LARGEST
from tocsin.delivery.cli.context import stop
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.findings import beginning, printable
from tocsin.delivery.cli.lint import instant
from tocsin.services.documents.convert import CANONICAL, TARGETS, NotConvertible
from tocsin.services.documents.convert import convert as convert_document

_LISTED = "|".join(FORMATS)
_WRITTEN = f"One of {', '.join(CANONICAL)}; csaf is csaf20."


@click.group()
def doc() -> None:
    """Turn advisories into other formats."""


@doc.command()
@click.argument("file", metavar="IN")
@click.option("--to", "target", type=click.Choice(TARGETS), metavar="FORMAT", required=True, help=_WRITTEN)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to.  [default: standard output]")
@click.option(
    "--format",
    "named",
    type=click.Choice(NAMES),
    metavar="|".join(FORMATS),
    default=None,
    help="What IN is.  [default: look]",
)
@click.option("--assigner", default="", metavar="UUID[:NAME]", help="The CNA, for CVE records.")
@click.option("--as-of", default="", metavar="INSTANT", help="Date for a document without one.  [default: now]")
def convert(file: str, target: str, out: Path | None, named: str | None, assigner: str, as_of: str) -> None:
    """Write IN, `-` for standard input, in another format.

    What the format cannot say is told on standard error with its field. Ends with 3 where there is no document to
    give, or one that is not finished.
    """
    organization, _, name = assigner.partition(":")
    cna = Cna(org_id=organization, short_name=name) if organization else None
    now = instant(as_of) if as_of else datetime.now(UTC).replace(microsecond=0)
    try:
        made = convert_document(beginning(file, LARGEST + 1), target, now, ALIASES.get(named or "", named or ""), cna)
    except NotConvertible as wrong:
        stop(printable(str(wrong)), Exit.FINDINGS)
    if out:
        out.write_bytes(made.body)
    else:
        click.echo(made.body, nl=False)
    for loss in made.losses:
        click.echo(f"{'E' if loss.blocks else 'I'} {made.target}: {loss.field}: {printable(loss.message)}", err=True)
    raise SystemExit(int(Exit.FINDINGS if any(loss.blocks for loss in made.losses) else Exit.OK))
