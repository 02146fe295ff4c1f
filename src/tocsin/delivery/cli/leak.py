# SPDX-License-Identifier: Apache-2.0
"""`tocsin lint leak`: does private work tell of a vulnerability? Branch names, messages, names of tests, comments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from tocsin.core.backports import leak as rules
from tocsin.core.backports.leak import CODES, Leak, Place
from tocsin.delivery.cli.context import inert, print_json, stop
from tocsin.delivery.cli.exits import Exit
from tocsin.services.ports.git import GitFailed, WorkingCopy


@click.command()
@click.option("--repo", default=".", metavar="DIR", show_default=True)
@click.option("--range", "range_", default="", metavar="A..B", help="Look at these commits: messages and added lines.")
@click.option("--pushed", nargs=2, default=None, metavar="OLD NEW", help="The same, as a pre-push hook is told it.")
@click.option("--branch", default="", help="Look at a branch's name.")
@click.option("--message", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Look at a message.")
@click.option("--staged", is_flag=True, help="Look at what is staged.")
@click.option("--word", "words", multiple=True, help="A word of your own that must not be seen, again for each.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@click.pass_context
def leak(
    ctx: click.Context,
    /,
    repo: str,
    range_: str,
    pushed: tuple[str, str] | None,
    words: tuple[str, ...],
    **told: object,
) -> None:
    """Find what tells of a vulnerability before its advisory does. Ends with 3 when something does.

    Names of branches and tests, messages and comments are looked at; code itself may name anything.
    """
    found = list(_small(told, words))
    if pushed is not None:
        old, new = pushed
        range_ = new if set(old) <= {"0"} else f"{old}..{new}"
    try:
        if told["staged"]:
            found += _difference(ctx.obj.working_copy(repo).staged(), words)
        if range_:
            copy: WorkingCopy = ctx.obj.working_copy(repo)
            for commit, message in copy.messages(range_):
                found += rules.text(Place.MESSAGE, commit, message, words)
            found += _difference(copy.differences(range_), words)
    except GitFailed as error:
        stop(inert(str(error)), Exit.NOT_FOUND)
    _show(found, bool(told["json_"]))


def _small(told: dict[str, object], words: tuple[str, ...]) -> Iterator[Leak]:
    branch, message = told["branch"], told["message"]
    if isinstance(branch, str) and branch:
        yield from rules.text(Place.BRANCH, branch, branch.replace("_", " "), words)
    if isinstance(message, Path):
        text = message.read_text(encoding="utf-8", errors="replace")
        lines = (line for line in text.splitlines() if not line.startswith("#"))
        yield from rules.text(Place.MESSAGE, "message", "\n".join(lines), words)


def _difference(raw: str, words: tuple[str, ...]) -> Iterator[Leak]:
    """Added lines and the names of added files, out of a difference without context."""
    path, number, new = "", 0, False
    for line in raw.split("\n"):
        if line.startswith("diff --git "):
            new = False
        elif line.startswith("new file mode"):
            new = True
        elif line.startswith("+++ b/"):
            path = line[6:].rstrip("\t")
            if new:
                yield from rules.file_name(path, words)
        elif line.startswith("@@ "):
            number = int(line.split("+", 1)[1].split(" ", 1)[0].split(",", 1)[0])
        elif line.startswith("+") and not line.startswith("+++"):
            yield from rules.added(path, number, line[1:], words)
            number += 1


def _show(found: list[Leak], json_: bool) -> None:
    if json_:
        print_json(found)
    else:
        for each in found:
            what = f"“{inert(each.word)}” in a {each.place.value} {CODES[each.code]}"
            click.echo(f"{inert(each.where)}: {each.code}: {what}")
    if found:
        raise SystemExit(int(Exit.FINDINGS))
