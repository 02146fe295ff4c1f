# SPDX-License-Identifier: Apache-2.0
"""Who is signed in at this browser, how, and for how long.

A session ends after half an hour without a page, after twelve hours whatever happens, and at once when the person's
password, second factor or roles change: it carries the stamp that the account had when it began. It is *whole* once a
second factor stands behind it, and *fresh* for some minutes after one was shown.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib.sessions.backends.base import SessionBase

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
FRESH: Final = timedelta(minutes=10)
"""For how long a second factor that was just shown lets somebody do what an unlocked screen must not."""

TOUCH: Final = timedelta(minutes=1)
"""A page younger than this does not write the session again: reading must not cost a write each time."""

_PERSON: Final = "person"
_SINCE: Final = "since"
_SEEN: Final = "seen"
_STAMP: Final = "stamp"
_WHOLE: Final = "whole"
_PROVED: Final = "proved"


def begin(session: SessionBase, person: str, stamp: str, now: datetime) -> None:
    """Sign a person in under a fresh session key; whatever the session held before is gone."""
    session.flush()
    enter(session, person, stamp, now, whole=True)


def enter(session: SessionBase, person: str, stamp: str, now: datetime, *, whole: bool) -> None:
    """Note who has just signed in. Without `whole` they can set up a second factor, and nothing else."""
    session[_PERSON], session[_STAMP], session[_WHOLE] = person, stamp, whole
    session[_SINCE] = session[_SEEN] = now.timestamp()
    if whole:
        prove(session, now)
    session.set_expiry(ABSOLUTE)


def prove(session: SessionBase, now: datetime) -> None:
    """Note that a second factor was shown just now."""
    session[_PROVED] = now.timestamp()


def restamp(session: SessionBase, stamp: str, *, whole: bool) -> None:
    """Let this one session live on after the change that has just been made in it ended all others."""
    if _PERSON in session:
        session[_STAMP], session[_WHOLE] = stamp, whole


def claimed(session: SessionBase) -> str:
    """Return whose session this says it is, unchecked."""
    return str(session.get(_PERSON, ""))


def person(session: SessionBase, stamp: str, now: datetime, *, looked: bool = True) -> str:
    """Return who is signed in, or "" for nobody; notes that a page was looked at, unless the page only asked by itself.
    `stamp` is what their account has now, "" for one that has ended."""
    found = claimed(session)
    if not found:
        return ""
    since, seen = (datetime.fromtimestamp(session[key], UTC) for key in (_SINCE, _SEEN))
    if not stamp or stamp != session.get(_STAMP) or now - since >= ABSOLUTE or now - seen >= IDLE:
        end(session)
        return ""
    if looked and now - seen >= TOUCH:
        session[_SEEN] = now.timestamp()
    return found


def whole(session: SessionBase) -> bool:
    """Say whether a second factor stands behind this session."""
    return bool(session.get(_WHOLE))


def fresh(session: SessionBase, now: datetime) -> bool:
    """Say whether a second factor was shown in the last minutes."""
    proved = session.get(_PROVED)
    return proved is not None and timedelta() <= now - datetime.fromtimestamp(proved, UTC) < FRESH


def end(session: SessionBase) -> None:
    """Sign out: the session and its cookie are worth nothing from here on."""
    session.flush()
