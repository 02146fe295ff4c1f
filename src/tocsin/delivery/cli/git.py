# SPDX-License-Identifier: Apache-2.0
"""`tocsin git`: ask a repository where a fix stands. Needs no installation; nothing of the repository is executed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from tocsin.core.backports.equivalents import Confirmed, Strength
from tocsin.core.backports.facts import Evidence, LineFacts
from tocsin.core.backports.ranges import Range, Ranges
from tocsin.delivery.cli.context import inert, print_json, stop, table
from tocsin.delivery.cli.exits import Exit
from tocsin.services.gitfacts import Ask, Reading, Told
from tocsin.services.ports.git import GitFailed, Repository


class Row(msgspec.Struct):
    """One line of a batch: the options of `facts` by name; lists or comma-separated text."""

    fix: str | list[str]
    repo: str = ""
    introduced: str | list[str] = ""
    lines: str = ""
    scheme: str = ""
    id: str | int | None = None


@click.group()
def git() -> None:
    """Ask a git repository about fixes and release lines."""


@git.command()
@click.option("--repo", default=".", show_default=True, metavar="DIR", help="The repository.")
@click.option("--fix", default="", metavar="SHA[,SHA]", help="Fix commits; every one of them is needed.")
@click.option("--introduced", default="", metavar="SHA[,SHA]", help="What brought the fault; any one is enough.")
@click.option("--lines", default="", metavar="GLOB", help="Which lines, by branch name.  [default: all release lines]")
@click.option("--scheme", default="", help="How versions are ordered.  [default: found out from the tags]")
@click.option("--same", multiple=True, metavar="SHA=SHA", help="Two commits that you confirm to be the same change.")
@click.option(
    "--batch", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Many questions (JSON lines)."
)
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@click.pass_context
def facts(ctx: click.Context, /, repo: str, batch: Path | None, json_: bool, **asked: Any) -> None:
    """Say for every release line where a fix stands, with the evidence, and which releases are affected.

    Ends with 5 when a commit or a repository is not there.
    """
    readings = Readings(ctx.obj.repository)
    if batch is not None:
        _batch(readings, repo, batch)
        return
    if not asked["fix"]:
        raise click.UsageError("Name the fix with --fix, or many questions with --batch.")
    same = tuple(_confirmed(pair) for pair in asked.pop("same"))
    try:
        told = readings.ask(Row(repo=repo, **asked), same)
    except GitFailed as error:
        stop(inert(str(error)), Exit.NOT_FOUND)
    except KeyError as error:
        stop(f"there is no version scheme {error}", Exit.USAGE)
    if json_:
        print_json(plain(told))
    else:
        show(told)


class Readings:
    """Repositories that were read once, by directory."""

    def __init__(self, opening: Callable[[str], Repository]) -> None:
        self._opening = opening
        self._open: dict[str, Reading] = {}

    def ask(self, row: Row, same: tuple[Confirmed, ...] = ()) -> Told:
        """Answer one question; raises GitFailed, and KeyError for an unknown version scheme."""
        if row.repo not in self._open:
            self._open[row.repo] = Reading(self._opening(row.repo))
        reading = self._open[row.repo]
        full = reading.repository.resolve
        resolved = [
            Confirmed(commit=full(a), of=full(b), same=each.same, by=each.by)
            for each in same for a, b in ((each.commit, each.of), (each.of, each.commit))
        ]  # fmt: skip
        ask = Ask(
            fix=_several(row.fix), introduced=_several(row.introduced), lines=row.lines, scheme=row.scheme,
            confirmed=tuple(resolved),
        )  # fmt: skip
        return reading.facts(ask)


def _batch(readings: Readings, repo: str, batch: Path) -> None:
    """Answer line by line; what cannot be answered says why in its place, and the others go on."""
    failed = False
    for number, line in enumerate(batch.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        answer: dict[str, Any] = {"id": number}
        try:
            row = msgspec.json.decode(line, type=Row)
            answer = {"id": row.id if row.id is not None else number}
            row.repo = row.repo or repo
            answer |= plain(readings.ask(row))
        except (GitFailed, msgspec.MsgspecError, KeyError) as error:
            failed = True
            answer |= {"lines": [], "ranges": {}, "error": str(error)}
        click.echo(msgspec.json.encode(answer).decode())
    if failed:
        raise SystemExit(int(Exit.FINDINGS))


def _several(given: str | list[str]) -> tuple[str, ...]:
    parts = given.split(",") if isinstance(given, str) else given
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _confirmed(pair: str) -> Confirmed:
    commit, sign, of = pair.partition("=")
    if not sign:
        raise click.BadParameter("write it SHA=SHA", param_hint="--same")
    return Confirmed(commit=commit, of=of, same=True, by="you")


def plain(told: Told) -> dict[str, Any]:
    """The contract's JSON: every key is always there."""
    return {
        "lines": [_line(each) for each in told.lines],
        "ranges": _ranges(told.ranges),
        "notes": list(told.notes),
    }


def _line(each: LineFacts) -> dict[str, Any]:
    return {
        "line": each.line,
        "state": each.state.value,
        "fixed_in": each.fixed_in,
        "commit": each.commit,
        "evidence": [_evidence(one) for one in each.evidence],
        "tag": each.tag,
        "version": each.version,
        "introduced": each.introduced,
        "supported": each.supported,
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    found: dict[str, Any] = {"rule": one.rule, "strength": one.strength.value, "says": one.says}
    if one.commit:
        found["commit"] = one.commit
    if one.similarity is not None:
        found["similarity"] = one.similarity
    return found


def _ranges(found: Ranges) -> dict[str, Any]:
    return {
        "affected": list(found.affected),
        "versions": list(found.versions),
        "unknown": list(found.unknown),
        "git": [_range(each) for each in found.git],
        "ecosystem": [_range(each) for each in found.ecosystem],
        "scheme": found.scheme,
        "exact": found.exact,
    }


def _range(each: Range) -> dict[str, Any]:
    events = [{"introduced": one.introduced} if one.introduced else {"fixed": one.fixed} for one in each.events]
    return {"type": each.type, "events": events}


def show(told: Told) -> None:
    """Print the board for people; a weak match is marked, because it waits for one of them."""
    rows = []
    for each in told.lines:
        why = "; ".join(("? " if one.strength is Strength.WEAK else "") + one.says for one in each.evidence)
        rows.append((each.line, each.state.value, each.fixed_in or "-", each.commit[:12] or "-", why))
    table(("LINE", "STATE", "FIXED IN", "COMMIT", "EVIDENCE"), rows)
    count = len(told.ranges.versions)
    click.echo(
        f"\n{count} of the tagged releases are affected"
        + (f", {len(told.ranges.unknown)} of them not sure" if told.ranges.unknown else "")
    )
    for note in told.notes:
        click.echo(f"note: {inert(note)}")
