# SPDX-License-Identifier: Apache-2.0
"""Who is signed in at this browser, and for how long. A session ends after half an hour without a page, and after
twelve hours whatever happens; second factors come with the accounts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib.sessions.backends.base import SessionBase

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
TOUCH: Final = timedelta(minutes=1)
"""A page younger than this does not write the session again: reading must not cost a write each time."""

_PERSON: Final = "person"
_SINCE: Final = "since"
_SEEN: Final = "seen"


def begin(session: SessionBase, person: str, now: datetime) -> None:
    """Sign a person in under a fresh session key; whatever the session held before is gone."""
    session.flush()
    session[_PERSON] = person
    session[_SINCE] = session[_SEEN] = now.timestamp()
    session.set_expiry(ABSOLUTE)


def person(session: SessionBase, now: datetime) -> str:
    """Return who is signed in, or "" for nobody; notes that a page was looked at."""
    found = session.get(_PERSON, "")
    if not found:
        return ""
    since, seen = (datetime.fromtimestamp(session[key], UTC) for key in (_SINCE, _SEEN))
    if now - since >= ABSOLUTE or now - seen >= IDLE:
        end(session)
        return ""
    if now - seen >= TOUCH:
        session[_SEEN] = now.timestamp()
    return str(found)


def end(session: SessionBase) -> None:
    """Sign out: the session and its cookie are worth nothing from here on."""
    session.flush()
