# SPDX-License-Identifier: Apache-2.0
"""`tocsin metrics`: how well the process works, in numbers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from tocsin.core.case.keys import Keys, Month
from tocsin.core.case.retrospective import retrospective as template
from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.at_case import case_argument
from tocsin.delivery.cli.context import (
    as_json,
    as_person,
    desk,
    inert,
    print_json,
    reference,
    step_up,
    stop,
    table,
    who,
)
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services import badge as yearly
from tocsin.services import cases
from tocsin.services import skill as service
from tocsin.services.queries import case as query
from tocsin.services.queries import hardening as backlog
from tocsin.services.queries import metrics as keys


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


@metrics.command()
@click.option("--project", default="", help="Only this project.")
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3650), help="How far back.")
@as_person
@as_json
@click.pass_context
def show(ctx: click.Context, project: str, days: int, person: str, json_: bool) -> None:
    """Show the five keys (first answer, remedy, dates kept, corrections, backlog), who waits for a word or came back,
    what a case takes of people, and what became of the reports of each month.
    """
    found = _keys(ctx, person, project, days)
    if json_:
        print_json(found)
        return
    rows = [
        (each.title, str(each.cases), _number(each.median), _number(each.p90),
         "-" if each.share is None else f"{each.share:.0%}", str(len(each.missed)), each.unit)
        for each in found.keys
    ]  # fmt: skip
    table(("KEY", "CASES", "P50", "P90", "KEPT", "MISSED", "UNIT"), rows)
    click.echo(f"{found.cases} cases since {found.since:%Y-%m-%d}. Percentiles need at least five.")
    if found.months:
        click.echo()
        table(("MONTH", "REPORTS", "HELD AT FIRST", "OUTCOMES"), list(map(_month, found.months)))


@metrics.command()
@click.option("--project", default="", help="Only this project.")
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3650), help="How far back.")
@click.option(
    "--format", "format_", type=click.Choice(["csv", "json", "openmetrics"]), default="csv", show_default=True
)
@as_person
@click.pass_context
def export(ctx: click.Context, project: str, days: int, format_: str, person: str) -> None:
    """Write the keys for a spreadsheet, a program or a monitoring system."""
    opened = desk(ctx)
    step_up(opened, who(opened, person).id)
    found = _keys(ctx, person, project, days)
    if format_ == "json":
        print_json(found)
    else:
        click.echo(keys.as_csv(found) if format_ == "csv" else keys.as_openmetrics(found), nl=False)


@metrics.command()
@click.option("--project", required=True)
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3650), help="How far back.")
@as_person
@click.pass_context
def badge(ctx: click.Context, project: str, days: int, person: str) -> None:
    """Print one sentence that the project may publish; nothing is published by itself."""
    words = keys.badge(_keys(ctx, person, project, days))
    if not words:
        stop("Fewer than five answered reports: a badge would say nothing.", Exit.FAILED)
    click.echo(words)


@metrics.command()
@click.option("--project", required=True)
@click.option("--year", "number", required=True, type=click.IntRange(2000, 2999))
@as_person
@click.pass_context
def year(ctx: click.Context, project: str, number: int, person: str) -> None:
    """Write a project's year as Markdown, to read over and publish: keys and outcomes, no case and no person named."""
    opened = desk(ctx)
    if project not in opened.people.projects(who(opened, person).id):
        stop(f"{project} is no project of yours", Exit.NOT_FOUND)
    click.echo(inert(yearly.year(opened, project, number)), nl=False)


@metrics.command()
@case_argument
@as_person
@click.pass_context
def retrospective(ctx: click.Context, given: str, person: str) -> None:
    """Write the retrospective of CASE to be finished by people: timeline, promises kept and missed, questions.

    It names no person and nothing of the report. `tocsin case record CASE retrospective` says that it was held.
    """
    opened = desk(ctx)
    someone = who(opened, person)
    found = query.authorised(opened, reference(opened, someone, given), someone.id, "retrospective")
    if found is None:
        refuse(cases.NOT_FOUND)
    click.echo(inert(template(found[1].policy, found[1].case, opened.now())), nl=False)


@metrics.command()
@click.argument("default", required=False, default="")
@click.option("--project", default="", help="Only this project.")
@as_person
@as_json
@click.pass_context
def hardening(ctx: click.Context, default: str, project: str, person: str, json_: bool) -> None:
    """List the defaults that reports asked to be safer; with DEFAULT, write an issue about it for a public tracker.

    A report comes onto the list with `tocsin case harden CASE DEFAULT`.
    """
    opened = desk(ctx)
    items = backlog.backlog(opened, who(opened, person).id, project)
    chosen = next((item for item in items if item.default.casefold() == default.casefold()), None)
    if default and chosen is None:
        stop(f"no report is noted for a default called {default}", Exit.NOT_FOUND)
    if json_:
        print_json(items if chosen is None else [chosen])
    elif chosen:
        click.echo(inert(backlog.draft(chosen)), nl=False)
    else:
        table(
            ("DEFAULT", "REPORTS", "CASES"), [(inert(i.default), str(len(i.cases)), " ".join(i.cases)) for i in items]
        )


def _keys(ctx: click.Context, person: str, project: str, days: int) -> Keys:
    opened = desk(ctx)
    since = opened.now() - timedelta(days=days)
    return keys.of_person(opened, who(opened, person).id, project, since)


def _month(month: Month) -> tuple[str, str, str, str]:
    told = ", ".join(f"{count} {name}" for name, count in sorted(month.outcomes.items()))
    return month.month, str(sum(month.outcomes.values())), str(month.held), told


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
