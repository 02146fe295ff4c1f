# SPDX-License-Identifier: Apache-2.0
"""`tocsin versions`: order versions, look them up in ranges, by the rules of their ecosystem."""

from __future__ import annotations

from typing import NoReturn

import click

from tocsin.core.versions import SCHEMES, Scheme, holds, parse_vers, read_range, scheme_called
from tocsin.core.versions import compare as compare_versions
from tocsin.delivery.cli.context import stop
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.findings import printable


@click.group()
def versions() -> None:
    """Compare versions; ask whether a range holds one."""


@versions.command(context_settings={"ignore_unknown_options": True})
@click.argument("scheme")
@click.argument("first")
@click.argument("second")
def compare(scheme: str, first: str, second: str) -> None:
    """Print `<`, `=` or `>`."""
    found = _scheme(scheme)
    try:
        click.echo(compare_versions(found.name, first, second))
    except ValueError as wrong:
        _stop(wrong)


@versions.command(context_settings={"ignore_unknown_options": True})
@click.argument("scheme")
@click.argument("written", metavar="RANGE")
@click.argument("version")
def contains(scheme: str, written: str, version: str) -> None:
    """Print `yes` or `no`. RANGE: a vers string or the native notation, `>= 1.0, < 1.2`, `^1.2`, `[1.0,2.0)`.

    A vers string carries its own type; SCHEME then has to agree with it.
    """
    found = _scheme(scheme)
    try:
        if written.startswith("vers:") and (kind := parse_vers(written).type) not in ("all", "none"):
            own = _scheme(kind)
            if own is not found:
                raise ValueError(f"the range is of the scheme {own.name}, not {found.name}")
        click.echo("yes" if holds(found, read_range(found, written), version) else "no")
    except ValueError as wrong:
        _stop(wrong)


@versions.command()
def schemes() -> None:
    """List the schemes."""
    for each in SCHEMES:
        click.echo(each.name)


def _scheme(name: str) -> Scheme:
    try:
        return scheme_called(name)
    except KeyError:
        known = ", ".join(each.name for each in SCHEMES)
        raise click.BadParameter(f"{name!r} is no version scheme; there are {known}") from None


def _stop(wrong: ValueError) -> NoReturn:
    stop(printable(str(wrong)), Exit.FINDINGS)
