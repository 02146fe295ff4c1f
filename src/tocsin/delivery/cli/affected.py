# SPDX-License-Identifier: Apache-2.0
"""`tocsin affected`: is this version affected, and what to do. For people, and for what runs unattended: the exit code
is 0 (not affected), 10 (affected, a fix exists), 11 (affected, some of it without a fix) or 12 (unknown, unsupported).

Answers come from a feed file, without the network, or from what the local installation has published. A live server is
asked what it is, and whether the settings that an advisory names are in force; it is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from tocsin.core.affected import answers, asked, sbom
from tocsin.core.affected.answers import Answer, Finding, Word
from tocsin.core.affected.asked import Asked, Unread
from tocsin.core.affected.index import Index
from tocsin.core.hardening.report import Report, Result, Server, Verdict
from tocsin.core.vocabulary import Value
from tocsin.delivery.cli import feedfile
from tocsin.delivery.cli.context import as_json, inert, installation, print_json, stop
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.findings import beginning
from tocsin.delivery.cli.harden import connected, print_report
from tocsin.services import affected as service
from tocsin.services import hardening

_WORDS: Final = {Word.AFFECTED: "red", Word.NOT_AFFECTED: "green", Word.UNSUPPORTED: "yellow", Word.UNKNOWN: "yellow"}


_WITHOUT: Final = "; or answer from a file: --feed all.zip"
_MARKS: Final = {Verdict.KEPT: "ok", Verdict.BROKEN: "NO", Verdict.NOT_ASKED: "? "}


class Told(Value):
    """What `--json` prints. `silent` counts components of a bill of materials that no advisory here speaks of."""

    answers: tuple[Answer, ...]
    unread: tuple[Unread, ...] = ()
    silent: int = 0
    conditions: tuple[Result, ...] = ()
    report: Report | None = None
    exit_code: int = 0


@click.command()
@click.argument("questions", nargs=-1, metavar="[PRODUCT@VERSION]...")
@click.option(
    "--from-file", type=click.Path(allow_dash=True), help="Lines: versions, version() outputs, packages, URLs."
)
@click.option("--sbom", "bill", type=click.Path(allow_dash=True), help="CycloneDX or SPDX, in JSON.")
@click.option("--product", default="", help="What lines with only a version are about.")
@click.option("--dsn", default="", metavar="DSN", help="Ask this server what it is: postgresql://user@host/database.")
@click.option("--harden", is_flag=True, help="With --dsn: also check how the server is configured.")
@feedfile.option
@as_json
@click.pass_context
def affected(ctx: click.Context, /, questions: tuple[str, ...], dsn: str, harden: bool, **options: Any) -> None:
    """Say whether a version is affected, why, and what to do about it."""
    given = _given(questions, options["from_file"], options["product"])
    components = _components(options["bill"])
    if not (given or components or dsn):
        raise click.UsageError("ask about something: PRODUCT@VERSION, --from-file, --sbom or --dsn")
    if harden and not dsn:
        raise click.UsageError("--harden needs a server: --dsn")
    with _index(ctx, options["feeds"]) as index:
        asked_ones = [each for each in given if isinstance(each, Asked)]
        found = [answers.answer(index, each) for each in asked_ones]
        parts = [answers.answer(index, each) for each in components]
        server, report = _server(ctx, dsn, harden)
        own = [_of_server(index, server)] if server else []
    spoken = [each for each in parts if each.advisories]
    every = [*found, *own, *spoken]
    told = Told(
        answers=tuple(every),
        unread=tuple(each for each in given if isinstance(each, Unread)),
        silent=len(parts) - len(spoken),
        conditions=tuple(hardening.conditions(own, server)) if server else (),
        report=report,
        exit_code=answers.exit_code(every),
    )
    if options["json_"]:
        print_json(told)
    else:
        _print(told)
    raise SystemExit(_code(told))


def _code(told: Told) -> int:
    if not told.exit_code and told.unread:
        return int(Exit.UNKNOWN_VERSION)
    if not told.exit_code and told.report and told.report.broken:
        return int(Exit.FINDINGS)
    return told.exit_code


def _given(questions: Sequence[str], from_file: str | None, product: str) -> list[Asked | Unread]:
    found = [each for question in questions for each in asked.read(question, product)]
    if from_file:
        found += asked.read(beginning(from_file, 10_000_000).decode("utf-8", "replace"), product)
    return found


def _components(bill: str | None) -> list[Asked]:
    if not bill:
        return []
    try:
        return sbom.read(beginning(bill, sbom.LARGEST + 1))
    except ValueError as error:
        raise click.UsageError(f"{bill}: {error}") from None


@contextmanager
def _index(ctx: click.Context, feeds: tuple[Path, ...]) -> Iterator[Index]:
    if not feeds:
        with service.known(installation(ctx.obj.front, _WITHOUT).shelf).asking() as index:
            yield index
        return
    try:
        index, wrong = feedfile.load(feeds)
    except feedfile.Unusable as error:
        stop(str(error), Exit.USAGE)
    if wrong:
        click.echo(f"tocsin: {wrong} files of the feed are no OSV documents and are left out", err=True)
    yield index


def _server(ctx: click.Context, dsn: str, harden: bool) -> tuple[Server | None, Report | None]:
    if not dsn:
        return None, None
    connecting: Callable[[str], object] = ctx.obj.server
    with connected(connecting, dsn) as live:
        facts = live.facts()
        return facts, hardening.examine(live, facts) if harden else None


def _of_server(index: Index, server: Server) -> Answer:
    question = asked.line_of(server.version)
    if isinstance(question, Unread):
        question = Asked(text=server.version, label=server.version[:60], names=(), version="")
    return answers.answer(index, question)


def _print(told: Told) -> None:
    for each in told.answers:
        _print_answer(each)
    for line in told.unread:
        click.echo(f"NOT UNDERSTOOD  {line.why}\n  {inert(line.text)}\n  {' ' * line.at}^")
    if told.conditions:
        click.echo("settings that the advisories name, on this server:")
        for one in told.conditions:
            found = f": {inert('; '.join(one.found))}" if one.found else ""
            click.echo(f"  {_MARKS[one.verdict]}  {inert(one.title)}{found}")
    if told.report:
        print_report(told.report)
    if told.silent:
        click.echo(f"{told.silent} components that no advisory here speaks of")


def _print_answer(each: Answer) -> None:
    word = click.style(each.word.value.upper(), fg=_WORDS[each.word], bold=True)
    update = f"; update to {each.update_to}" if each.update_to else ""
    click.echo(f"{word}  {inert(each.product)} {inert(each.version)}: {inert(each.why)}{inert(update)}")
    for one in each.findings:
        if one.word is not Word.NOT_AFFECTED:
            _print_finding(one)


def _print_finding(one: Finding) -> None:
    aliases = f" ({', '.join(one.aliases)})" if one.aliases else ""
    click.echo(inert(f"  {one.advisory}{aliases}  {one.severity}  {one.title}".rstrip()))
    if one.word is Word.AFFECTED:
        click.echo(inert(f"    fix: {one.fix}" if one.fix else f"    no fix: {one.why}"))
        for name, text in (("mitigation", one.mitigation), ("required configuration", one.required_configuration)):
            if text:
                first, *more = text.strip().splitlines()
                click.echo("\n".join([inert(f"    {name}: {first}"), *(f"      {inert(line)}" for line in more)]))
        if one.no_mitigation_known:
            click.echo("    no other way to protect yourself is known")
