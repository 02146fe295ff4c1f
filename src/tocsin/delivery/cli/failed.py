# SPDX-License-Identifier: Apache-2.0
"""How what an installation elsewhere refuses ends a command: in the words and with the exit code that it has here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NoReturn, TypeVar

from tocsin.client import Conflict, Failed, NotFound, NotNow, Refusal, TokenRefused
from tocsin.core.vocabulary import CaseRef, Refused
from tocsin.delivery.cli.exits import Exit, hint, refuse

T = TypeVar("T")

_EXITS: Final[tuple[tuple[type[Failed], Exit], ...]] = (
    (TokenRefused, Exit.AUTHENTICATION),
    (NotFound, Exit.NOT_FOUND),
    (Conflict, Exit.CONFLICT),
    (Refusal, Exit.REFUSED),
    (NotNow, Exit.UPSTREAM),
)


def answered(act: Callable[[], T], ref: CaseRef = "") -> T:
    """Ask, and end with the exit code of whatever is refused."""
    try:
        return act()
    except Failed as error:
        hint(error.problem.code, ref)
        ended(error)


def ended(error: Failed) -> NoReturn:
    """Say why not as a refusal here would be said, and end with the same exit code."""
    problem = error.problem
    mistakes = tuple(f"{each.where}: {each.message}" for each in problem.mistakes)
    told = Refused(
        code=problem.code,
        because=problem.detail,
        rule=problem.rule,
        cite=problem.cite,
        missing=(*problem.missing, *mistakes),
    )
    malformed = Exit.USAGE if problem.status == 400 else Exit.FAILED
    refuse(told, next((code for kind, code in _EXITS if isinstance(error, kind)), malformed))
