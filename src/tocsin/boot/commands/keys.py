# SPDX-License-Identifier: Apache-2.0
"""`tocsin keys` and `tocsin recovery`: how the private keys are kept, changed, and brought back."""

from __future__ import annotations

import sys
from itertools import takewhile
from pathlib import Path
from typing import Any

import click

from tocsin.boot.commands import config, desk, guarded, stop
from tocsin.boot.config import Config
from tocsin.services.app import Desk


@click.group()
def keys() -> None:
    """The private keys of this installation."""


@keys.command()
@click.pass_context
def show(ctx: click.Context) -> None:
    """Say how the keys are kept, since when, and until when old ones still open."""
    standing = guarded(desk(ctx).machine.keys.standing)
    click.echo(f"instance    {standing.instance}\nkept as     {standing.provider}")
    click.echo(f"newest      {standing.made_at.date() if standing.made_at else 'the first one'}")
    click.echo(f"older ones  {len(standing.public) - 1}")


@keys.command()
@click.option("--finish", is_flag=True, help="Make no new key: only wrap anew what an interrupted rotation left.")
@click.pass_context
def rotate(ctx: click.Context, finish: bool) -> None:
    """Make a new key-encryption key and wrap every case's key anew, while the server runs.

    The old key opens for thirty more days, as long as backups hold keys that were wrapped with it; then the nightly
    work destroys it.
    """
    from tocsin.services import rotation

    place, opened = config(), desk(ctx)

    def publish(public: bytes) -> None:
        from tocsin.adapters.vault.keyfiles import publish_key

        publish_key(place.data_dir, public)

    def work() -> rotation.Rotated:
        if not finish:
            return rotation.rotate(opened, publish)
        standing = opened.machine.keys.standing()
        publish(standing.public[0])
        return rotation.finish(opened, standing)

    done = guarded(work)
    told = guarded(_renew, place, opened)
    click.echo(f"rotated: {done.cases} case keys wrapped anew, {done.rows} list rows sealed anew{told}")


def _renew(place: Config, opened: Desk) -> str:
    """Put the new key into the recovery kit's file; the shares on paper stay good."""
    from tocsin.adapters.vault import recovery

    file = recovery.load(place.data_dir)
    if file is None:
        return ""
    _write_kit(place, opened, file.public, file.verified_at)
    return ", recovery.json renewed"


def _write_kit(place: Config, opened: Desk, public: bytes, verified_at: Any = None) -> None:
    import msgspec

    from tocsin.adapters.vault import recovery
    from tocsin.adapters.vault.holder.client import HeldKeys

    held = opened.machine.keys
    if not isinstance(held, HeldKeys):
        raise TypeError("an installation's keys are with a key holder")
    sealed = recovery.Escrow(keys=held.escrow(public), files=held.files(public))
    made = recovery.make(place.data_dir, sealed, public, opened.now())
    if verified_at:
        recovery.save(place.data_dir, msgspec.structs.replace(made, verified_at=verified_at))


@keys.command()
@click.option("--with", "kind", type=click.Choice(["passphrase", "credential"]), required=True,
              help="A passphrase asked for at start, or a credential of the service manager.")  # fmt: skip
def seal(kind: Any) -> None:
    """Keep the keys sealed instead of in clear. Stop the server first, and make a recovery kit before."""
    from tocsin.adapters.vault.holder.client import answers
    from tocsin.adapters.vault.keyring import seal_with
    from tocsin.boot.keys import key_file

    place = config()
    if answers(place.holder_socket):
        stop("the key holder is running; stop the server first")
    phrase = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True) if kind == "passphrase" else ""
    guarded(seal_with, guarded(key_file, place.key_dir), kind, phrase)
    click.echo(f"the keys are sealed with a {kind}")


@keys.command()
def unseal() -> None:
    """Keep the keys in clear again."""
    from tocsin.adapters.vault import keyring
    from tocsin.boot.keys import key_file

    place = config()
    guarded(keyring.unseal, guarded(key_file, place.key_dir), lambda: click.prompt("Passphrase", hide_input=True))
    click.echo("the keys lie in clear in the key directory")


@keys.command()
@click.option("--actor", default="", help="Only what this person was given, by id.")
@click.option("--days", default=1, show_default=True, help="How far back.")
@click.pass_context
def ledger(ctx: click.Context, actor: str, days: int) -> None:
    """List which case keys were released to whom, and what for."""
    from datetime import timedelta

    opened = desk(ctx)
    for line in guarded(opened.machine.keys.releases, opened.now() - timedelta(days=days), actor):
        refused = f"  REFUSED ({line.refused})" if line.refused else ""
        click.echo(f"{line.at:%F %T} UTC  {line.actor:<24}  {line.case:<16}  {line.purpose}{refused}")


@click.group()
def recovery() -> None:
    """The recovery kit: three shares, any two of which bring the keys back."""


@recovery.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write each share to a file here.")
@click.pass_context
def make(ctx: click.Context, out: Path | None) -> None:
    """Make a new kit. Give each share to another person, on paper; then run “tocsin recovery verify”."""
    import os

    from tocsin.adapters.vault import recovery as kits
    from tocsin.adapters.vault.durable import create_file

    place, opened = config(), desk(ctx)
    secret = os.urandom(kits.PART)
    public = kits.key(secret).public
    shares = kits.split(secret, kits.kit_name(public))
    if out is not None:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        for share in shares:
            guarded(create_file, out / f"share-{share.number}.txt", share.text.encode())
    guarded(_write_kit, place, opened, public)
    if not out:
        for share in shares:
            click.echo(share.text)
    click.echo(f"made {place.data_dir / kits.FILE}; any earlier kit opens nothing any more", err=True)
    click.echo("next: tocsin recovery verify", err=True)


@recovery.command()
@click.option("--share", "files", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
              help="A file with a share; twice. Without it, you type them.")  # fmt: skip
@click.pass_context
def verify(ctx: click.Context, files: tuple[Path, ...]) -> None:
    """Try that two shares bring the keys back. In production the server starts only after this was done once."""
    from datetime import UTC, datetime

    import msgspec

    from tocsin.adapters.vault import recovery as kits

    place = config()
    file = kits.load(place.data_dir)
    if file is None:
        stop("there is no recovery kit; run “tocsin recovery make”")
    ring, _, _ = guarded(kits.recover, file, shares_from(files))
    held = guarded(desk(ctx).machine.keys.standing)
    if ring.instance != held.instance or _publics(ring)[0] != held.public[0]:
        stop("the kit opens, but holds older keys; run “tocsin recovery make”")
    kits.save(place.data_dir, msgspec.structs.replace(file, verified_at=datetime.now(UTC)))
    click.echo("verified: these two shares bring every key of this installation back")


def _publics(ring: Any) -> tuple[bytes, ...]:
    from tocsin.adapters.vault.sealers import LocalVault

    return LocalVault(ring.instance, ring.seed, [old.seed for old in ring.older]).publics


@recovery.command()
@click.option("--share", "files", type=click.Path(exists=True, dir_okay=False, path_type=Path), multiple=True,
              help="A file with a share; twice. Without it, you type them.")  # fmt: skip
@click.option("--keys", "target", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="An empty directory for the keys.")  # fmt: skip
def restore(files: tuple[Path, ...], target: Path) -> None:
    """Bring only the keys back, where the data is still there. “tocsin restore” brings back both."""
    from tocsin.adapters.vault import recovery as kits
    from tocsin.adapters.vault.keyring import write_ring
    from tocsin.boot.keys import write_files

    place = config()
    file = kits.load(place.data_dir)
    if file is None:
        stop(f"{place.data_dir} holds no {kits.FILE}")
    ring, rest, _ = guarded(kits.recover, file, shares_from(files))
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    guarded(write_ring, target, ring)
    guarded(write_files, target, rest.files)
    click.echo(f"the keys are in {target}; set storage.keys to it")


def shares_from(files: tuple[Path, ...]) -> list[Any]:
    """Shares from files, or typed."""
    from tocsin.adapters.vault import recovery as kits

    given = [(f"{path}: ", path.read_text(encoding="utf-8", errors="replace")) for path in files]
    while len(given) < kits.NEEDED:
        given.append(("", _typed(len(given) + 1)))
    read = []
    for place, text in given:
        try:
            read.append(kits.parse(text))
        except kits.ShareRefused as error:
            stop(f"{place}{error}")
    return read


def _typed(number: int) -> str:
    click.echo(f"Share {number}, its letters in one line or several, then an empty line:", err=True)
    return "".join(takewhile(str.strip, sys.stdin))
