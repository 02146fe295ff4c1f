# SPDX-License-Identifier: Apache-2.0
"""Exit codes of the command line (UX 2.5), and how a refusal becomes one of them."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NoReturn, TypeVar

import click

from tocsin.core.vocabulary import CaseRef, Refused

T = TypeVar("T")


class Exit(IntEnum):
    """What the caller's shell sees."""

    OK = 0
    FAILED = 1
    USAGE = 2
    FINDINGS = 3
    AUTHENTICATION = 4
    NOT_FOUND = 5
    CONFLICT = 6
    REFUSED = 7
    BREACHED = 8
    UPSTREAM = 9
    AFFECTED_FIXABLE = 10
    AFFECTED_MITIGATION = 11
    UNKNOWN_VERSION = 12
    INTERRUPTED = 130


_CODES: Final = {
    "conflict": Exit.CONFLICT,
    "no-case": Exit.NOT_FOUND,
    "no-document": Exit.NOT_FOUND,
    "no-such-case": Exit.NOT_FOUND,
    "no-such-person": Exit.NOT_FOUND,
    "not-found": Exit.NOT_FOUND,
    "not-permitted": Exit.REFUSED,
}


NEEDS_APPROVAL: Final = "needs-approval"
"""`core.case.decide.approve.NEEDED`, written out because a command on an installation elsewhere reads no rules."""


def hint(code: str, ref: CaseRef) -> None:
    """Say how a second person carries out what was just asked for, where it was refused for the lack of one."""
    if code == NEEDS_APPROVAL:
        click.echo(f"asked for; approved with: tocsin case approve {ref}", err=True)


def refuse(refused: Refused, otherwise: Exit = Exit.REFUSED) -> NoReturn:
    """Say on standard error why not, by which rule and line, and what would help; then end with the right code:
    that of the refusal, where it has one of its own."""
    where = ", ".join(part for part in (refused.rule, refused.cite) if part)
    click.echo(f"refused: {refused.because}" + (f" ({where})" if where else ""), err=True)
    for each in refused.missing:
        click.echo(f"  - {each}", err=True)
    raise SystemExit(int(_CODES.get(refused.code, otherwise)))


def answered(value: T | Refused, ref: CaseRef = "") -> T:
    """Return what an office of this machine answers, or end with what it refuses."""
    if isinstance(value, Refused):
        hint(value.code, ref)
        refuse(value)
    return value
