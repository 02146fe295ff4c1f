# SPDX-License-Identifier: Apache-2.0
"""`tocsin sla`: what the policy promised, by its lines: what is open, what is over, what was kept.

Open promises are read from the lists, where each case stands with what it owes next, so that no case is opened for it.
What was kept stands in the cases themselves: `--kept` and `sla status CASE` open them, which the ledger of keys notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

import click
import msgspec

from tocsin.core.wire.case import Promise
from tocsin.core.wire.desk import CaseRow, TimedRule
from tocsin.delivery.cli.at_case import sit
from tocsin.delivery.cli.context import as_json, as_person, inert, print_json, stop, table
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.seat import Seat, seat
from tocsin.services.ports.store import NEVER
from tocsin.services.queries import words

PAGE: Final = 200
SHOWN: Final = 20
"""Cases that are named one by one."""

project_option = click.option("-p", "--project", default="", help="Only this project.")


class Line(msgspec.Struct):
    """One promise of one project's policy, and how it stands. `kept` and `late` are None where nobody looked."""

    project: str
    promise: str
    title: str
    within: str
    because: str
    source: str
    open: int = 0
    over: int = 0
    next_due: datetime | None = None
    kept: int | None = None
    late: int | None = None


@click.group()
def sla() -> None:
    """Promises of the policy and their clocks: what is due, what is over, what was kept."""


@sla.command()
@click.argument("given", metavar="[CASE]", default="")
@project_option
@click.option("--kept", is_flag=True, help="Count what was kept and what was late too; opens every case of that time.")
@click.option("--days", default=365, show_default=True, help="With --kept: how far back, by the last change of a case.")
@as_person
@as_json
@click.pass_context
def status(ctx: click.Context, given: str, project: str, kept: bool, days: int, person: str, json_: bool) -> None:
    """Say how every promise stands: of the policy, line by line, or of one CASE.

    Without CASE, an open case counts for the promise that it owes next.
    """
    if given:
        at, ref = sit(ctx, person, given)
        _of_case(at.case(ref).promises, at.now(), json_=json_)
        return
    at = seat(ctx, person)
    lines = _lines(at, project)
    rows = list(_rows(at, project, "open"))
    _count(lines, rows, at.now())
    if kept:
        _count_kept(at, lines, project, timedelta(days=days))
    if json_:
        print_json(list(lines.values()))
    else:
        _show(list(lines.values()), kept=kept, now=at.now())


def _of_case(promises: Iterable[Promise], now: datetime, *, json_: bool) -> None:
    if json_:
        print_json(list(promises))
        return
    rows = [
        (each.title, each.state, words.instant(each.due_at),
         words.instant(each.kept_at) if each.kept_at else words.until(each.due_at, now), each.cite)
        for each in promises
    ]  # fmt: skip
    table(("PROMISE", "STATE", "DUE", "KEPT", "LINE"), rows)


def _lines(at: Seat, project: str) -> dict[tuple[str, str], Line]:
    mine = [each.id for each in at.projects() if project in ("", each.id)]
    if project and not mine:
        stop("there is no such project", Exit.NOT_FOUND)
    return {(each, rule.name): _line(each, rule) for each in mine for rule in at.policy(each).rules}


def _line(project: str, rule: TimedRule) -> Line:
    return Line(project=project, promise=rule.name, title=rule.title, within=rule.within, because=rule.because,
                source=rule.source)  # fmt: skip


def _of(lines: dict[tuple[str, str], Line], project: str, promise: str) -> Line:
    """The line of a promise; one of an earlier policy, to which a case is pinned, has none in the policy in force."""
    bare = Line(project=project, promise=promise, title=promise.replace("-", " ").capitalize(), within="", because="",
                source="of an earlier policy")  # fmt: skip
    return lines.setdefault((project, promise), bare)


def _rows(at: Seat, project: str, show: str) -> Iterator[CaseRow]:
    after = ""
    while True:
        page = at.page(show=show, project=project, after=after, limit=PAGE)
        yield from page.items
        if not (after := page.next):
            return


def _count(lines: dict[tuple[str, str], Line], rows: Iterable[CaseRow], now: datetime) -> None:
    for row in rows:
        if not row.promise or row.next_due is None or row.next_due >= NEVER:
            continue
        line = _of(lines, row.project, row.promise)
        line.open += 1
        line.over += row.next_due < now
        line.next_due = min(line.next_due or NEVER, row.next_due)


def _count_kept(at: Seat, lines: dict[tuple[str, str], Line], project: str, back: timedelta) -> None:
    since = at.now() - back
    for line in lines.values():
        line.kept = line.late = 0
    for row in _rows(at, project, "all"):
        if row.updated_at < since:
            continue
        for promise in at.case(row.ref).promises:
            line = _of(lines, row.project, promise.name)
            line.kept = (line.kept or 0) + (promise.state == "kept")
            line.late = (line.late or 0) + (promise.state in ("late", "overdue"))


def _show(lines: list[Line], *, kept: bool, now: datetime) -> None:
    if not lines:
        click.echo("No policy of yours promises anything with a number.")
        return
    many = len({each.project for each in lines}) > 1
    heads = ("PROJECT",) if many else ()
    heads += ("PROMISE", "WITHIN", "OPEN", "OVER", *(("KEPT", "LATE") if kept else ()), "NEXT DUE", "LINE")
    table(heads, [_cells(each, many=many, kept=kept, now=now) for each in lines])


def _cells(line: Line, *, many: bool, kept: bool, now: datetime) -> tuple[str, ...]:
    counted = (str(line.kept or 0), str(line.late or 0)) if kept else ()
    due = words.until(line.next_due or NEVER, now)
    first = (line.project,) if many else ()
    return (*first, line.title, line.within, str(line.open), str(line.over), *counted, due, line.source)


@sla.command()
@project_option
@click.option("--within", default=0, metavar="HOURS", help="What is due in so many hours counts as well.")
@as_person
@as_json
@click.pass_context
def check(ctx: click.Context, project: str, within: int, person: str, json_: bool) -> None:
    """Name every open case whose next promise is over, and end with 8 where there is one: for a timer or a monitor."""
    at = seat(ctx, person)
    _lines(at, project)  # a project that is not there is no project in which all is well
    now = at.now()
    last = now + timedelta(hours=within)
    over = []
    for row in _rows(at, project, "open"):  # what is due first comes first
        if row.next_due is None or row.next_due >= last:
            break
        if row.promise:
            over.append(row)
    if json_:
        print_json(over)
    else:
        _named(over, now)
    raise SystemExit(int(Exit.BREACHED if over else Exit.OK))


def _named(over: list[CaseRow], now: datetime) -> None:
    if not over:
        click.echo("no promise is over")
        return
    rows = [
        (row.ref, row.promise, words.until(row.next_due or NEVER, now), inert(row.lead.name) if row.lead else "")
        for row in over[:SHOWN]
    ]
    table(("CASE", "PROMISE", "DUE", "LEAD"), rows)
    if len(over) > SHOWN:
        click.echo(f"and {len(over) - SHOWN} more")
