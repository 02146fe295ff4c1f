# SPDX-License-Identifier: Apache-2.0
"""What the desk remembers for one person alone: unsent text, how far they have read a case, what they put aside for a
while, and the number of their calendar's address.

None of it is part of a case and nobody else sees it. Records are found by a keyed hash of person and case, so that the
table does not say who works on what. Unsent text is sealed with the case's key as well: shredding the case shreds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, TypeVar

import msgspec

from tocsin.core.vocabulary import CaseRef, ProjectId, Value
from tocsin.services import sealing
from tocsin.services.app import Desk
from tocsin.services.book import Book, Kept
from tocsin.services.cases import Opened
from tocsin.services.ports.store import Conflict, InboxRow
from tocsin.services.queries import words

T = TypeVar("T", bound=msgspec.Struct)

LONGEST_DRAFT: Final = 400_000
"""Characters that are kept of one form."""

MOST_SNOOZED: Final = 200
"""Cases that one person can put aside at the same time."""

SNOOZE_DAYS: Final = (1, 3, 7, 14)
"""For how many days a case can be put aside."""

_ALARM: Final = timedelta(days=1)
"""A promise this near wakes a case that was put aside."""


class Draft(Value):
    """Unsent fields of one form: JSON, sealed with the case's key."""

    at: datetime
    body: bytes


class Visit(Value):
    """The journal line up to which somebody has seen a case, and when."""

    seq: int
    at: datetime


class Snooze(Value):
    """Until when a case is out of sight, and the journal length it had then: any new line brings it back."""

    until: datetime
    seq: int


class Shelf(Value):
    """Everything that one person has put aside."""

    cases: dict[CaseRef, Snooze]


class Address(Value):
    """Which of a person's calendar addresses holds; `stamp` is the account's, so that a change of roles ends it."""

    serial: int
    stamp: str


def name_of(desk: Desk, what: str, *parts: str) -> str:
    """The record of one kind for a person, and for a case where one is named: found only by who holds the key."""
    return desk.tokens.mark(f"own-{what}", "\n".join(parts)).hex()


def _written(book: Book[T], project: ProjectId, name: str, kept: Kept[T] | None, value: T) -> bool:
    """Write a record anew, or in place of what was `kept`; False where another window of the same person did so."""
    try:
        if kept:
            book.change(kept, value)
        else:
            book.add(project, name, value)
    except Conflict:
        return False
    return True


# ---------------------------------------------------------------------------------------------------------- unsent text


def _drafts(desk: Desk) -> Book[Draft]:
    return Book(desk, "draft", Draft)


def keep_draft(desk: Desk, opened: Opened, person: str, form: str, fields: Mapping[str, str]) -> bool:
    """Keep what stands in a form; False for too much, or when another window keeps it at this very moment."""
    body = msgspec.json.encode(dict(fields))
    if len(body) > LONGEST_DRAFT:
        return False
    name, case = name_of(desk, "draft", person, opened.case.ref, form), opened.case
    sealed = opened.key.seal(body, sealing.Places(desk.sealer.instance).draft(name, case.ref))
    book, value = _drafts(desk), Draft(at=desk.now(), body=sealed)
    return _written(book, case.project, name, book.get(case.project, name), value)


def draft(desk: Desk, opened: Opened, person: str, form: str) -> tuple[dict[str, str], str] | None:
    """Return the fields kept for a form and how long ago that was, or None."""
    name, case = name_of(desk, "draft", person, opened.case.ref, form), opened.case
    kept = _drafts(desk).get(case.project, name)
    if kept is None:
        return None
    body = opened.key.open(kept.value.body, sealing.Places(desk.sealer.instance).draft(name, case.ref))
    return msgspec.json.decode(body, type=dict[str, str]), words.ago(kept.value.at, desk.now())


def drop_draft(desk: Desk, project: ProjectId, case: CaseRef, person: str, form: str) -> None:
    """Forget what was kept: it was sent, or is not wanted any more."""
    desk.outside.records.remove("draft", project, name_of(desk, "draft", person, case, form))


# --------------------------------------------------------------------------------------------------------------- visits


def visit(desk: Desk, opened: Opened, person: str) -> Visit | None:
    """Note that a person sees a case as it is now; returns what they had seen before, None on the first time."""
    case, book = opened.case, Book(desk, "visit", Visit)
    name = name_of(desk, "visit", person, case.ref)
    before = book.get(case.project, name)
    if before is None or before.value.seq < case.seq:
        # Two windows at once: either of them is right.
        _written(book, case.project, name, before, Visit(seq=case.seq, at=desk.now()))
    return before.value if before else None


class Begun(Value):
    """Since when somebody works on one part of a case."""

    at: datetime


def begun(desk: Desk, opened: Opened, person: str, part: str) -> datetime:
    """Return when a person first opened one part of a case; that is now, where they never did."""
    case, book = opened.case, Book(desk, "begun", Begun)
    name = name_of(desk, "begun", person, case.ref, part)
    kept = book.get(case.project, name)
    if kept is None:
        with suppress(Conflict):  # two windows at once: either of them is right
            book.add(case.project, name, Begun(at=desk.now()))
    return kept.value.at if kept else desk.now()


# -------------------------------------------------------------------------------------------------------------- snoozes


def first_project(desk: Desk, person: str) -> ProjectId:
    """The project under whose key a person's own lists are sealed: the first they are in."""
    return next(iter(sorted(desk.people.projects(person))), "")


def snoozed(desk: Desk, person: str) -> Mapping[CaseRef, Snooze]:
    """What a person has put aside, by case; `sleeps` says whether it still is."""
    home = first_project(desk, person)
    kept = Book(desk, "snooze", Shelf).get(home, name_of(desk, "snooze", person)) if home else None
    return kept.value.cases if kept else {}


def snooze(desk: Desk, person: str, case: CaseRef, until: datetime | None, seq: int) -> bool:
    """Put a case aside until an instant, or with None take it back; False where too many are put aside already."""
    home, now = first_project(desk, person), desk.now()
    book, name = Book(desk, "snooze", Shelf), name_of(desk, "snooze", person)
    while True:  # another window of the same person may be quicker: then its list is the one to add to
        kept = book.get(home, name)
        before = kept.value.cases if kept else {}
        cases = {ref: each for ref, each in before.items() if each.until > now and ref != case}
        if until is not None:
            cases[case] = Snooze(until=until, seq=seq)
        if len(cases) > MOST_SNOOZED:
            return False
        if _written(book, home, name, kept, Shelf(cases=cases)):
            return True


def sleeps(row: InboxRow, snooze: Snooze | None, now: datetime) -> bool:
    """Say whether a case stays out of sight: its time has not come, nothing happened in it, no promise is near."""
    return snooze is not None and now < snooze.until and row.seq == snooze.seq and row.next_due - now > _ALARM


def sleeping(desk: Desk, person: str, projects: tuple[ProjectId, ...]) -> Iterator[InboxRow]:
    """The rows of what a person has put aside, in those projects."""
    now = desk.now()
    for ref, each in snoozed(desk, person).items():
        row = desk.inbox.row(ref)
        if row and row.project in projects and row.open and sleeps(row, each, now):
            yield row


# ------------------------------------------------------------------------------------------------------------- calendar

_FOR: Final = timedelta(days=3650)
_CALENDAR: Final = "calendar-address"


class _Subscriber(Value):
    person: str
    serial: int


def calendar_address(desk: Desk, person: str, *, renew: bool = False) -> str:
    """Return the secret part of a person's calendar address, "" where there is none; `renew` makes a new one and ends
    the one before."""
    home, stamp = first_project(desk, person), desk.people.stamp(person)
    if not home:
        return ""
    book, name = Book(desk, "calendar", Address), name_of(desk, "calendar", person)
    kept = book.get(home, name)
    if renew:
        made = Address(serial=kept.value.serial + 1 if kept else 1, stamp=stamp)
        kept = book.change(kept, made) if kept else book.add(home, name, made)
    if kept is None or kept.value.stamp != stamp or kept.value.serial < 1:
        return ""
    return desk.tokens.seal(_Subscriber(person=person, serial=kept.value.serial), _CALENDAR, desk.now() + _FOR)


def end_calendar(desk: Desk, person: str) -> None:
    """End a person's calendar address at once."""
    home, book = first_project(desk, person), Book(desk, "calendar", Address)
    kept = book.get(home, name_of(desk, "calendar", person)) if home else None
    if kept:
        book.change(kept, Address(serial=kept.value.serial + 1, stamp=""))


def subscriber(desk: Desk, address: str) -> str:
    """Return whose calendar this is; "" for an address that ended, was made up, or belongs to nobody any more."""
    told = desk.tokens.open(address, _CALENDAR, desk.now(), _Subscriber)
    if told is None:
        return ""
    home, stamp = first_project(desk, told.person), desk.people.stamp(told.person)
    kept = Book(desk, "calendar", Address).get(home, name_of(desk, "calendar", told.person)) if home else None
    holds = kept is not None and stamp and kept.value == Address(serial=told.serial, stamp=stamp)
    return told.person if holds else ""
