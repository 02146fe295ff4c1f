# SPDX-License-Identifier: Apache-2.0
"""What everybody at the desk has to know about the machine before anything else: red words on top of the inbox.

Facts are noted by the nightly work (`boot.backup`), by workers and by looks into mailboxes, alarms by whatever met
something that does not open. Of alarms everybody is told those of cases that they may read, and administrators how many
there are: a case that somebody may not see is not named to them here either.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from tocsin.services.app import Desk
from tocsin.services.incident import ON, PANIC
from tocsin.services.mail import fetching
from tocsin.services.ports.machine import Alarm, Fact
from tocsin.services.unsent import CROWDED, UNSENT

BACKUP: Final = "backup"
DRILLED: Final = "restore-drill"
WORKER: Final = "worker"
"""Noted by a worker every minute, with the name of its machine."""

GOOD: Final = "good"
LATE: Final = timedelta(hours=48)
"""A restore drill that is older is no comfort any more."""

UNREAD: Final = timedelta(minutes=15)
"""A mailbox that is away for less is no news."""

LEFT: Final = timedelta(minutes=15)
"""What came in waits a second for a worker, a minute where one was started anew. Longer is no good sign."""

SHOWN: Final = timedelta(days=1)
MOST: Final = 99


def banners(desk: Desk, person: str) -> tuple[str, ...]:
    """Sentences to show in red to somebody; none on a good day. A trial is not asked for backups."""
    facts, now = desk.machine.facts.all(), desk.now()
    found = []
    panic = facts.get(PANIC)
    if panic is not None and panic.value == ON:
        found.append(f"Nothing goes out since {panic.at:%Y-%m-%d %H:%M} UTC, by “tocsin panic”. Reports still come in.")
    found += _alarms(desk, person, now)
    found += _idle(desk, facts.get(WORKER), now)
    unread = min((each.since for each in fetching.away(facts).values()), default=now)
    if now - unread >= UNREAD:
        since = f"{unread:%Y-%m-%d %H:%M} UTC"
        found.append(f"A mailbox cannot be looked into since {since}: mail sent there waits. The reason is in the log.")
    unsent = facts.get(UNSENT)
    if unsent is not None and unsent.value == CROWDED:
        found.append(
            "Files of reports that nobody has sent take nearly all the room they may (storage.unsent_gb): the form "
            "soon keeps no more of them. Reports still come in; most likely somebody uploads without sending."
        )
    drilled = facts.get(DRILLED)
    if desk.doors.trial:
        return tuple(found)
    if drilled is None:
        found.append("No backup was ever restored to see whether it can be. An administrator runs “tocsin backup”.")
    elif drilled.value != GOOD:
        found.append(f"The last restore drill failed: {drilled.value}.")
    elif now - drilled.at > LATE:
        found.append(f"The last good restore drill was on {drilled.at:%Y-%m-%d %H:%M} UTC, more than 48 hours ago.")
    return tuple(found)


def _alarms(desk: Desk, person: str, now: datetime) -> Iterator[str]:
    """The alarms of the last day that somebody may be told of: of cases that they may read, and of no case."""
    alarms = desk.machine.alarms.since(now - SHOWN, MOST)
    if not alarms:
        return
    projects = desk.people.projects(person)
    theirs = [alarm for alarm in alarms if _told(desk, alarm, projects)]
    administers = any(each.id == person for each in desk.people.administrators())
    if theirs or administers:
        count = len(alarms if administers else theirs)
        kinds = sorted({f"{alarm.kind} ({alarm.case or 'no case'})" for alarm in theirs})[:3]
        named = ", ".join(kinds) or ", ".join(sorted({alarm.kind for alarm in alarms})[:3])
        yield f"{count} alarms since yesterday: {named}. An administrator runs “tocsin verify”."


def _told(desk: Desk, alarm: Alarm, projects: tuple[str, ...]) -> bool:
    row = desk.inbox.row(alarm.case) if alarm.case else None
    return row.project in projects if row else not alarm.case


def _idle(desk: Desk, worker: Fact | None, now: datetime) -> Iterator[str]:
    """What waits for a worker too long, whatever keeps it: then nobody is warned of a promise, and nothing is sent."""
    arrivals, drops = desk.outside.arrivals.waiting(1), desk.drops.waiting(1)
    oldest = min([*(each.at for each in arrivals), *(each.at for each in drops)], default=now)
    if worker is not None and now - worker.at >= LEFT:
        since = f"{worker.at:%Y-%m-%d %H:%M} UTC"
        yield f"No worker gave a sign of life since {since}: nothing is sent, and no clock warns. Start “tocsin serve”."
    elif now - oldest >= LEFT:
        # When, and for which project, is not for everybody: something came in there.
        yield "Something that came in could not be taken up yet: a report may wait. The reason is in the log."
