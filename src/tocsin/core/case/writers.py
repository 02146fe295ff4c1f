# SPDX-License-Identifier: Apache-2.0
"""Who writes to a case by mail, and the ids by which the next mail is threaded (RFC 5322, section 3.6.4)."""

from __future__ import annotations

from typing import Final

from tocsin.core.case.model import Case, Writer
from tocsin.core.intake import Letter, Report

KEPT: Final = 10
"""Ids after the first that are kept: a `References` line of more says nothing more."""


def writing(writers: tuple[Writer, ...], who: str, letter: Letter | None) -> tuple[Writer, ...]:
    """Return the writers after a letter of one of them; without a letter nothing changes."""
    if letter is None or not letter.sender:
        return writers
    old = of(writers, who)
    ids = (*(old.message_ids if old else ()), *((letter.message_id,) if letter.message_id else ()))
    now = Writer(
        who=who,
        address=letter.sender,
        name=letter.name or (old.name if old and old.address == letter.sender else ""),
        proven=letter.proven,
        opened=letter.opened or bool(old and old.opened),
        message_ids=ids if len(ids) <= KEPT + 1 else (ids[0], *ids[-KEPT:]),
    )
    return (*(each for each in writers if each.who != who), now)


def of(writers: tuple[Writer, ...], who: str) -> Writer | None:
    """Return the one who writes as the reporter (`who` empty) or as a party."""
    return next((each for each in writers if each.who == who), None)


def absorbed(case: Case, who: str) -> Report | None:
    """The report of the merged case whose reporter is the party `who`; None for every other party."""
    return next((each.report for each in case.absorbed if each.case == who), None)


def writer(case: Case, who: str) -> Writer | None:
    """Who writes as the reporter or a party; that of a merged case is known by their first mail."""
    found = of(case.writers, who)
    report = absorbed(case, who) if found is None else None
    return of(writing((), who, report.letter), who) if report else found
