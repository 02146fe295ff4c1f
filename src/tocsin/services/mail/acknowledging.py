# SPDX-License-Identifier: Apache-2.0
"""The one mail that the machine writes by itself: that a report came in (RFC 3834).

To an address that nobody has proven it is a fixed text, one within twenty-four hours whatever is sent in its name, so
that nobody can have a stranger flooded. Neither text holds a word of the report. Whoever answers is heard, and has
shown by it that the address is theirs.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tocsin.core.mail.addresses import FROM_REPORTER
from tocsin.core.mail_out.model import Automatic
from tocsin.core.mail_out.model import Mailbox as To
from tocsin.core.vocabulary import SYSTEM_ACTOR, CaseRef, ProjectId, Value
from tocsin.services import cases, sealing
from tocsin.services.app import Desk
from tocsin.services.book import Book
from tocsin.services.cases import Opened
from tocsin.services.mail import threads
from tocsin.services.mail.arriving import mailboxes
from tocsin.services.ports.store import NEVER, Conflict
from tocsin.services.post import letters
from tocsin.services.post.letters import Fixed

ONCE_IN: Final = timedelta(hours=24)
KIND: Final = "mail-told"
EVERYWHERE: Final = "-"
"""Stands for the project: an address is spared whichever project was written to."""

SUBJECT: Final = "[{ref}] A report was received"
UNPROVEN: Final = """\
A report that names this address as its sender came in at {project}.

If it is yours: we have it, and a person will read it. Please answer this mail, even with nothing in it: that shows that
this address is yours.

If it is not yours: somebody used your address. You need not do anything.

This was written by a machine, and it will not write to you again within a day."""
PROVEN: Final = """\
Thank you. We have your report, and a person will read it. It is case {ref}.

To add something, answer this mail.

This was written by a machine."""


class Told(Value):
    """When the machine last wrote to an address, and because of which mail."""

    at: datetime
    arrival: str


def acknowledge(desk: Desk, ref: CaseRef) -> None:
    """Acknowledge a case that came by mail to whoever wrote it, where the machine may write to them. Safe to repeat."""
    opened = cases.open_case(desk, ref, SYSTEM_ACTOR, "mail.acknowledge")
    letter = opened.case.report.letter if opened else None
    if opened is None or letter is None or not letter.answerable:
        return
    if not letter.proven and not _may_tell(desk, letter.sender, letter.arrival):
        return
    text = PROVEN.format(ref=ref) if letter.proven else UNPROVEN.format(project=opened.policy.project.name)
    fixed = Fixed(
        subject=SUBJECT.format(ref=ref),
        text=text,
        case=ref,
        automatic=Automatic.REPLIED,
        references=(letter.message_id,) if letter.message_id else (),
        reply_to=_reply_to(desk, opened),
    )
    letters.fixed(desk, opened.case.project, f"{ref.lower()}-received", [To(address=letter.sender)], fixed)


def _reply_to(desk: Desk, opened: Opened) -> str:
    """The signed address of the reporter's thread; "" where the project has no mailbox that one can be made of."""
    boxes = [box for box, project in mailboxes(desk).items() if project == opened.case.project]
    places = sealing.Places(desk.sealer.instance)
    try:
        return threads.reply_address(opened.key, places, boxes[0], opened.case.ref, FROM_REPORTER) if boxes else ""
    except ValueError:
        return ""


def _may_tell(desk: Desk, address: str, arrival: str, project: ProjectId = EVERYWHERE) -> bool:
    """Whether an address that nobody has proven may be written to now; from then on it may not for a day."""
    book = Book(desk, KIND, Told)
    name, told = desk.tokens.mark("mail told", address.lower()).hex(), Told(at=desk.now(), arrival=arrival)
    known = book.get(project, name)
    try:
        if known is None:
            book.add(project, name, told, NEVER)
        elif known.value.arrival == arrival:
            return True  # it was going to be told when the machine stopped
        elif known.value.at > desk.now() - ONCE_IN:
            return False
        else:
            book.change(known, told)
    except Conflict:
        return False
    return True
