# SPDX-License-Identifier: Apache-2.0
"""`tocsin claims`: looks up what a report cites. Needs no installation; nothing of the repository is executed."""

from __future__ import annotations

from itertools import groupby

import click

from tocsin.delivery.cli.context import inert, print_json, stop
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.findings import content
from tocsin.services.claims import Answer, Checked, check
from tocsin.services.ports.git import GitFailed


@click.group()
def claims() -> None:
    """Files, lines, symbols, commits, versions, packages, options and stack frames that a report cites."""


@claims.command("check")
@click.argument("report")
@click.option("--repo", default=".", show_default=True, metavar="DIR", help="The project's repository.")
@click.option("--line", "lines", multiple=True, metavar="REF", help="A line to look in.  [default: main and releases]")
@click.option("--json", "json_", is_flag=True, help='Print {"claims":[{"kind","value","found":[...],"line"}]}.')
@click.pass_context
def check_(ctx: click.Context, report: str, repo: str, lines: tuple[str, ...], json_: bool) -> None:
    """Say where everything that REPORT cites (`-` reads standard input) stands in each line: facts, no verdict. Ends
    with 5 when a repository or a line is not there."""
    text = content(report).decode("utf-8", "replace")
    try:
        answer = check(text, ctx.obj.sources(repo, lines))
    except GitFailed as error:
        stop(error.because, Exit.NOT_FOUND)
    if json_:
        print_json(answer)
        return
    _print(answer)


def _print(answer: Answer) -> None:
    if not answer.claims:
        click.echo("The report cites no code.")
    for each in answer.claims:
        click.echo(inert(f"{each.line:>4}  {each.kind.value:<8} {each.value}  {_where(each)}"))


def _where(claim: Checked) -> str:
    """In words: each line with its first place."""
    if not claim.found:
        return "not found"
    told = []
    for ref, found in groupby(claim.found, key=lambda each: each.ref):
        first = next(found)
        place = first.path + (f":{first.line}" if first.line else "")
        told.append(f"{ref}{f' {place}' if place else ''}{' (moved)' if first.moved else ''}")
    return "; ".join(told)
