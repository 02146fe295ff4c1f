# SPDX-License-Identifier: Apache-2.0
"""`tocsin upgrade`: the database brought up to this version, with a backup first. Safe to stop and to repeat."""

from __future__ import annotations

import click

from tocsin.boot.commands import config, desk, guarded, stop


@click.command()
@click.option("--backup/--no-backup", "first", default=True, help="Make a backup before anything is changed.")
@click.option("--look", is_flag=True, help="Only say what there is to do.")
@click.pass_context
def upgrade(ctx: click.Context, first: bool, look: bool) -> None:
    """Bring the database up to this version: a backup first, then one migration after the other.

    The server may go on: migrations leave room for the version before. Each stands whole or not at all, so whatever
    stops this, running it again goes on where it stopped. Afterwards restart every process.
    """
    from tocsin.boot import backup as backups
    from tocsin.boot import setup

    place, opened = config(), desk(ctx)
    from tocsin.adapters.db.database import DEFAULT
    from tocsin.adapters.db.other import ahead
    from tocsin.services import verify

    if newer := guarded(ahead, DEFAULT):
        stop(f"the database was used by a newer version ({newer[-1]}); install that, or restore a backup")
    waiting = guarded(setup.waiting)
    for name in waiting:
        click.echo(f"to do  {name}")
    if look:
        if not waiting:
            click.echo("nothing to do: the tables are of this version")
        return
    if waiting and first:
        click.echo(f"backup {guarded(backups.make, place, opened)}")
    guarded(setup.migrate)
    if renewed := guarded(verify.renew_once, opened, guarded(setup.edition)):  # also after a run that was stopped
        click.echo(f"sealed {renewed} inbox rows again, as this version writes them")
    click.echo(f"done   {len(waiting)} migrations" if waiting else "nothing to do: the tables are of this version")
    if waiting:
        click.echo("next: restart every process, then “tocsin verify”")
