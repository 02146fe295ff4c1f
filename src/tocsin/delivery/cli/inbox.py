# SPDX-License-Identifier: Apache-2.0
"""`tocsin` and `tocsin inbox`: what needs a person now."""

from __future__ import annotations

import click

from tocsin.delivery.cli.context import as_json, as_person, desk, print_json, table, who
from tocsin.services.queries import inbox as query


@click.command()
@as_person
@as_json
@click.option("--tab", type=click.Choice(list(query.TABS)), default="team", show_default=True)
@click.option("-p", "--project", default="", help="Only this project.")
@click.option("--after", default="", help="Go on after this cursor.")
@click.pass_context
def inbox(ctx: click.Context, person: str, json_: bool, tab: str, project: str, after: str) -> None:
    """List cases, the one that is due first on top."""
    opened = desk(ctx)
    page = query.page(opened, who(opened, person).id, tab=tab, project=project, after=after)
    if json_:
        print_json(page)
        return
    if not page.lines:
        click.echo(f"{query.TABS[tab]}: nothing.")
        return
    click.echo(f"{query.TABS[tab]} · {page.counts.get('team', '0')} need the team")
    rows = [
        (str(number), line.mark, line.due, line.case, line.phase, line.severity, line.lead, line.title)
        for number, line in enumerate(page.lines, 1)
    ]
    table(("#", "", "DUE", "CASE", "PHASE", "SEVERITY", "LEAD", "TITLE"), rows)
    if page.next:
        click.echo(f"more: tocsin inbox --tab {tab} --after {page.next}")
