# SPDX-License-Identifier: Apache-2.0
"""`tocsin doc`: turn an advisory from anywhere into another format. Needs no installation and no network."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from tocsin.core.advisory import Cna
from tocsin.core.formats.judge.detect import ALIASES, FORMATS, NAMES
from tocsin.core.formats.judge.reading import LARGEST
from tocsin.delivery.cli.context import stop
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.findings import beginning, printable
from tocsin.delivery.cli.lint import instant
from tocsin.services.documents.convert import CANONICAL, TARGETS, Converted, NotConvertible, convert_all, suffix
from tocsin.services.documents.convert import convert as convert_document

ALL: Final = "all"
_UNSAFE: Final = re.compile(r"[^\w.+-]+", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
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
@click.option("--vulnerability", "which", default="", metavar="CVE|NUMBER|all", help="Which one, of several in IN.")
@click.option("--as-of", default="", metavar="INSTANT", help="Date for a document without one.  [default: now]")
def convert(file: str, target: str, out: Path | None, named: str | None, assigner: str, as_of: str, which: str) -> None:
    """Write IN, `-` for standard input, in another format.

    A CSAF document may tell of several vulnerabilities, other formats of one: say which, or `all` for a document each
    in the folder OUT. What the format cannot say is told on standard error with its field. Ends with 3 where there is
    no document to give, or one that is not finished.
    """
    organization, _, name = assigner.partition(":")
    if organization and not _UUID.fullmatch(organization):
        stop("--assigner names the CNA as the CVE Program does: UUID:NAME", Exit.USAGE)
    cna = Cna(org_id=organization, short_name=name) if organization else None
    now = instant(as_of) if as_of else datetime.now(UTC).replace(microsecond=0)
    body, kind = beginning(file, LARGEST + 1), ALIASES.get(named or "", named or "")
    if which == ALL and out is None:
        stop("--vulnerability all writes several documents: name a folder with --out", Exit.USAGE)
    try:
        if which == ALL:
            made = convert_all(body, target, now, kind, cna)
        else:
            made = [("", convert_document(body, target, now, kind, cna, which))]
    except NotConvertible as wrong:
        stop(printable(str(wrong)), Exit.FINDINGS)
    for name, each in made:
        _write(each, out, name)
    raise SystemExit(int(Exit.FINDINGS if any(loss.blocks for _, each in made for loss in each.losses) else Exit.OK))


def _write(made: Converted, out: Path | None, name: str) -> None:
    """Write one document, and on standard error what it cannot say."""
    if out and name:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{_UNSAFE.sub('_', name)}{suffix(made.target)}").write_bytes(made.body)
    elif out:
        out.write_bytes(made.body)
    else:
        click.echo(made.body, nl=False)
    told = f"{made.target} {printable(name)}".rstrip()
    for loss in made.losses:
        click.echo(f"{'E' if loss.blocks else 'I'} {told}: {loss.field}: {printable(loss.message)}", err=True)
