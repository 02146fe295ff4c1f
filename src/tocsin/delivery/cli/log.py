# SPDX-License-Identifier: Apache-2.0
"""`tocsin log`: the transparency log: write it out, check a file of it, prove a timeline, see who looked at a case."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from tocsin.core.log import line as lines
from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli import verify_log
from tocsin.delivery.cli.context import as_json, as_person, desk, no_device, print_json, reference, stop, table, who
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services import cases, logbook, looks, redacted, transparency
from tocsin.services.queries import case as queries

out_file = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")


@click.group()
def log() -> None:
    """The transparency log of this installation."""


@log.command()
@click.option("--line", is_flag=True, help="On one line, for the end of mails: whoever keeps one is a witness.")
@as_json
@click.pass_context
def checkpoint(ctx: click.Context, line: bool, json_: bool) -> None:
    """Print the newest checkpoint: keep it somewhere else, and nobody can rewrite what it covers unnoticed."""
    opened = desk(ctx)
    found = transparency.standing(opened.log)
    key = transparency.key(opened.log, opened.log_notary.public)
    if found is None or key is None:
        stop("nothing is in the log yet", Exit.NOT_FOUND)
    if json_:
        print_json({"size": found.checkpoint.size, "key": key.text, "checkpoint": found.published})
    elif line:
        click.echo(lines.fold(found.published))
    else:
        click.echo(found.published, nl=False)
        click.echo(f"key: {key.text}", err=True)


@log.command()
@out_file
@click.pass_context
def export(ctx: click.Context, out: Path | None) -> None:
    """Write out the whole log. It tells nothing of any case; `tocsin log verify` and `verify_log.py` check it."""
    lines = logbook.export(desk(ctx))
    if isinstance(lines, Refused):
        refuse(lines)
    _write(lines, out)


@log.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", "keys", multiple=True, help="A key that you have from elsewhere: name+id+key.")
@click.option("--seen", multiple=True, type=click.Path(path_type=Path), help="A checkpoint that you kept from before.")
def verify(file: Path, keys: tuple[str, ...], seen: tuple[Path, ...]) -> None:
    """Check a file of a log as `verify_log.py` does: 0 good, 1 bad with the first bad entry, 2 unreadable."""
    given = [argument for key in keys for argument in ("--key", key)]
    given += [argument for kept in seen for argument in ("--seen", str(kept))]
    raise SystemExit(verify_log.main([str(file), *given]))


@log.command()
@click.argument("case")
@as_person
@out_file
@click.pass_context
def timeline(ctx: click.Context, case: str, person: str, out: Path | None) -> None:
    """Write out what happened when in a published case, without a word of it, with its proofs."""
    opened = desk(ctx)
    someone = who(opened, person)
    file = redacted.timeline(opened, reference(opened, someone, case), someone.id)
    if isinstance(file, Refused):
        refuse(file)
    _write([file], out)


@log.command()
@click.argument("case")
@as_person
@as_json
@click.pass_context
def reads(ctx: click.Context, case: str, person: str, json_: bool) -> None:
    """List who looked at a case while it was under embargo."""
    opened = desk(ctx)
    someone = who(opened, person)
    found = queries.authorised(opened, reference(opened, someone, case), someone.id, "log.reads")
    if found is None:
        refuse(cases.NOT_FOUND)
    seen = [look for look, _ in looks.of(opened, found[1].case.ref, found[1].key)]
    if json_:
        print_json(seen)
    else:
        table(
            ("AT", "WHO", "FOR", "LINES"), [(f"{x.at:%F %T} UTC", x.name or x.by, x.purpose, str(x.seq)) for x in seen]
        )


def _write(lines: Iterable[str], out: Path | None) -> None:
    """Write to a file, which appears when it is whole, or to standard output."""
    if out is None:
        for line in lines:
            click.echo(line, nl=False)
        return
    no_device(out)
    unfinished = out.with_name(f"{out.name}.part")
    with unfinished.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)
    unfinished.replace(out)
    click.echo(f"wrote {out}", err=True)
