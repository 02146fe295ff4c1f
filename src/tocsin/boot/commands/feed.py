# SPDX-License-Identifier: Apache-2.0
"""`tocsin feed`: other people's feeds, copied for who is behind an air gap, and whether such a tree holds together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.boot.commands import stop
from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.context import as_json, inert, print_json
from tocsin.delivery.cli.exits import Exit

if TYPE_CHECKING:
    from tocsin.services.feed_verify import Verified


@click.group()
def feed() -> None:
    """Feeds of advisories."""


@feed.command()
@click.argument("url")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def mirror(url: str, directory: Path) -> None:
    """Copy what the CSAF provider at URL publishes into DIRECTORY, or bring a copy up to date.

    Every document is checked against its hash; hashes, signatures, keys and lists are copied too. Carry the directory
    over the gap, look at it with “tocsin feed verify”, and serve it with any web server. Needs no installation.
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


@feed.command()
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", "keys", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
              help="The provider's OpenPGP certificate, had some other way; then no other key counts.")  # fmt: skip
@as_json
def verify(directory: Path, keys: tuple[Path, ...], json_: bool) -> None:
    """Look whether the tree in DIRECTORY holds together: a mirror of a CSAF provider, or what an installation serves.

    Every document is compared with its hashes, its signature, the feeds, index.txt and changes.csv that list it; OSV
    documents with modified_id.csv and all.zip. Nothing is asked for over the network, and no installation is needed.
    Ends with 3 where something does not hold, with 5 where there is no provider's tree. An installation writes its
    lists a minute after a publication: what only a list lacks by then is no fault.
    """
    from tocsin.adapters.child.pools import Pools
    from tocsin.adapters.openpgp.engine import Engine
    from tocsin.adapters.publishers.site import FileTree
    from tocsin.services import feed_verify

    reads, trusted = Engine(Pools()), [path.read_bytes() for path in keys]
    for path, body in zip(keys, trusted, strict=True):
        if isinstance(reads.certificates(body), Refused):
            stop(f"{path}: this is no OpenPGP public key", Exit.USAGE)
    names = {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}
    try:
        found = feed_verify.verify(FileTree(directory), names, reads, trusted)
    except feed_verify.NoTree as error:
        stop(f"{directory}: {error}", Exit.NOT_FOUND)
    if json_:
        print_json(found)
    else:
        _tell(found)
    raise SystemExit(int(Exit.FINDINGS if found.wrong else Exit.OK))


def _tell(found: Verified) -> None:
    for each in found.wrong:
        click.echo(f"! {inert(each.path)}: {inert(each.because)}")
    signed = f", {found.signed or 'none'} with a good signature" if found.documents else ""
    click.echo(f"{inert(found.provider)}: {found.documents} CSAF documents{signed}; {found.osv} OSV documents")
    for key in found.keys:
        click.echo(f"signed by {key}")
    if found.keys and not found.trusted:
        click.echo("this key came with the tree: it shows damage, not who wrote it; --key FILE takes another", err=True)
    click.echo(f"{len(found.wrong)} things do not hold" if found.wrong else "everything holds")
