# SPDX-License-Identifier: Apache-2.0
"""`tocsin advisory`: write, look at, check and publish the advisory of a case."""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path
from typing import Any

import click
import msgspec

from tocsin.core.formats.encode import readable
from tocsin.core.formats.judge.reading import LARGEST
from tocsin.core.vocabulary import ReferenceType
from tocsin.core.wire.desk import Preview
from tocsin.delivery.cli.at_case import case_argument, sit
from tocsin.delivery.cli.context import as_json, as_person, inert, print_json, stop, table, write_for_oneself
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.findings import beginning
from tocsin.delivery.cli.seat import Seat, seat
from tocsin.services.documents.adopt import draft_fields, left_out, told_lines
from tocsin.services.documents.convert import NotConvertible, record_of

_TYPES = click.Choice([each.value for each in ReferenceType])


@click.group()
def advisory() -> None:
    """Write, check and publish the advisory of a case."""


@advisory.command("list")
@click.option("-p", "--project", default="", help="Only this project.")
@as_person
@as_json
@click.pass_context
def list_(ctx: click.Context, project: str, person: str, json_: bool) -> None:
    """List published advisories, newest first."""
    at = seat(ctx, person)
    projects = [project] if project else [each.id for each in at.projects()]
    cards = [card for each in projects for card in at.advisories(each)]
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
@click.option("--details", default="", help="What goes wrong and why, Markdown.")
@click.option("--impact", default="", help="What an attacker gains.")
@click.option("--detection", default="", help="How operators see that it was used.")
@click.option("--mitigation", default="", help="What helps until the update.")
@click.option("--no-mitigation-known", is_flag=True)
@click.option("--required-configuration", default="", help="What must be set for a system to be affected.")
@click.option("--upgrade", default="", help="How the update is installed.")
@click.option("--cwe", multiple=True, metavar="CWE-NUMBER", help="Weakness; once for each.")
@click.option(
    "--reference",
    "references",
    nargs=2,
    multiple=True,
    type=(_TYPES, str),
    metavar="TYPE URL",
    help="Public link, as “fix https://...”; once for each.",
)
@as_person
@click.pass_context
def draft(ctx: click.Context, /, given: str, person: str, from_file: Path | None, **fields: Any) -> None:
    """Write the words of the advisory. Fields that are not given stay as they were; a list is given whole.

    Lines, score and CVE id are no words: “case lines”, “case score” and “case cve” set them.
    """
    fields["references"] = [{"type": kind, "url": url} for kind, url in fields["references"]]
    at, ref = sit(ctx, person, given)
    shown = at.case(ref)
    try:
        typed = msgspec.json.decode(from_file.read_bytes(), type=dict[str, Any]) if from_file else {}
    except msgspec.MsgspecError as error:
        stop(f"{from_file}: {error}", Exit.USAGE)
    typed |= {name: value for name, value in fields.items() if value}
    at.move(ref, "draft-advisory", {**(shown.advisory.draft or {"title": shown.title}), **typed})
    click.echo(f"{ref}: advisory drafted")


@advisory.command()
@case_argument
@click.argument("file")
@click.option("--vulnerability", "which", default="", metavar="CVE|NUMBER", help="Which one, of several in FILE.")
@as_person
@click.pass_context
def adopt(ctx: click.Context, given: str, person: str, file: str, which: str) -> None:
    """Take over FILE, an advisory in OSV, CSAF, CVE or GitHub's form, as the draft of a case.

    A case is about one vulnerability; where FILE tells of several, say which. Which lines are affected is told, not
    taken over: the board decides that. The case keeps its one draft.
    """
    at, ref = sit(ctx, person, given)
    shown = at.case(ref)
    try:
        record, source = record_of(beginning(file, LARGEST + 1), datetime.now(UTC), which=which)
    except NotConvertible as wrong:
        stop(inert(str(wrong)), Exit.FINDINGS)
    at.move(ref, "draft-advisory", {**(shown.advisory.draft or {}), **draft_fields(record)})
    if record.cve_id:
        at.move(ref, "set-cve", {"cve_id": record.cve_id})
    click.echo(f"{ref}: advisory drafted from {source} {inert(record.id)}")
    for line in told_lines(record):
        click.echo(f"  {inert(line)}")
    if left := left_out(record):
        click.echo(f"  not taken over, other versions of theirs are affected: {inert(', '.join(left))}")
        click.echo("  a case has one board for all its products: open a case for each")


def previewed(ctx: click.Context, person: str, given: str) -> tuple[Seat, Preview]:
    """Render what would be published, or end with why not."""
    at, ref = sit(ctx, person, given)
    return at, at.preview(ref)


@advisory.command()
@case_argument
@click.option("--format", "name", default="text", show_default=True, help="Which document.")
@click.option("--out", type=click.Path(path_type=Path), help="Write every document into this directory.")
@as_person
@click.pass_context
def preview(ctx: click.Context, given: str, person: str, name: str, out: Path | None) -> None:
    """Show a document as it would be published, JSON indented to be read; `--out` writes the exact bytes of all."""
    at, seen = previewed(ctx, person, given)
    if out:
        for document in seen.documents:
            path = out / document.format / document.name  # two versions of one standard share a file name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_for_oneself(path, at.document(seen.case, document.format))
            click.echo(path)
        return
    click.echo(inert(_drafted(at, seen, name)))


def _drafted(at: Seat, seen: Preview, name: str) -> str:
    known = [document.format for document in seen.documents]
    if name not in known:
        stop(f"no document “{name}”; there are {', '.join(known) or 'none yet'}", Exit.NOT_FOUND)
    return readable(at.document(seen.case, name)).decode()


@advisory.command()
@case_argument
@click.option("--format", "name", default="text", show_default=True, help="Which document.")
@as_person
@click.pass_context
def diff(ctx: click.Context, given: str, person: str, name: str) -> None:
    """Show what the next revision would change: the draft as it stands, against what is published."""
    at, seen = previewed(ctx, person, given)
    if at.case(seen.case).advisory.published_at is None:
        stop(f"{seen.advisory_id} is not published yet; look at it with: tocsin advisory preview {seen.case}",
             Exit.NOT_FOUND)  # fmt: skip
    drafted = _drafted(at, seen, name)
    was = readable(at.published(seen.advisory_id, name)).decode()
    for line in unified_diff(was.splitlines(), drafted.splitlines(), "published", "draft", lineterm=""):
        click.echo(inert(line))


@advisory.command()
@case_argument
@as_person
@as_json
@click.pass_context
def check(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Check what would be published: schemas, agreement, gates. Ends with 3 when there is something to mend."""
    at, seen = previewed(ctx, person, given)
    gates = [gate for gate in at.case(seen.case).gates if gate.move == "publish" and not gate.satisfied]
    if json_:
        print_json({"digest": seen.digest, "problems": seen.problems, "gates": gates, "losses": seen.losses})
    else:
        for problem in seen.problems:
            click.echo(f"E {problem.field}: {inert(problem.message)}")
        for gate in gates:
            click.echo(f"E gate {gate.name}: {inert(gate.reason)} ({gate.cite or gate.rule})")
        for loss in seen.losses:
            click.echo(f"{'W' if loss.blocks else 'I'} {loss.format}: {loss.field}: {loss.message}")
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
    at, seen = previewed(ctx, person, given)
    if seen.problems:
        stop(f"not ready: {seen.problems[0].field}: {seen.problems[0].message}", Exit.FINDINGS)
    typed = confirm or click.prompt(f"Type the advisory's id to publish ({seen.advisory_id})")
    at.move(seen.case, "publish", {"confirmation": typed, "digest": seen.digest, "summary": summary})
    click.echo(f"{seen.advisory_id}: ordered, digest {seen.digest[:16]}")


@advisory.command()
@case_argument
@click.option("--because", default="", help="Why, for the public.")
@click.option("--superseded-by", "instead", default="", metavar="ID", help="The advisory that stands in its place.")
@click.option("--stand", is_flag=True, help="Let it stand after all.")
@as_person
@click.pass_context
def withdraw(ctx: click.Context, given: str, person: str, because: str, instead: str, stand: bool) -> None:
    """Take a published advisory back with its next revision: every document says so, and stays where it is."""
    if stand == bool(because or instead):
        stop("say --because, --superseded-by, or --stand alone", Exit.USAGE)
    at, ref = sit(ctx, person, given)
    at.move(ref, "withdraw", {"because": because, "superseded_by": instead})
    click.echo(f"{ref}: {'stands again' if stand else 'taken back'} with the next revision")
    click.echo(f"look at it and publish: tocsin advisory diff {ref}, tocsin publish plan {ref}")
