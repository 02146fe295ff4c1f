# SPDX-License-Identifier: Apache-2.0
"""Hands letters over, a batch on one connection. Each is claimed before it is sent and put down as sent right after, so
that it leaves once; only where the server's last answer never came is it sent again, under the same Message-ID.

A server that is away costs nothing: letters wait. What a server refuses for good is told to the case's lead.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from tocsin.core.vocabulary import Refused
from tocsin.services import incident
from tocsin.services.app import Desk
from tocsin.services.book import Kept
from tocsin.services.ports.mail_out import Delivered, Fate, Session
from tocsin.services.ports.store import NEVER, Conflict, Unavailable
from tocsin.services.post import letters, telling, writing
from tocsin.services.post.letters import Happened, Queued, State

BATCH: Final = 50
LEASE: Final = timedelta(minutes=5)
FIRST_RETRY: Final = timedelta(minutes=1)
LONGEST_RETRY: Final = timedelta(minutes=10)
"""Between two tries of a letter that was not taken: what waits leaves within a quarter of an hour of the server's
return."""

UNSURE_RETRY: Final = timedelta(hours=4)
"""The longest wait where nobody knows whether it was taken: each try may be one more copy."""

PATIENCE: Final = timedelta(days=5)
"""How long a letter is tried (RFC 5321, 4.5.4.1: at least four to five days)."""

UNDELIVERABLE: Final = "mail.undeliverable"
_log = logging.getLogger("tocsin.post")


def drain(desk: Desk) -> tuple[int, int]:
    """Send what is due; returns how many letters left and how many have to wait. In a panic nothing goes out."""
    if desk.post.sends is None or incident.halted(desk):
        return 0, 0
    due = [kept for kept in letters.book(desk).due(desk.now(), BATCH) if not _forgotten(desk, kept)]
    if not due:
        return 0, 0
    sent = 0
    try:
        with desk.post.sends.session() as session:
            for kept in due:
                if incident.halted(desk):  # a panic may begin between two letters
                    break
                sent += _one(desk, session, kept)
    except Unavailable:
        raise
    except OSError as error:
        _log.warning("mail waits: %s", error)
        return sent, 0
    return sent, len(due) - sent


def _forgotten(desk: Desk, kept: Kept[Queued]) -> bool:
    """Take away a letter whose time of being remembered is over."""
    return kept.value.state is not State.WAITS and letters.book(desk).remove(kept)


def _one(desk: Desk, session: Session, kept: Kept[Queued]) -> bool:
    """Claim a letter, write it, send it, and put down what became of it."""
    book = letters.book(desk)
    try:
        mine = book.change(kept, replace(kept.value, tries=kept.value.tries + 1), desk.now() + LEASE)
    except Conflict:  # another worker has it
        return False
    try:
        mail = writing.written(desk, mine.project, mine.id, mine.value)
    except Unavailable:
        raise
    except Exception as error:
        _log.error("a letter cannot be written: %s", type(error).__name__)
        mail = Refused(code="unwritten", because="The mail could not be written.", rule="post")
    if isinstance(mail, Refused):
        _refused(desk, mine, mail.code)
        return False
    return _put_down(desk, mine, session.send(mail))


def _put_down(desk: Desk, mine: Kept[Queued], delivered: Delivered) -> bool:
    if delivered.fate is Fate.SENT:
        book = letters.book(desk)
        book.change(mine, replace(mine.value, state=State.SENT, error=""), desk.now() + letters.KEPT)
        return True
    code = f"{delivered.fate.value}-{delivered.code}" if delivered.code else delivered.fate.value
    if delivered.fate is Fate.NEVER or desk.now() - mine.value.since > PATIENCE:
        _give_up(desk, mine, code)
    else:
        _again(desk, mine, code, UNSURE_RETRY if delivered.fate is Fate.UNKNOWN else LONGEST_RETRY)
    return False


def _refused(desk: Desk, mine: Kept[Queued], code: str) -> None:
    """What cannot be said now may be sayable later (a key that is renewed); what is gone or not theirs never is."""
    if code in ("gone", "not-theirs"):
        letters.book(desk).change(mine, replace(mine.value, state=State.SENT, error=code), desk.now() + letters.KEPT)
    elif code in ("no-sender", "unavailable"):
        _again(desk, mine, code)
    else:
        _give_up(desk, mine, code)


def _again(desk: Desk, mine: Kept[Queued], code: str, longest: timedelta = LONGEST_RETRY) -> None:
    delay = min(FIRST_RETRY * 2 ** min(mine.value.tries - 1, 10), longest)
    letters.book(desk).change(mine, replace(mine.value, error=code), desk.now() + delay)


def _give_up(desk: Desk, mine: Kept[Queued], code: str) -> None:
    """Keep the letter for people to see, and tell the lead once; a notification that fails tells nobody."""
    letters.book(desk).change(mine, replace(mine.value, state=State.GIVEN_UP, error=code), NEVER)
    _log.warning("a letter cannot be delivered: %s", code)
    letter = mine.value.letter
    if letter.case and not isinstance(letter, Happened):
        telling.tell(desk, letter.case, UNDELIVERABLE, "lead", mine.id)
