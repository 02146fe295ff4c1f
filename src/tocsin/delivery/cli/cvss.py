# SPDX-License-Identifier: Apache-2.0
"""`tocsin cvss`: score vectors, offline. Needs no installation."""

from __future__ import annotations

import sys

import click
import msgspec

from tocsin.core.severity import Severity, convert, score
from tocsin.core.severity.vector import metrics, version_of
from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.context import as_json, print_json
from tocsin.delivery.cli.exits import Exit


@click.group()
def cvss() -> None:
    """CVSS 2.0, 3.0, 3.1 and 4.0."""


@cvss.command()
@click.argument("vector", required=False)
@click.option("--stdin", "many", is_flag=True, help="One vector per line on standard input.")
@as_json
def calc(vector: str | None, many: bool, json_: bool) -> None:
    """Score a vector: base score and rating. Ends with 3 for a vector that cannot be scored."""
    if bool(vector) == many:
        raise click.UsageError("Give one vector, or --stdin.")
    vectors = [line.strip() for line in sys.stdin if line.strip()] if many else [vector or ""]
    scored = [(given, score(given)) for given in vectors]
    for given, result in scored:
        click.echo(_json(given, result) if json_ else _words(given, result))
    raise SystemExit(int(Exit.FINDINGS if any(isinstance(result, Refused) for _, result in scored) else Exit.OK))


def _json(given: str, result: Severity | Refused) -> str:
    if isinstance(result, Refused):
        return msgspec.json.encode({"vector": given, "error": result.because, "missing": result.missing}).decode()
    fields = {"vector": result.vector, "version": result.version, "score": result.base, "rating": result.rating}
    return msgspec.json.encode({**fields, "overall": result.overall}).decode()


def _words(given: str, result: Severity | Refused) -> str:
    if isinstance(result, Refused):
        return f"{given}: {result.because}"
    return f"{result.base:.1f} {result.rating}  {result.vector}"


@cvss.command()
@click.argument("old")
@click.argument("new")
@as_json
def diff(old: str, new: str, json_: bool) -> None:
    """Say in which metrics two vectors of one version differ, and what that does to the score.

    Ends with 0 where they are the same, with 3 where they differ or one cannot be scored.
    """
    scored = (score(old), score(new))
    wrong = [each for each in scored if isinstance(each, Refused)]
    if wrong:
        click.echo(wrong[0].because, err=True)
        raise SystemExit(int(Exit.FINDINGS))
    if version_of(old) != version_of(new):
        raise click.UsageError("These are vectors of two versions; `tocsin cvss convert` makes 3.0 of 3.1 and back.")
    one, other = _metrics(old), _metrics(new)
    changed = [
        {"metric": name, "old": one.get(name, "X"), "new": other.get(name, "X")}
        for name in dict.fromkeys((*one, *other))
        if one.get(name, "X") != other.get(name, "X")
    ]
    if json_:
        told = {"old": msgspec.json.decode(_json(old, scored[0])), "new": msgspec.json.decode(_json(new, scored[1]))}
        print_json({"changed": changed, **told})
    else:
        for each in changed:
            click.echo(f"{each['metric']}: {each['old']} -> {each['new']}")
        click.echo(f"{_words(old, scored[0])}\n{_words(new, scored[1])}")
    raise SystemExit(int(Exit.FINDINGS if changed else Exit.OK))


def _metrics(vector: str) -> dict[str, str]:
    found = metrics(vector)
    return {} if isinstance(found, Refused) else found


@cvss.command("convert")
@click.argument("vector")
@click.option("--to", "version", type=click.Choice(["3.0", "3.1"]), required=True)
def convert_(vector: str, version: str) -> None:
    """Write a 3.0 vector as 3.1 or the other way round; the score is computed anew."""
    converted = convert(vector, version)
    result = converted if isinstance(converted, Refused) else score(converted)
    click.echo(_words(vector, result))
    raise SystemExit(int(Exit.FINDINGS if isinstance(result, Refused) else Exit.OK))
