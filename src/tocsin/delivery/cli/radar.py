# SPDX-License-Identifier: Apache-2.0
"""`tocsin radar`: does something public show what is still under embargo?"""

from __future__ import annotations

from typing import Any

import click

from tocsin.core.radar import Hit, Radar, Strength, Watched
from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.context import actor_in, as_json, as_person, desk, inert, print_json, stop, table, who
from tocsin.delivery.cli.exits import Exit
from tocsin.services import radar as service


@click.group()
def radar() -> None:
    """Compare public commits and texts with embargoed patches and words; nothing of them leaves the machine."""


@radar.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True, dir_okay=False))
@click.option("--patch", "patches", multiple=True, metavar="NAME=FILE", help="Watch this diff instead of the cases'.")
@click.option("--word", "words", multiple=True, metavar="NAME=WORD", help="Watch this word instead of the cases'.")
@click.option(
    "--where", default="a public repository", show_default=True, help="What the files are of, for the record."
)
@click.option("--act", is_flag=True, help="Record a case as public whose whole fix was seen.")
@as_person
@as_json
@click.pass_context
def scan(
    ctx: click.Context, /, files: tuple[str, ...], person: str, act: bool, where: str, json_: bool, **typed: Any
) -> None:
    """Look through FILES: output of `git log -p`, patches, or any text; `-` reads standard input.

    Without --patch and --word, what is watched are the embargoed cases that you may read: their patch files, references
    and ids. Ends with 3 when something was seen. Run it from a timer:

        git -C mirror log -p --since=1.day origin/main | tocsin radar scan --act -
    """
    watch = _typed(typed["patches"], typed["words"])
    opened = None if watch else desk(ctx)
    someone = who(opened, person) if opened else None
    if act and opened is None:
        stop("--act needs the cases of an installation, not --patch or --word", Exit.USAGE)
    watching = Radar(watch or (service.watched(opened, someone.id) if opened and someone else ()))
    hits = [hit for name in files for hit in watching.look(_read(name))]
    if json_:
        print_json(hits)
    elif hits:
        table(("CASE", "SEEN", "SHARE", "WHERE", "IN COMMON"), [_row(hit) for hit in hits])
    else:
        click.echo("Nothing of what is watched was seen.")
    if act and opened and someone:
        for hit in {each.case: each for each in hits if each.strength is Strength.SAME}.values():
            told = service.act_on(opened, hit, actor_in(opened, someone, hit.case), where)
            words_ = told.because if isinstance(told, Refused) else "recorded as public; its embargo is over: act"
            click.echo(f"{hit.case}: {inert(words_)}", err=True)
    if hits:
        raise click.exceptions.Exit(Exit.FINDINGS)


def _typed(patches: tuple[str, ...], words: tuple[str, ...]) -> tuple[Watched, ...]:
    """What the command line says is to be watched, by name."""
    diffs: dict[str, list[str]] = {}
    said: dict[str, list[str]] = {}
    for given, kept in ((patches, diffs), (words, said)):
        for each in given:
            name, equals, value = each.partition("=")
            if not equals or not name or not value:
                stop(f"{each}: write NAME=FILE or NAME=WORD", Exit.USAGE)
            kept.setdefault(name, []).append(_read(value) if kept is diffs else value)
    names = dict.fromkeys([*diffs, *said])
    return tuple(
        Watched(case=name, diff="\n".join(diffs.get(name, ())), words=tuple(said.get(name, ()))) for name in names
    )


def _read(name: str) -> str:
    try:
        with click.open_file(name, "rb") as file:
            body: bytes = file.read()
        return body.decode("utf-8", "replace")
    except OSError as error:
        stop(f"{name} cannot be read: {error.strerror}", Exit.USAGE)


def _row(hit: Hit) -> tuple[str, ...]:
    share = f"{hit.share:.0%}" if hit.share else "-"
    return hit.case, hit.strength.value, share, inert(hit.where[:16]), inert("; ".join(hit.seen))[:60]
