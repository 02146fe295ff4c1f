# SPDX-License-Identifier: Apache-2.0
"""About how long people of the project worked on a case, from when they acted in it: an estimate, and of nobody alone.

Nobody starts a watch. Acts of one person that follow one another within twenty minutes are one sitting, which lasted
from the first to the last of them; before the first lie the minutes in which somebody reads before they act. What a
program did with somebody's token counts for nothing, and so does the time in which a fix is written elsewhere. A case
keeps who sits at it only to know whose acts follow whose; what is told of it is one sum.

The method is that of git-hours, which estimates from the instants of commits in the same way
(https://github.com/kimmobrunfeldt/git-hours).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tocsin.core.vocabulary import Actor, Value

BREAK: Final = timedelta(minutes=20)
"""Longer between two acts of one person is not one sitting."""

READING: Final = timedelta(minutes=3)
"""What goes before the first act of a sitting: to read and to decide."""


class Sitting(Value):
    """When a person last acted in a case."""

    person: str
    last_at: datetime


def after(sittings: tuple[Sitting, ...], actor: Actor, now: datetime) -> tuple[tuple[Sitting, ...], int]:
    """Return who acted when last, once `actor` acted at `now`, and the seconds by which the work has grown."""
    if actor.via:
        return sittings, 0
    last = next((each.last_at for each in sittings if each.person == actor.id), None)
    rest = tuple(each for each in sittings if each.person != actor.id)
    gap = now - last if last else None
    grown = gap if gap is not None and gap <= BREAK else READING
    return (*rest, Sitting(person=actor.id, last_at=now)), max(0, int(grown.total_seconds()))
