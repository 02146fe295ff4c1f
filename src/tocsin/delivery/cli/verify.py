# SPDX-License-Identifier: Apache-2.0
"""`tocsin verify`: prove that everything shown follows from the journals."""

from __future__ import annotations

import click

from tocsin.delivery.cli.context import as_json, desk, print_json
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.terminal import progress
from tocsin.services import verify as service


@click.command()
@click.option("--repair", is_flag=True, help="Write derived rows again where they differ. Journals are never touched.")
@as_json
@click.pass_context
def verify(ctx: click.Context, repair: bool, json_: bool) -> None:
    """Replay every journal and compare it with snapshots and the inbox. Ends with 3 when something differs."""
    with progress("cases looked at", quiet=json_) as passed:
        verdict = service.verify(desk(ctx), repair=repair, passed=passed)
    if json_:
        print_json(verdict)
    else:
        for finding in verdict.findings:
            click.echo(f"{finding.case}: {finding.what}{' (repaired)' if finding.repaired else ''}")
        click.echo(f"{verdict.cases} cases, {verdict.entries} journal lines, {len(verdict.findings)} findings")
    raise SystemExit(int(Exit.FINDINGS if any(not f.repaired for f in verdict.findings) else Exit.OK))
