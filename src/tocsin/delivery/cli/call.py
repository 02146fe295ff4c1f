# SPDX-License-Identifier: Apache-2.0
"""`tocsin api METHOD PATH`: one request to the API as it stands, for what no command does yet; like `gh api`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Final

import click
import msgspec

from tocsin.client import Client, Failed
from tocsin.delivery.cli.context import Remote, remote, stop
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.failed import ended

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class Calls(click.Group):
    """A group in which a method of HTTP is a command."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Take `GET /cases` for `call GET /cases`."""
        given = [call.name or "", *args] if args and args[0].upper() in METHODS else args
        return super().resolve_command(ctx, given)


@click.command("call")
@click.argument("method", type=click.Choice(METHODS, case_sensitive=False))
@click.argument("path")
@click.option("--input", "source", type=click.File("rb"), help="Send this file as the body; - is standard input.")
@click.option(
    "-f", "--field", "fields", multiple=True, metavar="NAME=VALUE", help="A field of a JSON body; JSON or text."
)
@click.option(
    "-H", "--header", "headers", multiple=True, metavar="NAME: VALUE", help="A header more, such as If-Match."
)
@click.option("-i", "--include", is_flag=True, help="Print status and headers first.")
@click.pass_context
def call(
    ctx: click.Context,
    method: str,
    path: str,
    source: Any,
    fields: tuple[str, ...],
    headers: tuple[str, ...],
    include: bool,
) -> None:
    """Ask the API and print what it answers: tocsin api GET /cases, or POST /cases/REF/moves/say --input FILE.

    PATH is as in the API's reference, with or without /api/v1. What is refused is printed too, and ends as commands
    end: 4 for the token, 5 not found, 6 a conflict, 7 refused, 9 try again. It needs an address, also on the
    installation's own machine: `tocsin auth login`, or --url and a token.
    """
    elsewhere = remote(ctx)
    if elsewhere is None:
        stop("say which installation, with --url and a token, or “tocsin auth login”", Exit.USAGE)
    if source is not None and fields:
        raise click.UsageError("Give --input or fields, not both.")
    body = source.read() if source is not None else _body(fields)
    _ask(elsewhere, method.upper(), path, body, _headers(headers), include=include)


def _ask(at: Remote, method: str, path: str, body: bytes, headers: Mapping[str, str], *, include: bool) -> None:
    told = {"Content-Type": "application/json", **headers} if body else dict(headers)
    with Client(at.url, at.token) as client:
        try:
            answer = client.call(method, path, body, told)
        except Failed as error:
            ended(error)
        if include:
            click.echo(f"{answer.status} {answer.reason}")
            for name, value in answer.headers:
                click.echo(f"{name}: {value}")
            click.echo()
        click.echo(answer.body, nl=False)
        if answer.body and not answer.body.endswith(b"\n") and sys.stdout.isatty():
            click.echo()
        if answer.problem is not None:
            ended(answer.problem)


def _body(fields: tuple[str, ...]) -> bytes:
    if not fields:
        return b""
    body: dict[str, Any] = {}
    for each in fields:
        name, equals, value = each.partition("=")
        if not name or not equals:
            raise click.UsageError(f"{each}: write a field like name=value.")
        body[name] = _value(value)
    return msgspec.json.encode(body)


def _value(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _headers(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in given:
        name, colon, value = each.partition(":")
        if not colon or not name.strip():
            raise click.UsageError(f'{each}: write a header like If-Match: "12".')
        found[name.strip()] = value.strip()
    return found
