# SPDX-License-Identifier: Apache-2.0
"""The `tocsin` command: joins the command tree of `delivery.cli` with the commands that start things.

What needs Django or a key is imported only by the command that needs it, so that `tocsin lint` or `tocsin cvss` answer
at once and work without an installation.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click

from tocsin.boot import config as configuration
from tocsin.boot.commands.api import api
from tocsin.boot.commands.backups import backup, restore
from tocsin.boot.commands.contents import contents
from tocsin.boot.commands.database import db
from tocsin.boot.commands.feed import feed
from tocsin.boot.commands.health import doctor, incident, panic
from tocsin.boot.commands.keys import keys, recovery
from tocsin.boot.commands.upgrade import upgrade
from tocsin.boot.config import Config, ConfigError, Role
from tocsin.boot.demo.command import demo
from tocsin.delivery.cli import cli
from tocsin.delivery.cli.context import inert
from tocsin.delivery.cli.exits import Exit
from tocsin.services.app import Desk, Front
from tocsin.services.ports.git import Repository, WorkingCopy
from tocsin.services.ports.server import LiveServer
from tocsin.services.ports.site import Signer, Tree
from tocsin.services.ports.sources import Sources
from tocsin.services.ports.store import Unavailable
from tocsin.services.ports.vault import Limited, Tampered

NO_TEXT: Final = "surrogates not allowed"
"""What Python says of arguments whose bytes it could not read (PEP 383)."""


class Installation:
    """The local installation, opened by the command that needs it."""

    def __call__(self) -> Desk:
        """Open it as desk: database, vault, clock."""
        config = self._start()
        from tocsin.boot import wiring  # the tables' modules may only be imported once Django is set up

        return wiring.desk(config)

    def front(self) -> Front:
        """Open it as intake, which holds no key that opens anything. Raises KeyFileRefused where there is none."""
        config = self._start()
        from tocsin.boot import keys

        keys.look_for(config.data_dir)
        from tocsin.boot import wiring_front

        return wiring_front.front(config)

    @staticmethod
    def repository(directory: str) -> Repository:
        """Open a git repository of this machine for reading. Needs no installation."""
        from tocsin.adapters.git import open_local

        return open_local(directory)

    @staticmethod
    def messages(name: str) -> Iterator[bytes]:
        """Read the messages of a file, an mbox or a Maildir; `-` is standard input."""
        from tocsin.adapters.channels.mail import boxes

        return boxes.of_stream(sys.stdin.buffer) if name == "-" else boxes.messages(Path(name))

    @staticmethod
    def sources(directory: str, lines: Sequence[str] = ()) -> Sources:
        """Open the sources of a git repository of this machine. Needs no installation."""
        from tocsin.adapters.git.sources import GitSources

        return GitSources(Path(directory), lines)

    @staticmethod
    def working_copy(directory: str) -> WorkingCopy:
        """Open a developer's working copy. Needs no installation."""
        from tocsin.adapters.git.working import GitWorkingCopy

        return GitWorkingCopy(directory)

    @staticmethod
    def server(dsn: str) -> LiveServer:
        """Connect to a live server, read-only. Needs no installation; raises Unreachable."""
        from tocsin.adapters.servers import connect

        return connect(dsn)

    @staticmethod
    def tree(directory: Path) -> Tree:
        """Open a directory that published files are written to."""
        from tocsin.adapters.publishers.site import FileTree

        return FileTree(directory)

    @staticmethod
    def signing_key() -> Signer:
        """The key that published documents are signed with, made where there is none. Raises KeysRefused."""
        from tocsin.adapters.openpgp import create_key
        from tocsin.adapters.vault.holder.client import held_signer
        from tocsin.boot.holder import asking

        config = _config()
        ask = asking(config)
        found = held_signer(ask)
        if found is None:
            create_key(config.key_dir, f"Security advisories <{config.server.url}>")
            found = held_signer(ask)
        if found is None:
            raise click.ClickException(f"no key can be made in {config.key_dir}")
        return found

    def _start(self) -> Config:
        from tocsin.boot import setup

        return setup.start(Role.MANAGE)


open_desk = Installation()


def _config() -> Config:
    try:
        return configuration.load()
    except ConfigError as error:
        raise click.ClickException(str(error)) from None


@cli.command()
@click.option("--dir", "directory", type=click.Path(path_type=Path), default=Path(), help="Where tocsin.toml goes.")
@click.option("--data", type=click.Path(path_type=Path), help="Data directory.  [default: DIR/data]")
@click.option("--keys", type=click.Path(path_type=Path), help="Key directory, outside the data.  [default: DIR/keys]")
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="Public address.")
@click.option("--desk-url", default="http://127.0.0.1:8081", show_default=True, help="The desk's address.")
@click.option("--policy", "policies", type=click.Path(exists=True, path_type=Path), multiple=True, help="Policy file.")
@click.option("--admin", default="", help="First owner, as “Name <mail@example.org>”; prints a one-time sign-in link.")
def init(directory: Path, policies: tuple[Path, ...], admin: str, **places: Any) -> None:
    """Make a new installation: keys, configuration, database, projects, first owner."""
    from tocsin.adapters.vault import KeyFileRefused
    from tocsin.boot import install

    try:
        file, lines = install.new(directory.resolve(), policies, admin, open_desk, places)
    except (FileExistsError, KeyFileRefused, ValueError) as error:
        raise click.ClickException(str(error)) from None
    for line in (*lines, *install.next_steps(file, _config(), bool(policies), bool(admin))):
        click.echo(line)


@cli.command()
@click.option("--only", type=click.Choice(["keys", "front", "desk", "worker", "mail"]), multiple=True,
              help="Run this process alone; may be given several times.")  # fmt: skip
def serve(only: tuple[str, ...]) -> None:
    """Start both listeners and the worker; stop with Ctrl+C.

    With --only, one of several machines runs its share: a worker is then a process of its own, and the database is
    looked at instead of migrated (“tocsin upgrade” does that, once for all of them).
    """
    from tocsin.boot import serve as server

    config, roles = _config(), [Role(each) for each in dict.fromkeys(only)]
    server.prepare(roles)
    if not roles:
        click.echo(
            f"report form and advisories  {config.server.url}\ndesk                        {config.server.desk_url}"
        )
    server.take_over(roles)


for _command in (api, db, demo, feed, keys, recovery, backup, restore, upgrade, doctor, incident, panic, contents):
    cli.add_command(_command)


def main() -> None:
    """Run the command. What no command expects ends in words where a person can do something about it."""
    try:
        cli(obj=open_desk)
    except Unavailable as error:
        click.echo(f"tocsin: not now: {error}. Nothing was written; try again.", err=True)
        sys.exit(int(Exit.UPSTREAM))
    except Limited as error:
        click.echo(f"tocsin: {error}", err=True)
        sys.exit(int(Exit.REFUSED))
    except OSError as error:
        if not isinstance(error.filename, str):
            raise
        click.echo(f"tocsin: {inert(error.filename)}: {error.strerror}", err=True)
        sys.exit(int(Exit.FAILED))
    except UnicodeEncodeError as error:
        if error.reason != NO_TEXT:
            raise
        click.echo("tocsin: what was typed is no text in UTF-8; look at the locale of this terminal", err=True)
        sys.exit(int(Exit.USAGE))
    except Tampered as error:
        click.echo(f"tocsin: {error}; “tocsin verify” says where", err=True)
        sys.exit(int(Exit.FAILED))


if __name__ == "__main__":
    main()
