# SPDX-License-Identifier: Apache-2.0
"""`tocsin feed`: other people's feeds, for those who are behind an air gap."""

from __future__ import annotations

from pathlib import Path

import click

from tocsin.boot.commands import stop
from tocsin.delivery.cli.exits import Exit


@click.group()
def feed() -> None:
    """Feeds of advisories."""


@feed.command()
@click.argument("url")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def mirror(url: str, directory: Path) -> None:
    """Copy what the CSAF provider at URL publishes into DIRECTORY, or bring a copy up to date.

    Every document is checked against its hash; hashes and signatures are copied too. Carry the directory over the gap
    and serve it with any web server. Needs no installation.
    """
    from tocsin.adapters.publishers.site import FileTree
    from tocsin.adapters.web import fetch
    from tocsin.services.mirror import NoProvider
    from tocsin.services.mirror import mirror as copy

    try:
        done = copy(fetch, FileTree(directory), url)
    except (NoProvider, OSError, ValueError) as error:
        stop(str(error))
    for each in done.wrong:
        click.echo(f"not kept: {each}", err=True)
    click.echo(f"{done.new} new, {done.kept} there already, {len(done.wrong)} not kept")
    raise SystemExit(int(Exit.FINDINGS if done.wrong else Exit.OK))
