# SPDX-License-Identifier: Apache-2.0
"""`tocsin` and `tocsin inbox`: what needs a person now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import click

from tocsin.core.wire.desk import CasePage, CaseRow
from tocsin.delivery.cli.context import as_json, as_person, inert, print_json, stop, table
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.seat import seat
from tocsin.services.ports.store import NEVER
from tocsin.services.queries import orders, words

TABS: Final[Mapping[str, tuple[str, dict[str, str]]]] = {
    "team": ("Needs us", {"waits_for": "team"}),
    "held": ("Held", {"waits_for": "held"}),
    "reporter": ("Waiting for reporter", {"waits_for": "reporter"}),
    "mine": ("Mine", {"lead": "me"}),
    "snoozed": ("Put aside", {"aside": "only"}),
    "open": ("All open", {}),
    "done": ("Done", {"show": "done"}),
}
"""The desk's tabs: their words, and what they ask for."""


@click.command()
@as_person
@as_json
@click.option("--tab", type=click.Choice(list(TABS)), default="team", show_default=True)
@click.option("-p", "--project", default="", help="Only this project.")
@click.option("--by", type=click.Choice(orders.ORDERS), default=None, help="Another order, or one class of priority.")
@click.option("--find", "sought", default="", help="Cases of this reference or CVE id, or that say all these words.")
@click.option("--after", default="", help="Go on after this cursor.")
@click.option("--digest", is_flag=True, help="One line: how many wait for us, how many are over, what is due next.")
@click.pass_context
def inbox(  # noqa: PLR0913 - one for each option
    ctx: click.Context,
    person: str,
    json_: bool,
    tab: str,
    project: str,
    by: str | None,
    sought: str,
    after: str,
    digest: bool,
) -> None:
    """List cases, the one that is due first on top, or in another order: `priority`, or `age`, untouched longest.

    `--find` looks at titles and reports, whole words, whatever the state of a case.

    `--digest` is for a desktop: numbers only, no name of a case, and no line at all where nothing waits.
    """
    at = seat(ctx, person)
    title, asked = ("Found" if sought else TABS[tab][0]), {"aside": "out", **({"by": by} if by else {}), **TABS[tab][1]}
    page = at.find(sought, project) if sought else at.page(project=project, after=after, **asked)
    if project and not page.items and project not in {each.id for each in at.projects()}:
        stop(f"there is no project {inert(project)} here; see: tocsin project list", Exit.NOT_FOUND)
    if digest:
        if page.items:
            click.echo(f"{title}: {summed(page.items, bool(page.next), at.now())}")
        return
    if json_:
        print_json(page)
        return
    if not page.items:
        click.echo(f"{title}: nothing.{_aside(page, tab, ' ')}")
        return
    click.echo(f"{title} · {page.counts.get('team', 0)} need the team{_aside(page, tab, ' · ')}")
    now = at.now()
    extra = {"": "", orders.AGE: "TOUCHED"}.get(by or "", "PRIORITY")
    heads = ("#", "", "DUE", "CASE", "PHASE", *((extra,) if extra else ()), "SEVERITY", "LEAD", "TITLE")
    counted = tab == "team" and not sought and not by and not project and not after
    table(heads, [_cells(str(n) if counted else "", row, now, extra) for n, row in enumerate(page.items, 1)])
    if page.next:
        click.echo(f"more: tocsin inbox --tab {tab}{f' --by {by}' if by else ''} --after {page.next}")


def _aside(page: CasePage, tab: str, before: str) -> str:
    """Say how many are put aside, where the list leaves them out."""
    count = page.counts.get("snoozed", 0)
    return f"{before}{count} put aside (--tab snoozed)" if count and tab != "snoozed" else ""


def summed(rows: Sequence[CaseRow], more: bool, now: datetime) -> str:
    """What waits, in numbers: it may stand on a screen that others see, so it says nothing of what it is about."""
    dues = [row.next_due for row in rows if row.next_due and row.next_due < NEVER]
    over = sum(due < now for due in dues)
    ahead = min((due for due in dues if due >= now), default=None)
    parts = [
        f"{len(rows)}{'+' if more else ''} waiting",
        f"{over} over" if over else "",
        f"next due {words.until(ahead, now)}" if ahead else "",
    ]
    return ", ".join(filter(None, parts))


def _cells(number: str, row: CaseRow, now: datetime, extra: str) -> tuple[str, ...]:
    """The cells of one row. `number` names the case to other commands, which count in the list without any option."""
    due = row.next_due or NEVER
    severity = f"{row.rating} {row.score:.1f}" if row.rating else ""
    lead = row.lead.name if row.lead else ""
    more = {"": (), "TOUCHED": (words.ago(row.touched_at, now),)}.get(extra, (row.priority,))
    when = (words.urgency(due, now), words.until(due, now))
    return (number, *when, row.ref, row.phase, *more, severity, lead, row.title)
