# SPDX-License-Identifier: Apache-2.0
"""Makes a public issue of a report that is not about security (S24, S25): scrubbed, agreed to, read, opened once.

The issue says nothing of the case: no id, no name, no file, no steps. That it came from one is known here only.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tocsin.core import access
from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.case.parties import PUBLIC
from tocsin.core.case.party_commands import PassOn
from tocsin.core.forge import scrub
from tocsin.core.forge.scrub import Draft
from tocsin.core.vocabulary import SYSTEM_ACTOR, Actor, Audience, CaseRef, MoveName, Refused
from tocsin.services import cases
from tocsin.services.app import Desk
from tocsin.services.book import Book
from tocsin.services.forge.links import forge
from tocsin.services.forge.pushing import NO_FORGE
from tocsin.services.ports.forge import Forge

NOT_AGREED: Final = Refused(
    code="not-agreed",
    because="The reporter has not agreed yet; the question stands in their room. Nothing was sent.",
    rule="S24",
    missing=("the reporter's word",),
)


class Opened(msgspec.Struct, frozen=True):
    """What was, or was about to be, opened in public for a case."""

    case: CaseRef
    title: str
    url: str = ""


def _book(desk: Desk) -> Book[Opened]:
    return Book(desk, "public-issue", Opened)


def forbidden(case: Case) -> tuple[str, ...]:
    """Words that the issue must not hold: the case, its room, who reported it, what the files are called."""
    who = case.report.identity
    words = (
        case.ref, case.room, case.advisory_id, who.name, who.affiliation, who.contact, who.credit_as,
        *(each.name for each in case.report.attachments), *(each.name for each in case.parties),
    )  # fmt: skip
    return tuple(dict.fromkeys(filter(None, words)))


def ask(desk: Desk, ref: CaseRef, actor: Actor) -> Draft | Refused:
    """The issue that the report would become. The reporter is asked in their room as long as they have not answered."""
    opened = _opened(desk, ref, actor)
    if isinstance(opened, Refused):
        return opened
    return scrub.draft(opened.case.report, forbidden(opened.case), opened.policy.project.name)


def publish(desk: Desk, ref: CaseRef, actor: Actor, title: str = "", body: str = "", agreed: str = "") -> str | Refused:
    """Open the issue, with words that a person may have changed, and return its address.

    `agreed` notes where the reporter said yes, if not in their room. Raises Trouble and Rejected.
    """
    if agreed:
        noted = cases.handle(desk, ref, PassOn(party=PUBLIC, note=agreed), actor)
        if isinstance(noted, Refused):
            return noted
    opened = _opened(desk, ref, actor)
    if isinstance(opened, Refused):
        return opened
    case = opened.case
    if case.public_agreed_at is None:
        return NOT_AGREED
    drafted = scrub.draft(case.report, forbidden(case), opened.policy.project.name)
    issue = Draft(title=title or drafted.title, body=body or drafted.body)
    if found := scrub.holds(f"{issue.title}\n{issue.body}", forbidden(case)):
        because = f"The issue names what must stay private: {', '.join(found)}."
        return Refused(code="not-scrubbed", because=because, rule="S25", missing=found)
    asked = forge(desk, case.project)
    return NO_FORGE if asked is None else _open(desk, asked, case, issue)


def address(desk: Desk, case: Case) -> str:
    """Where the issue of a case was opened; "" while it was not."""
    kept = _book(desk).get(case.project, desk.tokens.mark("public-issue", case.ref).hex()[:40])
    return kept.value.url if kept else ""


def _open(desk: Desk, asked: Forge, case: Case, issue: Draft) -> str:
    """Write down what is about to happen, look whether it did already, and then do it."""
    book = _book(desk)
    name = desk.tokens.mark("public-issue", case.ref).hex()[:40]
    kept = book.get(case.project, name) or book.add(case.project, name, Opened(case=case.ref, title=issue.title))
    if kept.value.url:
        return kept.value.url
    there = asked.issues(case.public_agreed_at or case.received_at)
    mine = [each for each in there if each.title == kept.value.title and each.login == asked.source.login]
    found = mine[0] if mine else asked.open_issue(kept.value.title, issue.body)
    book.change(kept, msgspec.structs.replace(kept.value, url=found.url))
    words = f"This is not about security, and is looked after in public now: {found.url}"
    cases.handle(desk, case.ref, cmd.Say(audience=Audience.REPORTER, text=words), SYSTEM_ACTOR)
    return found.url


def _opened(desk: Desk, ref: CaseRef, actor: Actor) -> cases.Opened | Refused:
    opened = cases.open_case(desk, ref, actor, "public-issue") if access.may_read(actor) else None
    if opened is None:
        return cases.NOT_FOUND
    return access.guard(actor, MoveName.REJECT) or opened
