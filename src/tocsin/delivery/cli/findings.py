# SPDX-License-Identifier: Apache-2.0
"""Printing findings: for people, as JSON, as SARIF; and the exit code they mean (3 when one asks for something)."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import click
import msgspec

from tocsin import __version__
from tocsin.core.policy.lint import Finding, Severity, sarif, worst
from tocsin.delivery.cli.exits import Exit

STANDARD_INPUT = "-"


def content(file: str) -> bytes:
    """Read a file, or standard input for `-`; ends with exit code 2 when it cannot be read."""
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror}") from None


def beginning(file: str, most: int) -> bytes:
    """Read at most that many bytes of a file or of standard input; ends as `content` does."""
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read(most)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror}") from None


def show(file: str, findings: Sequence[Finding], form: str, codes: Mapping[str, str]) -> NoReturn:
    """Print findings in one form (`text`, `json` or `sarif`) and end with their exit code."""
    if form == "json":
        print_json({"file": file, "findings": findings})
    elif form == "sarif":
        print_json(sarif(file, findings, codes, __version__))
    else:
        _print(file, findings)
    raise SystemExit(int(code(findings)))


def code(findings: Sequence[Finding]) -> Exit:
    """Exit code of findings: 0 for none or only information, else 3."""
    return Exit.FINDINGS if worst(findings) in (Severity.ERROR, Severity.WARNING) else Exit.OK


def print_json(value: object) -> None:
    """Print one JSON document, indented for reading."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def _print(file: str, findings: Sequence[Finding]) -> None:
    name = "stdin" if file == STANDARD_INPUT else Path(file).name
    places = [f"{name}:{each.line}" for each in findings]
    wide, longest = max(map(len, places), default=0), max((len(each.code) for each in findings), default=0)
    for place, each in zip(places, findings, strict=True):
        letter = each.severity.value[0].upper()
        click.echo(f"{place.ljust(wide)}  {letter} {each.code.ljust(longest)}  {printable(each.message)}")
    counts = [sum(each.severity is severity for each in findings) for severity in Severity]
    click.echo(
        " ".join(f"{severity.value[0].upper()}{count}" for severity, count in zip(Severity, counts, strict=True))
    )


def printable(text: str) -> str:
    """Make foreign text harmless to a terminal: what is not printable is shown as an escape."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
