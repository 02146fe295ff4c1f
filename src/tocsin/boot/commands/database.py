# SPDX-License-Identifier: Apache-2.0
"""`tocsin db`: the database itself. Its roles on PostgreSQL, and the way from one database to the other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import click

from tocsin.boot.commands import config, guarded, stop
from tocsin.boot.config import Role


@click.group()
def db() -> None:
    """The database: where it is, who may do what in it, and moving it."""


@db.command()
def show() -> None:
    """Say which database this is, whether its tables are of this version, and what its server promises."""
    from tocsin.boot import setup

    guarded(setup.start, Role.MANAGE)
    from tocsin.adapters.db.database import DEFAULT
    from tocsin.adapters.db.other import behind
    from tocsin.adapters.db.standing import standing

    settings = DEFAULT.connection.settings_dict
    click.echo(f"database    {'SQLite' if DEFAULT.is_sqlite else 'PostgreSQL'} {settings['NAME']}")
    waiting = guarded(behind, DEFAULT)
    click.echo(
        f"tables      {'of this version' if not waiting else f'{len(waiting)} migrations behind: tocsin upgrade'}"
    )
    found = guarded(standing)
    click.echo(f"durable     {'yes' if not found.weak else 'NO: ' + ', '.join(found.weak)}")
    for each in found.unfit:
        click.echo(f"unfit       {each}")


@db.command()
@click.option("--prefix", default="tocsin", show_default=True, help="What the roles' names begin with.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="Where the two addresses are written, one file each.")  # fmt: skip
def roles(prefix: str, out: Path) -> None:
    """Make the roles that front and desk work under on PostgreSQL, or mend what they may and change their passwords.

    Runs as the owner of the tables, who may create roles. Writes front.url and desk.url into --out, readable by their
    owner alone; tocsin.toml names them as database.front and database.desk.
    """
    from tocsin.boot import setup

    place = config()
    guarded(setup.start, Role.MANAGE)
    from tocsin.adapters.db import roles as work
    from tocsin.adapters.db.database import DEFAULT

    if DEFAULT.is_sqlite:
        stop("SQLite has no roles: whoever reads the file reads it all. Roles need PostgreSQL")
    try:
        called = work.names(prefix)
    except ValueError as error:
        stop(str(error))
    passwords = guarded(work.make, prefix)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for role, name in called.items():
        path = (out / f"{role}.url").resolve()
        _keep(path, _with(place.database.reached_by(Role.MANAGE), name, passwords[role]))
        click.echo(f'{role} = "file:{path}"')
    click.echo("put these two lines under [database] in tocsin.toml, then restart", err=True)


def _with(url: str, name: str, password: str) -> str:
    """The same address for somebody else."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(name)}:{quote(password)}@{place}"))


def _keep(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(handle, 0o600)
        file.write(f"{text}\n")


@db.command()
@click.argument("url")
@click.option("--verify/--no-verify", default=True, help="Check every journal where it arrived.")
def move(url: str, verify: bool) -> None:
    """Copy the whole database to URL, an empty one: from SQLite to PostgreSQL, or back.

    Stop the server first. All of it arrives, read back and compared, or nothing does; the old database stays as it is.
    URL is written like database.url, or file:PATH with the address in a file.
    """
    from tocsin.adapters.vault.holder.client import answers
    from tocsin.boot import setup

    place = config()
    if place.holder_socket.is_socket() and answers(place.holder_socket) and not place.keys.socket:
        stop("the server is running; stop it first, so that nothing is written to what is left behind")
    guarded(setup.start, Role.MANAGE)
    from tocsin.adapters.db.database import DEFAULT
    from tocsin.adapters.db.move import NotMoved, others
    from tocsin.adapters.db.move import move as copy
    from tocsin.adapters.db.other import make_tables, reached
    from tocsin.boot.config import Database

    wanted = guarded(Database(url=url).reached_by, Role.MANAGE)
    if guarded(others, DEFAULT):
        stop("others work with the database now; stop every front, desk and worker first")
    try:
        with reached(wanted, place.data_dir) as target:
            guarded(make_tables, target)
            done = guarded(copy, DEFAULT, target, lambda table: click.echo(f"{table.rows:>10}  {table.name}"))
    except (NotMoved, ValueError) as error:
        stop(str(error))
    click.echo(f"{sum(table.rows for table in done)} rows, read back and compared")
    if verify:
        _verify(wanted)
    click.echo("next: set database.url in tocsin.toml to the new address, then “tocsin serve”")


def _verify(url: str) -> None:
    """Run `tocsin verify` on the new place, in a process that knows no other."""
    environment: dict[str, Any] = {**os.environ, "TOCSIN_DATABASE_URL": url}
    done = subprocess.run([sys.executable, "-m", "tocsin.boot.main", "verify"], env=environment, check=False)
    if done.returncode:
        stop("what arrived does not verify; the old database is as it was: go on with that one")
