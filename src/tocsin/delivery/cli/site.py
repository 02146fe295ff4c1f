# SPDX-License-Identifier: Apache-2.0
"""`tocsin site`: everything public as plain files, for any web server or object store."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import click

from tocsin.delivery.cli.context import desk, stop
from tocsin.delivery.cli.exits import Exit
from tocsin.services import publication, site
from tocsin.services.site.writer import STATE


@click.group("site")
def command() -> None:
    """Write what is public as plain files: CSAF provider, OSV dump, feeds, documents, security.txt."""


@command.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--rebuild", is_flag=True, help="Write everything anew, not only what was published since.")
@click.pass_context
def write(ctx: click.Context, directory: Path, rebuild: bool) -> None:
    """Write the tree to DIRECTORY, or bring one that was written before up to date."""
    opened = desk(ctx)
    writer = publication.site_writer(opened)
    if writer is None:
        stop("this installation has no press", Exit.FAILED)
    there = directory / STATE
    if directory.is_dir() and any(directory.iterdir()) and not there.is_file():
        stop(f"{directory} holds other files; name an empty directory, or one that this command wrote", Exit.USAGE)
    if rebuild and directory.is_dir():
        shutil.rmtree(directory)
    writer = replace(writer, tree=ctx.obj.tree(directory))
    filed = 0
    while count := site.grow(writer):
        filed += count
    site.assemble(writer, force=True)
    while site.typeset(writer):
        pass
    click.echo(f"{directory}: {filed} publications filed, {sum(1 for _ in site.cards(writer))} advisories listed")
    if not writer.fingerprint:
        click.echo("not signed, so not a trusted provider: this installation has no OpenPGP key (tocsin site key)")


@command.command()
@click.pass_context
def key(ctx: click.Context) -> None:
    """Show the certificate that published documents are signed with; make the key where there is none yet."""
    signer = ctx.obj.signing_key()
    click.echo(signer.certificate)
    click.echo(signer.fingerprint, err=True)
