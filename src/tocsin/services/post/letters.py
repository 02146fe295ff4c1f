# SPDX-License-Identifier: Apache-2.0
"""Letters: one record for each mail to each recipient, sealed, kept from the wish until some days after it was sent.

A letter's id is made of what it is about and to whom, so that wishing twice makes one letter; that is why a letter that
was sent stays for a while. It holds no words of a case, only where they stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tocsin.core.mail_out import ids
from tocsin.core.mail_out.model import Automatic, Mailbox, is_address
from tocsin.core.vocabulary import CaseRef, ProjectId, Value
from tocsin.services.app import Desk
from tocsin.services.book import Book

KIND: Final = "letter"
KEPT: Final = timedelta(days=7)
"""How long a letter that was sent is remembered: longer than anything is tried again."""


class Happened(Value, tag="happened"):
    """Something happened in a case; `person` of the team is told."""

    case: CaseRef
    what: str
    person: str


class Answer(Value, tag="answer"):
    """Words of a case's journal line `seq`, for its reporter (`who` empty) or a party."""

    case: CaseRef
    seq: int
    who: str = ""


class Fixed(Value, tag="fixed"):
    """A finished text that holds nothing secret, or is public. `signed` as the project, where it has a key."""

    subject: str
    text: str
    case: CaseRef = ""
    automatic: Automatic = Automatic.GENERATED
    references: tuple[str, ...] = ()
    reply_to: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    flowed: bool = True
    signed: bool = False
    person: str = ""
    """Whom of the team it is for; to somebody whose key is known, `inner` is added and all of it encrypted."""
    inner: str = ""
    stamp: str = ""
    """Of the person's account, where the text is about cases: with other roles than then, it is not for them."""


Letter = Happened | Answer | Fixed


class State(StrEnum):
    """How far a letter is: it waits, it was sent, or it cannot be sent and a person was told."""

    WAITS = "waits"
    SENT = "sent"
    GIVEN_UP = "given-up"


class Queued(Value):
    """A letter and how far it is. `error` is a code without content."""

    to: Mailbox
    letter: Letter
    since: datetime
    state: State = State.WAITS
    tries: int = 0
    error: str = ""


class Wish(Value):
    """A letter that somebody wants to be sent, from `due_at` on."""

    id: str
    to: Mailbox
    letter: Letter
    due_at: datetime


def book(desk: Desk) -> Book[Queued]:
    """All letters of the installation."""
    return Book(desk, KIND, Queued, by=lambda queued: queued.letter.case)


def letter_id(desk: Desk, about: str, number: int, to: str) -> str:
    """The id of a letter to `to` (an address, a person's id, a party's), which betrays nobody."""
    return ids.letter(about, number, desk.tokens.mark("letter", f"{about} {number} {to}"))


def queue(desk: Desk, project: ProjectId, wishes: Iterable[Wish]) -> int:
    """Write down letters, all at once; returns how many are new. Those to what is no address are left out, and where
    no mail server is set up nothing is written down."""
    if desk.post.sends is None:
        return 0
    now = desk.now()
    return book(desk).add_new(
        project,
        (
            (wish.id, Queued(to=wish.to, letter=wish.letter, since=now), wish.due_at)
            for wish in wishes
            if is_address(wish.to.address)
        ),
    )


def fixed(desk: Desk, project: ProjectId, about: str, to: Iterable[Mailbox], letter: Fixed) -> int:
    """Queue one finished text to each of many recipients, each a mail of its own; `about` names it for good."""
    now = desk.now()
    wishes = (Wish(id=letter_id(desk, about, 0, box.address), to=box, letter=letter, due_at=now) for box in to)
    return queue(desk, project, wishes)


def withdraw(desk: Desk, project: ProjectId, ref: CaseRef) -> int:
    """Forget every letter of a case, sent or not: with a case that is shredded."""
    return sum(book(desk).remove(kept) for kept in list(book(desk).found(project, ref)))


class Standing(Value):
    """A letter as people are shown it: nothing of what it says, nor to whom."""

    id: str
    state: str
    since: str
    tries: int
    error: str


def standing(desk: Desk) -> list[Standing]:
    """The letters that wait or could not be delivered, of every project; those that were sent are left out."""
    return [
        Standing(
            id=kept.id,
            state=kept.value.state.value,
            since=f"{kept.value.since:%Y-%m-%d %H:%M} UTC",
            tries=kept.value.tries,
            error=kept.value.error,
        )
        for info in desk.projects.all()
        for kept in book(desk).all(info.id)
        if kept.value.state is not State.SENT
    ]
