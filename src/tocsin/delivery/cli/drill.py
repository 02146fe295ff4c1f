# SPDX-License-Identifier: Apache-2.0
"""`tocsin drill`: try a policy on cases that never were, before real ones try it. Needs no installation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from tocsin.core.clock import show
from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.context import as_json, print_json, stop, table
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.delivery.cli.policy import opened
from tocsin.services.drill.crew import NAMES, crew
from tocsin.services.drill.matter import Matter, generate, read
from tocsin.services.drill.play import Play
from tocsin.services.drill.told import Drill, Missed

SHOWN = 40
"""Misses that are shown one by one; `--json` has them all."""


@click.command()
@click.option("--policy", "policy_file", required=True, metavar="POLICY", help="Policy file, or a seed's name.")
@click.option(
    "--cases", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many reports come in."
)
@click.option("--seed", default=1, show_default=True, help="Same seed, same drill.")
@click.option("--every", default=5.0, show_default=True, type=click.FloatRange(0.01), help="Days between two reports.")
@click.option("--people", default=3, show_default=True, type=click.IntRange(1, len(NAMES)), help="Size of the crew.")
@click.option("--hours", default=2.0, show_default=True, type=click.FloatRange(0.1, 15), help="Hours each has a day.")
@click.option("--replay", type=click.Path(path_type=Path), help="Reports to play instead (JSON lines), see the manual.")
@click.option("--strict", is_flag=True, help="End with 3 when a promise was missed.")
@as_json
def drill(policy_file: str, seed: int, replay: Path | None, strict: bool, json_: bool, **sizes: Any) -> None:
    """Play made-up reports against a policy: which promises would be missed, why, and who would have too much to do."""
    policy = opened(policy_file, json_)
    matters = _read(replay) if replay else generate(seed, sizes["cases"], timedelta(days=sizes["every"]))
    told = Play(policy, matters, crew(policy.calendar, sizes["people"], sizes["hours"]), seed).run()
    if json_:
        print_json(told)
    else:
        _tell(told, sizes["hours"])
    if strict and told.missed:
        raise SystemExit(int(Exit.FINDINGS))


def _read(path: Path) -> tuple[Matter, ...]:
    try:
        matters = read(path.read_bytes())
    except OSError as error:
        stop(f"{path} cannot be read: {error.strerror}", Exit.USAGE)
    if isinstance(matters, Refused):
        refuse(matters)
    return matters


def _tell(told: Drill, hours: float) -> None:
    crew = f"{len(told.people)} people with {hours:g} hours a working day"
    click.echo(f"Drill of {told.project}'s policy {told.policy[:12]}, seed {told.seed}: {told.cases} reports, {crew},")
    click.echo(f"from {show(told.started_at)} to {show(told.ended_at)}.")
    given, missed = sum(each.given for each in told.promises), len(told.missed)
    click.echo(f"{given - missed} of {given} promises kept, {missed} missed; {told.open} cases came to no end.\n")
    table(
        ("PROMISE", "WITHIN", "KEPT", "MISSED", "LATEST BY", "LINE"),
        [
            (each.title, each.within, str(each.given - each.missed), str(each.missed or ""),
             _span(each.latest_hours) if each.missed else "", each.cite)
            for each in told.promises
        ],
    )  # fmt: skip
    click.echo("")
    table(
        ("PERSON", "HOURS", "OF", "SHARE", "FULL WEEKS", "LONGEST QUEUE", "LONGEST WAIT", ""),
        [
            (each.name, f"{each.hours:g}", f"{each.available:g}", f"{each.share} %",
             str(each.full_weeks), str(each.longest_queue), f"{each.longest_wait_days:g} d",
             "overloaded" if each.overloaded else "")
            for each in told.people
        ],
    )  # fmt: skip
    for miss in told.missed[:SHOWN]:
        click.echo(f"\n{miss.case}: {miss.title} was due {show(miss.due_at)}{f' ({miss.cite})' if miss.cite else ''}")
        click.echo(f"  {_late(miss)}; {miss.why}")
    if len(told.missed) > SHOWN:
        click.echo(f"\n... and {len(told.missed) - SHOWN} more misses; --json has them all.")
    if told.refused:
        click.echo("\nRefused by the rules on the way:")
    for each in told.refused:
        where = ", ".join(part for part in (each.rule, each.cite) if part)
        click.echo(f"  {each.times} x {each.because} ({where})")


def _late(miss: Missed) -> str:
    return "never kept" if miss.late_hours is None else f"{_span(miss.late_hours)} late"


def _span(hours: float) -> str:
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} d"
