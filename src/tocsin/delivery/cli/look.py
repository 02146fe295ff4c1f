# SPDX-License-Identifier: Apache-2.0
"""`tocsin case view | timeline`: what stands in a case, and what happened in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import click

from tocsin.core.wire.case import Case, File, Line, Message
from tocsin.delivery.cli.at_case import case_argument, sit
from tocsin.delivery.cli.context import as_json, as_person, inert, print_json, table
from tocsin.services.queries import words


@click.command()
@case_argument
@as_person
@as_json
@click.pass_context
def view(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Show a case: what is due, what was said, what is missing."""
    at, ref = sit(ctx, person, given)
    shown = at.case(ref)
    if json_:
        print_json(shown)
        return
    final = next((each for each in shown.scores if each.final), None)
    facts = [
        shown.phase,
        f"{final.rating} {final.score:.1f}" if final else "",
        f"lead {inert(shown.lead.name)}" if shown.lead else "no lead",
        f"waits for {shown.waits_for}",
    ]
    click.echo(f"{shown.ref}  {inert(shown.title)}")
    click.echo(" · ".join(fact for fact in facts if fact))
    _standing(shown, at.now())
    for promise in shown.promises:
        kept = promise.kept_at and f"kept {words.instant(promise.kept_at)}"
        left = f"due {words.instant(promise.due_at)} ({words.until(promise.due_at, at.now())})"
        click.echo(f"  {promise.title}: {kept or left}")
    _report(shown)
    _said(at.messages(ref))
    shut = [gate for gate in shown.gates if gate.move == "publish" and not gate.satisfied]
    if shut and not shown.advisory.published_at:
        click.echo("\nbefore publication: " + "; ".join(inert(gate.reason) for gate in shut))


def _standing(shown: Case, now: datetime) -> None:
    """Say what is secret until when, under which ids it is known, how each line stands, and what waits for a second."""
    held, told = shown.embargo, shown.advisory
    if held.in_force and held.until:
        click.echo(f"EMBARGO until {words.instant(held.until)} ({words.until(held.until, now)})")
    elif "P" in shown.state:
        click.echo("PUBLIC")
    ids = (f"advisory {told.id}" if told.id else "", f"{told.cve_id} {told.cve_state}" if told.cve_id else "")
    if any(ids):
        click.echo(" · ".join(inert(each) for each in ids if each))
    if shown.lines:
        click.echo("lines " + " · ".join(inert(f"{each.line} {_line(each)}") for each in shown.lines))
    for ask in shown.asks:
        what = ask.act.replace("-", " ")
        click.echo(f"waits for a second person: {what}, asked by {inert(ask.by.name)} (tocsin case approve)")


def _line(line: Line) -> str:
    fixed = f" in {line.fixed_in}" if line.fixed_in else ""
    untested = ", not tested" if fixed and not line.tested else ""
    return f"{line.state}{fixed}{untested}{', waived' if line.waiver else ''}"


def _report(shown: Case) -> None:
    said = shown.report
    by = inert(said.reporter) if said.reporter else "anonymous"
    click.echo(f"\n[report] {words.instant(shown.received_at)} {by}")
    for label, text in (
        ("How to make it happen", said.reproduce),
        ("Version", said.version),
        ("Effects", said.effects),
        ("Attack surface", said.attack_surface),
        ("Other projects", said.dependencies),
        ("How to reach them", said.contact),
        ("Plans to publish", said.disclosure_plans),
        ("Files", _files(said.files)),
    ):
        if text.strip():
            click.echo(f"  {label}: " + inert(text).replace("\n", "\n  "))


def _files(files: Iterable[File]) -> str:
    """Each with its id, by which `tocsin contents` looks into it."""
    return "\n".join(f"{file.name} ({words.size(file.size)}) {file.id}" for file in files)


def _said(messages: Iterable[Message]) -> None:
    for message in messages:
        click.echo(f"\n[{message.audience}] {words.instant(message.at)} {inert(message.by)}")
        for part in (
            message.text,
            message.plan and f"Plan: {message.plan}",
            message.workarounds and f"Workarounds: {message.workarounds}",
            message.files and f"Files: {_files(message.files)}",
        ):
            if part:
                click.echo("  " + inert(part).replace("\n", "\n  "))


@click.command()
@case_argument
@as_person
@as_json
@click.pass_context
def timeline(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Show what happened in a case, line by line."""
    at, ref = sit(ctx, person, given)
    events = list(at.events(ref))
    if json_:
        print_json(events)
    else:
        rows = [(str(each.seq), words.instant(each.at), each.by, each.event) for each in events]
        table(("LINE", "AT", "BY", "WHAT"), rows)
