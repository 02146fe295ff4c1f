# SPDX-License-Identifier: Apache-2.0
"""What is remembered of a forge: which advisory there belongs to which case, and when to look again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.core.forge import fields
from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services import credentials
from tocsin.services.app import Desk
from tocsin.services.book import Book, Kept
from tocsin.services.ports.forge import Forge, Payload


class Link(msgspec.Struct, frozen=True):
    """One advisory on the forge and its case.

    `prints` are hashes of its fields as we saw or wrote them last; `conflict` names those that somebody else changed
    since, until a person decides. `said` is the line of each journal up to which our words stand there, `heard` the
    last comment that was taken in. `comments` is None before anybody knows whether there is such a thing. `ours` says
    that we write its fields, `advisory` is the id of ours.
    """

    ghsa: str
    url: str
    case: CaseRef
    login: str = ""
    state: str = ""
    prints: dict[str, str] = {}
    conflict: tuple[str, ...] = ()
    said: dict[CaseRef, int] = {}
    heard: int = 0
    comments: bool | None = None
    cve_asked: bool = False
    ours: bool = False
    advisory: str = ""


class Standing(msgspec.Struct, frozen=True):
    """How it goes with a project's forge: when it was last read whole, and what is wrong since when."""

    read_at: datetime | None = None
    trouble: str = ""
    trouble_since: datetime | None = None
    tries: int = 0
    watched: datetime | None = None


LEAST: Final = timedelta(minutes=1)
"""Between two looks or tries, whatever happens."""

STANDING: Final = "forge"


def links(desk: Desk) -> Book[Link]:
    """Every link."""
    return Book(desk, "forge-link", Link, by=lambda link: link.case)


def standings(desk: Desk) -> Book[Standing]:
    """How it goes with each project's forge."""
    return Book(desk, "forge-standing", Standing)


def link_id(desk: Desk, ghsa: str) -> str:
    """Under which id a link is kept: a keyed hash."""
    return desk.tokens.mark("forge-link", ghsa).hex()[:40]


def find(desk: Desk, project: ProjectId, ghsa: str) -> Kept[Link] | None:
    """The link of an advisory."""
    return links(desk).get(project, link_id(desk, ghsa))


def of_case(desk: Desk, project: ProjectId, case: CaseRef) -> Kept[Link] | None:
    """The link of a case."""
    return next(links(desk).found(project, case), None)


def forge(desk: Desk, project: ProjectId) -> Forge | None:
    """A project's forge with its token; None where the settings name none, or it has none that a program may use."""
    source = desk.outside.forges.sources().get(project)
    if source is None:
        return None
    kept = credentials.of(desk, project, credentials.FORGE)
    if kept is None and source.about.programs:
        return None
    return desk.outside.forges.get(project, kept.secret.strip() if kept else "")


def standing(desk: Desk, project: ProjectId) -> Kept[Standing]:
    """How it goes with a project's forge; made where nothing is known yet."""
    book = standings(desk)
    return book.get(project, STANDING) or book.add(project, STANDING, Standing(), desk.now())


def foreign(link: Link, payload: Payload) -> tuple[str, ...]:
    """Fields that somebody else wrote since the last look; a CVE id that we asked for is ours."""
    ours = {"state", "cve_id"} if link.cve_asked else {"state"}
    return tuple(each for each in fields.changed(link.prints, payload) if each not in ours)
