# SPDX-License-Identifier: Apache-2.0
"""What everybody at the desk has to know about the machine before anything else: red words on top of the inbox.

Facts are noted by the nightly work (`boot.backup`) and by looks into mailboxes, alarms by whatever met something that
does not open.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tocsin.services.app import Desk
from tocsin.services.incident import ON, PANIC
from tocsin.services.mail import fetching

BACKUP: Final = "backup"
DRILLED: Final = "restore-drill"
WORKER: Final = "worker"
"""Noted by a worker every minute, with the name of its machine."""

GOOD: Final = "good"
LATE: Final = timedelta(hours=48)
"""A restore drill that is older is no comfort any more."""

UNREAD: Final = timedelta(minutes=15)
"""A mailbox that is away for less is no news."""

SHOWN: Final = timedelta(days=1)
MOST: Final = 99


def banners(desk: Desk) -> tuple[str, ...]:
    """Sentences to show in red; none on a good day. A trial is not asked for backups."""
    facts, now = desk.machine.facts.all(), desk.now()
    found = []
    panic = facts.get(PANIC)
    if panic is not None and panic.value == ON:
        found.append(f"Nothing goes out since {panic.at:%Y-%m-%d %H:%M} UTC, by “tocsin panic”. Reports still come in.")
    alarms = desk.machine.alarms.since(now - SHOWN, MOST)
    if alarms:
        kinds = ", ".join(sorted({f"{alarm.kind} ({alarm.case or 'no case'})" for alarm in alarms})[:3])
        found.append(f"{len(alarms)} alarms since yesterday: {kinds}. An administrator runs “tocsin verify”.")
    unread = min((each.since for each in fetching.away(facts).values()), default=now)
    if now - unread >= UNREAD:
        since = f"{unread:%Y-%m-%d %H:%M} UTC"
        found.append(f"A mailbox cannot be looked into since {since}: mail sent there waits. The reason is in the log.")
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
