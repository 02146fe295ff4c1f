# SPDX-License-Identifier: Apache-2.0
"""`tocsin report`: hand in a report on this machine, through the same intake as the web form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tocsin.core.intake import MAX_FILE_BYTES, Attachment, Identity, Report
from tocsin.core.vocabulary import Refused, ReportKind
from tocsin.delivery.cli.context import as_json, installation, print_json, stop
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services import intake
from tocsin.services.app import Front
from tocsin.services.ports.store import Unavailable

CHUNK = 1 << 16
MIB = 1 << 20


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
def new(
    ctx: click.Context, /, project: str, files: tuple[Path, ...], kind: str, contact: str, json_: bool, **texts: Any
) -> None:
    """Hand in a report; prints the receipt with the return phrase, once."""
    front: Front = installation(ctx.obj.front)
    for path in files:
        if path.stat().st_size > MAX_FILE_BYTES:
            stop(f"{path} is over {MAX_FILE_BYTES // MIB} MiB; send it in parts, or only a part", Exit.USAGE)
    given = Report(
        kind=ReportKind(kind),
        identity=Identity(contact=contact),
        attachments=tuple(_seal(front, path) for path in files),
        channel="cli",
        **texts,
    )
    try:
        receipt = intake.receive(front, project, given, front.mint.nonce())
    except Unavailable as error:
        stop(f"nothing was taken: {error}. Try again.", Exit.UPSTREAM)
    if isinstance(receipt, Refused):
        refuse(receipt)
    if json_:
        print_json(receipt)
        return
    click.echo(f"received {receipt.case} at {receipt.received_at:%a %Y-%m-%d %H:%M} UTC")
    click.echo(f"return phrase, the only key to it: {receipt.phrase}")


def _seal(front: Front, path: Path) -> Attachment:
    with path.open("rb") as source, front.blobs.create() as writer:
        while chunk := source.read(CHUNK):
            writer.write(chunk)
        blob = writer.finish()
    return Attachment(blob=blob.id, key=blob.key, name=path.name, size=blob.size, sha256=blob.sha256)
