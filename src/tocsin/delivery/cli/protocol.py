# SPDX-License-Identifier: Apache-2.0
"""`tocsin protocol`: print the protocol's tables, and play a script of commands against the engine.

Needs no instance, no database and no framework: the answers come from `core.case` alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Final, TextIO

import click
import msgspec

from tocsin.core.case import transcript
from tocsin.core.case.tables import CONSENT, CS_NEXT, CS_STATES, EMBARGO, REPORT

WIDTH: Final = 78


@click.group("protocol")
def protocol() -> None:
    """The formal protocol of coordinated disclosure: its tables, and scripts played against it."""


@protocol.command("export")
@click.option("--json", "as_json", is_flag=True, help="All of it as one JSON object.")
def export(as_json: bool) -> None:
    """Print the four machines: states, transitions, embargo viability, histories."""
    if as_json:
        click.echo(msgspec.json.encode(transcript.export()).decode())
        return
    for machine in (REPORT, EMBARGO, CONSENT):
        click.echo(f"{machine.name}: starts in {machine.start.value}")
        for (origin, happening), to in machine.transitions.items():
            click.echo(f"  {origin.value:<11} {happening.value:<8} {to.value}")
    click.echo(f"cs: {len(CS_STATES)} states, {sum(map(len, CS_NEXT.values()))} edges; --json prints them")


@protocol.command("run")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, as in the contract.")
@click.argument("script", type=click.File("r", encoding="utf-8", errors="replace"), default="-")
def run(as_json: bool, script: TextIO) -> None:
    """Play SCRIPT (JSON lines of `actor`, `command`, ...; `-` is standard input) and answer every line."""
    for answer in transcript.run(_lines(script)):
        click.echo(msgspec.json.encode(answer).decode() if as_json else _plain(answer))
        sys.stdout.flush()


def _lines(script: TextIO) -> Iterable[str]:
    return iter(script.readline, "")


def _plain(answer: transcript.Json) -> str:
    who = f"{answer.get('line')}: {answer.get('actor', '?')} {answer.get('command', '?')}"
    if "refused" in answer:
        return f"{who}: refused ({answer['rule']}): {answer['because']}"
    happened = ", ".join(each["event"] for each in answer["events"])
    return f"{who}: {happened or 'nothing changed'}"
