# SPDX-License-Identifier: Apache-2.0
"""What every command on cases needs: the local installation, the person who acts, and one way to print.

The person is named by `--as` or `TOCSIN_AS` (e-mail address, name or id); with one person in the installation nobody
has to be named. Reading commands print tables for people, and with `--json` the same view objects as JSON.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click
import msgspec

from tocsin.core import access
from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import Actor, CaseRef, Refused
from tocsin.delivery.cli import login, terminal
from tocsin.delivery.cli.exits import Exit, hint, refuse
from tocsin.services import cases
from tocsin.services import step_up as steps
from tocsin.services.app import Desk
from tocsin.services.ports.store import Unavailable
from tocsin.services.ports.world import PersonInfo
from tocsin.services.queries import inbox

Opened = TypeVar("Opened")

as_person = click.option("--as", "person", envvar="TOCSIN_AS", default="", help="Who acts: e-mail address, name or id.")
as_json = click.option("--json", "json_", is_flag=True, help="Print JSON.")


@dataclass(frozen=True)
class Remote:
    """An installation elsewhere: the address of its desk, and a token; its public address takes reports without one."""

    url: str
    token: str


def remote(ctx: click.Context) -> Remote | None:
    """Return the installation elsewhere that the command line names; None for the one of this machine.

    `TOCSIN_URL` alone is no such name: the installation of this machine is configured by it. What `tocsin auth login`
    kept counts last, where nothing configures an installation of this machine.
    """
    asked = ctx.find_root().params
    token = str(asked.get("token") or "") or _token_file()
    url = str(asked.get("url") or "") or (os.environ.get("TOCSIN_URL", "") if token else "")
    kept = login.read()
    if url:
        known = kept is not None and not token and kept.url.rstrip("/") == url.rstrip("/")
        return Remote(url=url, token=kept.token if kept and known else token)
    return Remote(url=kept.url, token=kept.token) if kept and not token and login.counts() else None


def _token_file() -> str:
    path = os.environ.get("TOCSIN_TOKEN_FILE")
    try:
        return Path(path).read_text("utf-8").strip() if path else ""
    except (OSError, UnicodeDecodeError) as error:
        stop(f"TOCSIN_TOKEN_FILE: {path} cannot be read: {error}", Exit.AUTHENTICATION)


def desk(ctx: click.Context) -> Desk:
    """Open the local installation, or end with what is wrong and what to do."""
    if remote(ctx):
        stop("this command works on the installation's own machine, not over its API", Exit.USAGE)
    opening: Callable[[], Desk] = ctx.obj
    return installation(opening)


def installation(opening: Callable[[], Opened], instead: str = "") -> Opened:
    """Open it as whatever `opening` gives, or end with what is wrong and what to do; `instead` is a way around."""
    try:
        return opening()
    except Exception as error:
        if type(error).__name__ in ("ConfigError", "KeyFileRefused", "Unavailable"):
            stop(f"{error}{instead}", Exit.FAILED)
        raise


def stop(words: str, code: Exit) -> NoReturn:
    """Say on standard error what happened and end with `code`."""
    click.echo(f"tocsin: {words}", err=True)
    raise SystemExit(int(code))


def who(desk: Desk, named: str) -> PersonInfo:
    """Find the person who acts; ends with exit code 4 when nobody or more than one fits."""
    everybody = {person.id: person for person, _ in desk.people.everybody()}
    found = [
        p for p in everybody.values() if not named or named.casefold() in (p.id, p.email.casefold(), p.name.casefold())
    ]
    if len(found) == 1:
        return found[0]
    known = ", ".join(sorted(p.email or p.name for p in everybody.values())) or "nobody yet; run “tocsin people add”"
    stop(f"say who acts with --as or TOCSIN_AS: {known}", Exit.AUTHENTICATION)


_KNOWN: Final = ("open", "snoozed", "done")
"""Lists whose cases are known by the last five letters: what is published is still worked on."""
_DIGITS: Final = 10
"""No row of the inbox has so many."""


def reference(desk: Desk, person: PersonInfo, given: str) -> CaseRef:
    """Turn what was typed into a case reference; see `meant`."""
    return meant(
        given,
        lambda: (line.case for tab in _KNOWN for line in inbox.page(desk, person.id, tab=tab).lines),
        lambda: [line.case for line in inbox.page(desk, person.id).lines],
    )


def meant(given: str, known: Callable[[], Iterable[CaseRef]], waiting: Callable[[], Sequence[CaseRef]]) -> CaseRef:
    """Turn what was typed into a case reference: the reference itself, the last five letters of one that is `known`, or
    a row of the inbox, which lists what is `waiting`; ends with 5 for a row that there is not."""
    if not (given.isascii() and given.isdigit() and len(given) < _DIGITS):
        return next((ref for ref in (() if "-" in given else known()) if ref.endswith(f"-{given}")), given)
    rows = waiting()
    if not 1 <= int(given) <= len(rows):
        stop(f"the inbox has {len(rows)} rows, no row {given}", Exit.NOT_FOUND)
    return rows[int(given) - 1]


def step_up(desk: Desk, person: str) -> None:
    """Ask the person who acts for a second factor, before what is weighty; ends with 4 where it is not shown.

    The code is typed where nobody sees it, or is the next line of standard input.
    """
    if not steps.asks(desk, person):
        return
    typed = secret("Code of your authenticator app, or a recovery code") if desk.factors.held(person) else ""
    if (refused := steps.prove(desk, person, typed)) is not None:
        stop(refused.because, Exit.AUTHENTICATION)


def act(desk: Desk, person: PersonInfo, ref: CaseRef, command: cmd.Command) -> Case:
    """Send a command through the one door; ends with the refusal's exit code, or 9 when the store is unavailable."""
    actor = actor_in(desk, person, ref)
    if cmd.name(command) in steps.STEPPED:
        step_up(desk, person.id)
    try:
        result = cases.handle(desk, ref, command, actor)
    except Unavailable as error:
        stop(f"nothing was written: {error}. Try again.", Exit.UPSTREAM)
    if isinstance(result, Refused):
        refuse(_asked(desk, ref, command, actor, result))
    return result


def _asked(desk: Desk, ref: CaseRef, command: cmd.Command, actor: Actor, refused: Refused) -> Refused:
    told = cases.ask(desk, ref, command, actor, refused)
    hint(told.code, ref)
    return told


def actor_in(desk: Desk, person: PersonInfo, ref: CaseRef) -> Actor:
    """The person as an actor in a case's project; ends with *not found* for a case they may not know of."""
    head = desk.journal.head(ref)
    actor = desk.people.actor(person.id, head.project) if head else None
    if actor is None or not access.may_read(actor):
        refuse(cases.NOT_FOUND)
    return actor


def print_json(value: Any) -> None:
    """Print a view as JSON, one document, indented for reading."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def inert(text: str) -> str:
    """Make foreign text harmless to a terminal: control and direction characters are shown, never sent."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print aligned columns, readable in a pipe and in a screen reader alike. In a window that leaves no room for the
    last one, each row's stands on a line below it."""
    body = [[inert(cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(heads), *body]) for i in range(len(heads))]
    used = sum(widths[:-1]) + 2 * (len(widths) - 1)
    folds = terminal.folds((row[-1] for row in body), used)
    terminal.line(terminal.head(_line(heads, widths)))
    for row in body:
        shown = [*row[:-1], "" if folds else terminal.cut(row[-1], used)]
        padded = [each.ljust(width) for each, width in zip(shown, widths, strict=True)]
        terminal.line("  ".join(map(terminal.cell, shown, [*padded[:-1], shown[-1]])).rstrip())
        if folds and row[-1]:
            indent = widths[0] + 2 if widths[0] < terminal.LEAST else 2
            terminal.line(" " * indent + terminal.cut(row[-1], indent))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def no_device(target: Path) -> None:
    """End where `target` is there and is no file: what is written whole takes the place of what was there, and a
    device, /dev/null before all, would be gone for the whole machine."""
    if target.exists() and not target.is_file():
        stop(f"{target} is no file", Exit.USAGE)


def for_oneself(path: str, flags: int) -> int:
    """Open a file for `open(..., opener=...)` so that a new one is readable by nobody else, whatever the umask says."""
    return os.open(path, flags, 0o600)


def write_for_oneself(path: Path, body: bytes) -> None:
    """Write what is under embargo to a path that a person named: a file that was there becomes one's own alone, too."""
    with open(path, "wb", opener=for_oneself) as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            os.fchmod(file.fileno(), 0o600)
        file.write(body)


def secret(what: str) -> str:
    """Ask for a secret without showing it, or read it from standard input where nobody sits there."""
    if sys.stdin.isatty():
        return str(click.prompt(what, hide_input=True)).strip()
    return sys.stdin.readline().strip()
