# SPDX-License-Identifier: Apache-2.0
"""`tocsin metrics`: how well the process works, in numbers."""

from __future__ import annotations

from pathlib import Path

import click

from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.context import as_json, as_person, desk, print_json, stop, table, who
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services import skill as service


@click.group()
def metrics() -> None:
    """How well the process works."""


@metrics.command()
@as_person
@click.option("--data", type=click.Path(path_type=Path), help="Numbers from elsewhere (JSON) instead of our own cases.")
@as_json
@click.pass_context
def skill(ctx: click.Context, person: str, data: Path | None, json_: bool) -> None:
    """Say how much better than luck published cases were handled: 0 is luck, 1 is always, below 0 is worse than luck.

    DATA holds {"histories": {"VFP": 3}, "orders": {"F<P": {"successes": 2610, "cases": 2694}}}, either or both.
    """
    measured = _of_file(data) if data else _of_cases(ctx, person)
    if json_:
        print_json(measured)
        return
    if not measured.skills:
        click.echo("No published case yet, and so nothing to measure.")
        return
    rows = [
        (each.order, str(each.cases), f"{each.observed:.3f}", f"{each.by_luck:.3f}", f"{each.alpha:+.3f}",
         "" if each.low is None or each.high is None else f"{each.low:+.3f} to {each.high:+.3f}")
        for each in measured.skills
    ]  # fmt: skip
    table(("ORDER", "CASES", "OBSERVED", "BY LUCK", "SKILL", "95 %"), rows)
    if measured.unrecorded:
        click.echo(f"{measured.unrecorded} is recorded by none of these cases; its orders are left out.")


def _of_cases(ctx: click.Context, person: str) -> service.Measured:
    opened = desk(ctx)
    return service.of_cases(opened, who(opened, person).id)


def _of_file(path: Path) -> service.Measured:
    try:
        measured = service.of_data(path.read_bytes())
    except OSError as error:
        stop(f"{path} cannot be read: {error.strerror}", Exit.USAGE)
    if isinstance(measured, Refused):
        refuse(measured)
    return measured
