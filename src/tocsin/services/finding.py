# SPDX-License-Identifier: Apache-2.0
"""Finding cases by words, by their reference or by their CVE id, for the people of the desk.

What reports say is remembered as terms (`services.likes`), by project, so a search looks at nothing outside the
projects that its asker may read; what it comes upon is read from its inbox row, and left out where the case belongs to
another project by now. Titles and reports are looked at, whole words, whatever a case's state; messages are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import msgspec

from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services.app import Desk
from tocsin.services.likes import tail
from tocsin.services.ports.store import InboxRow
from tocsin.services.queries import inbox
from tocsin.services.sealing import Summary

MOST_CHARS: Final = 200
"""Characters of what is asked for that are looked at."""

MOST: Final = 50
"""Cases that are shown; who wants fewer adds a word."""

SPARE: Final = 10
"""Cases that are looked up beside, because one may have moved to another project or been shredded."""

KEPT: Final = timedelta(days=30)
"""How long the address of what was found leads there."""

_ASKED: Final = "words asked for by"


class Found(msgspec.Struct, frozen=True):
    """Rows with their opened halves, the likeliest first. `more` tells that there were others, `whole` whether this
    process has read every report since its start."""

    rows: tuple[tuple[InboxRow, Summary], ...]
    more: bool
    whole: bool


def find(desk: Desk, projects: tuple[ProjectId, ...], words: str) -> Found:
    """Find cases of these projects, which the asker may read: one that is called so, then those whose reports hold
    every one of the words. O(reports that hold the rarest word). Raises `Tampered` for a broken row."""
    asked = words.strip()[:MOST_CHARS]
    refs = [*_called(desk, projects, asked), *desk.likes.find(projects, asked, MOST + SPARE)]
    rows = [row for row in desk.inbox.rows(list(dict.fromkeys(refs))) if row.project in projects and row.body]
    opened = tuple((row, inbox.open_summary(desk, row)) for row in rows[: MOST + 1])
    return Found(rows=opened[:MOST], more=len(opened) > MOST, whole=desk.likes.whole)


def page(desk: Desk, person: str, words: str, project: str = "") -> tuple[inbox.Page, Found]:
    """The same as a page of the inbox, of what `person` may read."""
    mine = desk.people.projects(person)
    found = find(desk, tuple(each for each in mine if project in ("", each)), words)
    now = desk.now()
    lines = tuple(msgspec.structs.replace(inbox.line_of(desk, row, said, now), group="") for row, said in found.rows)
    counts = inbox.counts(desk, mine, person)
    return inbox.Page(tab="", project=project, lines=lines, next="", counts=counts, at=now, projects=mine), found


def sealed(desk: Desk, person: str, words: str) -> str:
    """Seal what somebody asks for, so that it can stand in an address: addresses are kept by browsers and written down
    by servers on the way, and what is looked for tells what a case is about."""
    return desk.tokens.seal(words.strip()[:MOST_CHARS], f"{_ASKED} {person}", desk.now() + KEPT)


def opened(desk: Desk, person: str, token: str) -> str:
    """The words that this person asked for; "" where they did not, or too long ago."""
    return desk.tokens.open(token, f"{_ASKED} {person}", desk.now(), str) or ""


def _called(desk: Desk, projects: tuple[ProjectId, ...], name: str) -> Iterator[CaseRef]:
    """The cases of this reference, of its end, or of this CVE id, where they still have it."""
    yield name
    for row in desk.inbox.rows(desk.likes.called(projects, name)):
        if row.project in projects and row.body:
            names = {row.case.casefold(), tail(row.case), inbox.open_summary(desk, row).cve.casefold()}
            if name.casefold() in names:
                yield row.case
