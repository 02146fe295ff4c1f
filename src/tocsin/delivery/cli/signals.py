# SPDX-License-Identifier: Apache-2.0
"""`tocsin signals`: take published lists of known and likely attacks in from files. Nothing is asked of a network."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TypeVar

import click

from tocsin.core.severity.lists import known_attacks, likelihoods
from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.context import as_json, desk, print_json
from tocsin.delivery.cli.exits import refuse

Read = TypeVar("Read")
_GZIP = b"\x1f\x8b"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def signals() -> None:
    """What published lists say of CVE ids: known attacks (KEV), and how likely they are (EPSS)."""


@signals.command()
@click.option("--kev", type=_FILE, help="CISA's catalogue of known exploited vulnerabilities, JSON.")
@click.option("--epss", type=_FILE, help="FIRST's EPSS scores, CSV, also with gzip.")
@click.pass_context
def load(ctx: click.Context, kev: Path | None, epss: Path | None) -> None:
    """Take lists in place of those loaded before; cases are ordered by them from then on."""
    if kev is None and epss is None:
        raise click.UsageError("name a file with --kev or --epss")
    known = desk(ctx).signals
    # Both are read before either is taken, so that a wrong file changes nothing.
    attacks = _read(known_attacks(_bytes(kev))) if kev else None
    likely = _read(likelihoods(_bytes(epss).decode("utf-8", "replace").splitlines())) if epss else None
    if attacks:
        known.take_attacks(attacks)
        click.echo(f"known attacks: {len(attacks.since)} ids, as of {attacks.as_of or 'no date'}")
    if likely:
        count = known.take_likelihoods(likely.rows, likely.as_of)
        click.echo(f"likelihoods: {count} ids, as of {likely.as_of or 'no date'}")


@signals.command()
@as_json
@click.pass_context
def show(ctx: click.Context, json_: bool) -> None:
    """Say which lists are loaded, and of which day."""
    found = desk(ctx).signals.loaded()
    if json_:
        print_json(found)
        return
    click.echo(f"known attacks: {found.attacks} ids, as of {found.attacks_as_of or 'never'}")
    click.echo(f"likelihoods: {found.likelihoods} ids, as of {found.likelihoods_as_of or 'never'}")


def _bytes(path: Path) -> bytes:
    data = path.read_bytes()
    try:
        return gzip.decompress(data) if data.startswith(_GZIP) else data
    except (OSError, EOFError) as error:
        raise click.UsageError(f"{path}: {error}") from error


def _read(found: Read | Refused) -> Read:
    if isinstance(found, Refused):
        refuse(found)
    return found
