# SPDX-License-Identifier: Apache-2.0
"""`tocsin backup` and `tocsin restore`."""

from __future__ import annotations

from pathlib import Path

import click

from tocsin.boot.commands import config, desk, guarded, stop
from tocsin.boot.commands.keys import shares_from


@click.group(invoke_without_command=True)
@click.pass_context
def backup(ctx: click.Context) -> None:
    """Make a backup while the server runs, and try to restore it. The worker does the same every night."""
    if ctx.invoked_subcommand is not None:
        return
    from tocsin.boot import backup as backups

    place, opened = config(), desk(ctx)
    home = guarded(backups.make, place, opened)
    size = sum(path.stat().st_size for path in home.iterdir())
    click.echo(f"made {home} ({size / 1e6:.1f} MB)")
    _tell(guarded(backups.drill, place, opened, home))
    if not (home / "recovery.json").exists():
        click.echo("without a recovery kit it restores only where the keys still are: tocsin recovery make", err=True)


@backup.command()
@click.pass_context
def drill(ctx: click.Context) -> None:
    """Restore the newest backup into a scratch place, look at it, and throw that away."""
    from tocsin.boot import backup as backups

    _tell(guarded(backups.drill, config(), desk(ctx)))


@backup.command(name="list")
def list_() -> None:
    """List the backups there are, and whether their case keys are still kept."""
    from tocsin.boot import backup as backups

    for home in backups.backups(config()):
        click.echo(f"{home}  {'with case keys' if (home / backups.KEYS).exists() else 'without case keys'}")


def _tell(found: str) -> None:
    if found != "good":
        stop(f"the restore drill failed: {found}")
    click.echo("restore drill: good")


@click.command()
@click.argument("backup_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dir", "directory", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="Where the installation is made; its directory for data and keys must not hold any.")  # fmt: skip
@click.option("--share", "files", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
              help="A file with a share of the recovery kit; twice. Without it, you type them.")  # fmt: skip
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="Public address.")
@click.option("--desk-url", default="http://127.0.0.1:8081", show_default=True, help="The desk's address.")
def restore(backup_dir: Path, directory: Path, files: tuple[Path, ...], url: str, desk_url: str) -> None:
    """Bring an installation back from a backup, on this machine or another, with two shares of its recovery kit.

    The database is a file then, also of an installation that worked on PostgreSQL: “tocsin db move” brings it there.
    """
    from tarfile import TarError

    import msgspec

    from tocsin.boot import backup as backups
    from tocsin.boot import setup
    from tocsin.services.ports.vault import Tampered

    directory = directory.resolve()
    data, keys = directory / "data", directory / "keys"
    if (directory / "tocsin.toml").exists():
        stop(f"{directory} holds an installation already")
    try:
        guarded(backups.restore, backup_dir, shares_from(files), data, keys)
    except (Tampered, TarError, msgspec.DecodeError):
        stop(f"{backup_dir} is damaged, cut off, or not of this kit's installation; nothing was restored from it")
    file = guarded(setup.configure, directory, data, keys, url, desk_url)
    click.echo(f"restored into {directory}")
    click.echo(f"then: TOCSIN_CONFIG={file} tocsin verify")
