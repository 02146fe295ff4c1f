# SPDX-License-Identifier: Apache-2.0
"""Archiving a project that nobody looks after any more, and taking it up again.

Nothing is deleted: cases and their keys stay, what is published stays readable at its addresses and can be corrected,
rooms open as before. Archiving is refused while the project owes somebody something: a case that is open, a mail that
waits for a person, a letter that has not left, a public issue that nobody decided on. What it closes is
`services.archive_state`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tocsin.core.vocabulary import Actor, ProjectId, Refused, Role
from tocsin.services.app import Desk
from tocsin.services.archive_state import RULE, Archived, archived, name
from tocsin.services.forge import watch
from tocsin.services.mail import held
from tocsin.services.ports.store import InboxQuery
from tocsin.services.post import letters

MOST_WORDS: Final = 300
NAMED: Final = 20
"""Open cases that a refusal names; the rest is counted."""

COUNTED: Final = 1000


def archive(desk: Desk, actor: Actor, project: ProjectId, words: str = "") -> Archived | Refused:
    """Archive a project; `words` tell strangers where to go. Refused to whoever is no owner of it, and where a promise
    is open, with each of them. Again, it changes the words and not since when."""
    if refused := _may(desk, actor, project):
        return refused
    if len(words) > MOST_WORDS:
        return Refused(code="words-too-long", because=f"At most {MOST_WORDS} characters.", rule=RULE)
    if still := tuple(owed(desk, project)):
        because = "The project still owes somebody something; end that first."
        return Refused(code="promises-open", because=because, rule=RULE, missing=still)
    now, before = desk.now(), archived(desk.machine.facts, project)
    made = Archived(at=before.at if before else now, words=" ".join(words.split()))
    desk.machine.facts.note(name(project), msgspec.json.encode(made).decode(), now)
    return made


def take_up(desk: Desk, actor: Actor, project: ProjectId) -> Refused | None:
    """Take an archived project up again: its doors open at once."""
    if refused := _may(desk, actor, project):
        return refused
    if archived(desk.machine.facts, project) is None:
        return Refused(code="not-archived", because="The project is not archived.", rule=RULE)
    desk.machine.facts.note(name(project), "", desk.now())
    return None


def owed(desk: Desk, project: ProjectId) -> Iterator[str]:
    """Say what a project still owes, and which command shows it."""
    rows = desk.inbox.page(InboxQuery(projects=(project,), open=True, limit=COUNTED))
    yield from (f"{row.case} is open: close it, or transfer it to another project" for row in rows[:NAMED])
    if len(rows) > NAMED:
        more = f"{len(rows) - NAMED}{' or more' if len(rows) == COUNTED else ''}"
        yield f"{more} further cases are open: tocsin case list"
    mails = sum(each.value.state is held.State.WAITS for each in held.book(desk).all(project))
    if mails:
        yield f"mails that wait for a person, {mails}: tocsin mail held"
    unsent = sum(each.value.state is letters.State.WAITS for each in letters.book(desk).all(project))
    if unsent:
        yield f"letters that have not left, {unsent}: tocsin mail queue"
    issues = sum(not each.value.answer for each in watch.proposals(desk).all(project))
    if issues:
        yield f"public issues that may be reports, {issues}: tocsin forge issue list"


def _may(desk: Desk, actor: Actor, project: ProjectId) -> Refused | None:
    if desk.projects.get(project) is None or Role.OWNER not in actor.roles:
        return Refused(code="not-permitted", because="An owner of the project decides whether it ends.", rule="access")
    return None
