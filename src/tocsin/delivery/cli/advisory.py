# SPDX-License-Identifier: Apache-2.0
"""`tocsin advisory`: write, look at, check and publish the advisory of a case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from tocsin.core.case import commands as cmd
from tocsin.delivery.cli.case import case_argument, find
from tocsin.delivery.cli.context import act, as_json, as_person, desk, inert, print_json, stop, table
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services import cases, publication
from tocsin.services.app import Desk
from tocsin.services.ports.world import PersonInfo
from tocsin.services.publication import Preview
from tocsin.services.queries import case as query


@click.group()
def advisory() -> None:
    """Write, check and publish the advisory of a case."""


@advisory.command("list")
@click.option("-p", "--project", default="", help="Only this project.")
@as_json
@click.pass_context
def list_(ctx: click.Context, project: str, json_: bool) -> None:
    """List published advisories, newest first."""
    opened = desk(ctx)
    projects = [each.id for each in opened.projects.all() if not project or each.id == project]
    cards = [card for each in projects for card in opened.shelf.cards(each)]
    if json_:
        print_json(cards)
    else:
        rows = [(c.id, f"{c.severity} {c.score:.1f}", f"{c.published_at:%Y-%m-%d}", c.fixed, c.title) for c in cards]
        table(("ADVISORY", "SEVERITY", "PUBLISHED", "FIXED IN", "TITLE"), rows)


@advisory.command()
@case_argument
@click.option("--from-file", type=click.Path(exists=True, path_type=Path), help="JSON with the fields of the advisory.")
@click.option("--title", default="")
@click.option("--summary", default="")
@click.option("--details", default="")
@click.option("--mitigation", default="")
@click.option("--no-mitigation-known", is_flag=True)
@as_person
@click.pass_context
def draft(ctx: click.Context, /, given: str, person: str, from_file: Path | None, **fields: Any) -> None:
    """Write the words of the advisory. Fields that are not given stay as they were."""
    opened, someone, shown = find(ctx, person, given)
    known: dict[str, Any] = msgspec.to_builtins(shown.advisory) if shown.advisory else {"title": shown.title}
    known.pop("type", None)
    try:
        typed = msgspec.json.decode(from_file.read_bytes(), type=dict[str, Any]) if from_file else {}
        typed |= {name: value for name, value in fields.items() if value}
        command = msgspec.convert({"type": "draft-advisory", **known, **typed}, cmd.DraftAdvisory)
    except msgspec.MsgspecError as error:
        stop(f"{from_file or 'the fields'}: {error}", Exit.USAGE)
    act(opened, someone, shown.ref, command)
    click.echo(f"{shown.ref}: advisory drafted")


def previewed(ctx: click.Context, person: str, given: str) -> tuple[Desk, PersonInfo, query.CaseView, Preview]:
    """Render what would be published, or end with *not found*."""
    opened, someone, shown = find(ctx, person, given)
    found = query.authorised(opened, shown.ref, someone.id, "preview")
    if found is None:
        refuse(cases.NOT_FOUND)
    return opened, someone, shown, publication.preview(opened, found[1])


@advisory.command()
@case_argument
@click.option("--format", "name", default="text", show_default=True, help="Which document.")
@click.option("--out", type=click.Path(path_type=Path), help="Write every document into this directory.")
@as_person
@click.pass_context
def preview(ctx: click.Context, given: str, person: str, name: str, out: Path | None) -> None:
    """Show the documents as they would be published."""
    _, _, _, seen = previewed(ctx, person, given)
    if out:
        for document in seen.documents:
            path = out / document.format / document.name  # two versions of one standard share a file name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(document.body)
            click.echo(path)
        return
    bodies = {document.format: document.body for document in seen.documents}
    if name not in bodies:
        stop(f"no document “{name}”; there are {', '.join(bodies) or 'none yet'}", Exit.NOT_FOUND)
    click.echo(inert(bodies[name].decode()))


@advisory.command()
@case_argument
@as_person
@as_json
@click.pass_context
def check(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Check what would be published: schemas, agreement, gates. Ends with 3 when there is something to mend."""
    _, _, shown, seen = previewed(ctx, person, given)
    gates = [gate for gate in shown.gates.get("publish", ()) if not gate.satisfied]
    if json_:
        print_json({"digest": seen.digest, "problems": seen.problems, "gates": gates, "losses": seen.losses})
    else:
        for problem in seen.problems:
            click.echo(f"E {problem.field}: {inert(problem.message)}")
        for gate in gates:
            click.echo(f"E gate {gate.name}: {gate.reason} ({gate.cite or gate.rule})")
        for name, lost in seen.losses.items():
            for loss in lost:
                click.echo(f"{'W' if loss.blocks else 'I'} {name}: {loss.field}: {loss.message}")
        click.echo(f"{len(seen.documents)} documents, digest {seen.digest[:16]}")
    raise SystemExit(int(Exit.FINDINGS if seen.problems or gates else Exit.OK))


@advisory.command()
@case_argument
@click.option("--confirm", default="", help="The advisory's id; asked for when not given.")
@click.option("--summary", default="", help="What changed, for the public revision history.")
@as_person
@click.pass_context
def publish(ctx: click.Context, given: str, person: str, confirm: str, summary: str) -> None:
    """Order publication of exactly what a preview shows now; the worker performs it."""
    opened, someone, shown, seen = previewed(ctx, person, given)
    if seen.problems:
        stop(f"not ready: {seen.problems[0].field}: {seen.problems[0].message}", Exit.FINDINGS)
    typed = confirm or click.prompt(f"Type the advisory's id to publish ({shown.advisory_id})")
    command = cmd.Publish(confirmation=typed, digest=seen.digest, summary=summary)
    act(opened, someone, shown.ref, command)
    click.echo(f"{shown.advisory_id}: ordered, digest {seen.digest[:16]}")
