# SPDX-License-Identifier: Apache-2.0
"""`tocsin harden`: check, read-only, how a live server is configured, against what the project asks of operators."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from tocsin.core.hardening.checks import checks
from tocsin.core.hardening.report import Report, Verdict
from tocsin.core.policy.load import load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.seeds import seed
from tocsin.delivery.cli.context import as_json, inert, print_json, stop
from tocsin.delivery.cli.exits import Exit
from tocsin.services import hardening
from tocsin.services.ports.server import LiveServer, Unreachable

_MARKS: Final = {Verdict.KEPT: ("ok", "green"), Verdict.BROKEN: ("NO", "red"), Verdict.NOT_ASKED: ("?", "yellow")}


@click.command()
@click.option("--dsn", default="", metavar="DSN", help="The server: postgresql://user@host/database.")
@click.option("--policy", "file", type=click.Path(exists=True, path_type=Path), help="The project's policy file.")
@click.option("--list", "list_", is_flag=True, help="List the checks instead, with why each is made.")
@as_json
@click.pass_context
def harden(ctx: click.Context, dsn: str, file: Path | None, list_: bool, json_: bool) -> None:
    """Check roles, authentication, resource limits and settings of a PostgreSQL-family server. Changes nothing.

    Ends with 0 when every check that could be asked is kept, with 3 when one is not, with 9 when the server cannot be
    reached.
    """
    if list_:
        for check in checks():
            click.echo(f"{check.id}  {check.title} ({check.topic}, {check.weight})\n  {check.why}")
        return
    if not dsn:
        raise click.UsageError("name a server with --dsn, or look at the checks with --list")
    policy = _policy(file) if file else None
    with connected(ctx.obj.server, dsn) as live:
        found = hardening.examine(live, live.facts(), policy)
    if json_:
        print_json(found)
    else:
        print_report(found)
    raise SystemExit(int(Exit.FINDINGS if found.broken else Exit.OK))


@contextmanager
def connected(connecting: Callable[[str], Any], dsn: str) -> Iterator[LiveServer]:
    """Hold a connection; ends with exit code 9 when there is none, and never with a password in words."""
    live: LiveServer | None = None
    try:
        live = connecting(dsn)
        yield live
    except Unreachable as error:
        stop(f"the server cannot be asked: {inert(str(error))}", Exit.UPSTREAM)
    finally:
        if live is not None:
            live.close()


def _policy(file: Path) -> Policy:
    found = load(file.read_text(encoding="utf-8"), seed)
    if not isinstance(found, Policy):
        stop("\n".join(f"{file}: {problem}" for problem in found.problems), Exit.USAGE)
    return found


def print_report(found: Report) -> None:
    """Print a report by topic: what is kept in one line, what is broken with the reason and the remedy."""
    click.echo(inert(found.server))
    if found.posture:
        click.echo(inert(found.posture))
    topic = ""
    for each in found.results:
        if each.topic != topic:
            topic = each.topic
            click.echo(f"\n{topic}")
        mark, colour = _MARKS[each.verdict]
        click.echo(f"  {click.style(mark.ljust(2), fg=colour, bold=True)}  {inert(each.title)}")
        for line in each.found:
            click.echo(f"        {inert(line)}")
        if each.verdict is Verdict.BROKEN:
            click.echo(f"      why: {inert(each.why)}\n      do:  {inert(each.remedy)}")
    counts = [sum(each.verdict is verdict for each in found.results) for verdict in Verdict]
    click.echo(f"\n{counts[0]} kept, {counts[1]} broken, {counts[2]} not asked")
