# SPDX-License-Identifier: Apache-2.0
"""Those who are, were or want to be distributors: applications, terms, the yearly word. How it ends is `leaving`.

At the front an application is sealed and left; links carry sealed tokens. A distributor whose terms are old or whose
year is over is not told of anything until it has said yes again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from tocsin.core import access, distribution
from tocsin.core.distribution import Application
from tocsin.core.mail_out.model import Mailbox, is_address
from tocsin.core.vocabulary import Actor, MoveName, ProjectId, Refused
from tocsin.services import book
from tocsin.services.app import Desk, Front
from tocsin.services.book import Book, Kept
from tocsin.services.ports.records import Arrival
from tocsin.services.ports.store import NEVER
from tocsin.services.post import letters
from tocsin.services.post.letters import Fixed

APPLIED: Final = "distributor-applied"
AGREED: Final = "distributor-agreed"
LEFT: Final = "distributor-left"

YEAR: Final = timedelta(days=365)
AHEAD: Final = timedelta(days=30)
"""How long before the year is over a distributor is asked."""

LINK: Final = timedelta(days=60)


class State(StrEnum):
    """Where a distributor stands."""

    APPLIED = "applied"
    APPROVED = "approved"
    REMOVED = "removed"


class Distributor(msgspec.Struct, frozen=True):
    """One distributor. `terms` is the version it agreed to, `confirmed_at` when it last said that all still holds;
    `removed_by` is the person who ended it, empty where that was its own wish, `removed_via` their token."""

    application: Application
    state: State
    since: datetime
    terms: str = ""
    confirmed_at: datetime | None = None
    approved_by: str = ""
    removed_because: str = ""
    removed_by: str = ""
    removed_via: str = ""

    def may_be_told(self, current: str, now: datetime) -> bool:
        """Whether it is told of vulnerabilities now."""
        fresh = self.confirmed_at is not None and now < self.confirmed_at + YEAR
        return self.state is State.APPROVED and self.terms == current and fresh


class Link(msgspec.Struct, frozen=True):
    """Whose link it is, and to which terms it says yes."""

    id: str
    terms: str = ""


def distributors(desk: Desk) -> Book[Distributor]:
    """Everybody."""
    return Book(desk, "distributor", Distributor)


def find(desk: Desk, project: ProjectId, named: str) -> Kept[Distributor] | None:
    """A distributor by id or name."""
    every = list(distributors(desk).all(project))
    return next((each for each in every if named.casefold() in (each.id, each.value.application.name.casefold())), None)


def decides(actor: Actor | None) -> bool:
    """Whether somebody decides who is a distributor: whoever may ask parties in."""
    return actor is not None and access.may_move(actor, MoveName.INVITE)


def why_not(value: Distributor, version: str, now: datetime) -> str:
    """Why a distributor is told of nothing now; "" for one that is told, and for who is none."""
    if value.state is not State.APPROVED or value.may_be_told(version, now):
        return ""
    return "has not agreed to the present terms" if value.terms != version else "has to confirm again"


def current(holder: Desk | Front, project: ProjectId) -> distribution.Terms:
    """The terms in force; raises LookupError for no project."""
    info = holder.projects.get(project)
    if info is None:
        raise LookupError(project)
    return distribution.terms(holder.projects.policy(project, info.policy))


# ------------------------------------------------------------------------------------------------------- at the front


def apply(front: Front, project: ProjectId, application: Application) -> Refused | None:
    """Leave an application; durable when this returns."""
    refused = distribution.wrong_with(application, current(front, project))
    if not is_address(application.contact):
        lacks = refused.missing if refused else ()
        return Refused(code="incomplete", because="Give a mail address.", rule="S63", missing=("mail", *lacks))
    if refused:
        return refused
    day = f"{front.now():%Y-%m-%d}"
    name = front.tokens.mark("distributor", f"{project}/{application.contact.lower()}/{day}").hex()
    book.leave(front, APPLIED, project, application, (name,))
    return None


def opened(front: Front, project: ProjectId, token: str, use: str) -> Link | None:
    """Whose link it is; None for one that is no good, or for terms that are not in force any more."""
    found = front.tokens.open(token, f"{use}/{project}", front.now(), Link)
    return found if found is not None and found.terms in ("", current(front, project).version) else None


def use(front: Front, project: ProjectId, token: str, what: str) -> bool:
    """Agree to the terms for another year, or leave; durable when this returns."""
    who = opened(front, project, token, what)
    if who is None:
        return False
    book.leave(front, what, project, who)
    return True


# --------------------------------------------------------------------------------------------------------- at the desk


def applied(desk: Desk, arrival: Arrival) -> None:
    """Keep an application for the team."""
    application = msgspec.json.decode(book.read(desk, arrival), type=Application)
    name = "dst_" + arrival.id[:32]
    new = Distributor(application=application, state=State.APPLIED, since=arrival.at, terms=application.accepted)
    distributors(desk).add_new(arrival.project, [(name, new, NEVER)])


def approve(desk: Desk, kept: Kept[Distributor], person: str) -> Kept[Distributor]:
    """Make somebody a distributor, and write to them."""
    now = desk.now()
    value = msgspec.structs.replace(
        kept.value,
        state=State.APPROVED,
        approved_by=person,
        confirmed_at=now,
        removed_because="",
        removed_by="",
        removed_via="",
    )
    done = distributors(desk).change(kept, value, now + YEAR - AHEAD)
    name = _project(desk, kept.project)
    write(
        desk, done, f"approved/{now:%Y-%m-%d}", f"You are a distributor of {name}",
        f"You are told of vulnerabilities in {name} before they are published, when they concern what you ship.\n\n"
        "For each you get a link to a room of its own; nothing of the matter ever stands in a mail that is not "
        "encrypted.\n",
    )  # fmt: skip
    return done


def agreed(desk: Desk, arrival: Arrival) -> None:
    """Note that a distributor agreed, to these terms and for another year."""
    who = msgspec.json.decode(book.read(desk, arrival), type=Link)
    kept = distributors(desk).get(arrival.project, who.id)
    if kept is not None and kept.value.state is State.APPROVED:
        value = msgspec.structs.replace(kept.value, terms=who.terms, confirmed_at=arrival.at)
        distributors(desk).change(kept, value, arrival.at + YEAR - AHEAD)


def keep_up(desk: Desk) -> int:
    """Ask those whose year ends, or whose terms are old, to say yes again; returns how many were asked."""
    asked = 0
    now = desk.now()
    for kept in distributors(desk).due(now, 200):
        if kept.value.state is State.APPROVED:
            ask(desk, kept)
            asked += 1
            distributors(desk).change(kept, kept.value, now + AHEAD)
    return asked


def ask(desk: Desk, kept: Kept[Distributor]) -> None:
    """Send the links by which a distributor says yes for another year, or leaves."""
    terms, name, until = current(desk, kept.project), _project(desk, kept.project), desk.now() + LINK
    yes = desk.tokens.seal(Link(id=kept.id, terms=terms.version), f"{AGREED}/{kept.project}", until)
    out = desk.tokens.seal(Link(id=kept.id), f"{LEFT}/{kept.project}", until)
    place = f"{desk.site.public_url}/p/{kept.project}/distributors"
    write(
        desk, kept, f"year/{desk.now():%Y-%m}/{terms.version}", f"Still a distributor of {name}?",
        f"Please say yes once a year, and whenever the terms change. Without it you are told of nothing after "
        f"{ends(kept.value):%Y-%m-%d}.\n\nYes, all of it still holds:\n{place}/confirm?t={yes}\n\n"
        f"Leave, with one click:\n{place}/leave?t={out}\n\nThe terms, version {terms.version}:\n\n{terms.text}",
    )  # fmt: skip


def ends(value: Distributor) -> datetime:
    """When a distributor has to have said yes again."""
    return (value.confirmed_at or value.since) + YEAR


def write(desk: Desk, kept: Kept[Distributor], about: str, subject: str, text: str) -> None:
    """Send a letter that holds nothing of any matter; once for what it is about."""
    to = [Mailbox(address=kept.value.application.contact, name=kept.value.application.name)]
    name = "dst" + desk.tokens.mark("distributor-letter", f"{kept.id}/{about}").hex()[:24]
    letters.fixed(desk, kept.project, name, to, Fixed(subject=subject, text=text, flowed=False))


def _project(desk: Desk, project: ProjectId) -> str:
    info = desk.projects.get(project)
    return info.name if info else project
