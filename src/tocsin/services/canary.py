# SPDX-License-Identifier: Apache-2.0
"""Canary reports: now and then a report that is none comes in at each door, and a person must answer it (UX U17).

Where `[intake] canary` of a policy says how often, the worker knocks at the doors from outside. The case it becomes
looks like any other on the desk and has the promises of any other; its title says what it is. Once a person has written
to it, the canary is answered. One that is silent past its first feedback sounds an alarm every day, and security.txt is
not renewed: a project that does not answer should not look as if it did. An archived project gets none.

What was sent and answered stands among the machine's facts; nothing of it is about a real report.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from tocsin.core.clock import Duration
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services.app import Desk
from tocsin.services.archive_state import archived
from tocsin.services.canary_state import ANSWERED, CASE, SENT, due, name, watched
from tocsin.services.mail import threads
from tocsin.services.ports.machine import Alarm, Fact
from tocsin.services.queries import inbox

SILENT: Final = "canary-silent"
LOST: Final = "canary-lost"
LONGEST_WAY: Final = timedelta(hours=4)
"""After which a letter that has not come in counts as lost."""
AGAIN: Final = timedelta(days=1)
UNDER_WAY: Final = "@"
"""What a Message-ID has and a case's reference has not."""
TITLE: Final = "Canary {week}: please answer this report, nothing is wrong"
TEXT: Final = (
    "This report was made by the installation itself, to see that reports arrive and that a person answers them. "
    "Answer it like any other (a word is enough), then reject it as not-security or close it."
)

_log = logging.getLogger("tocsin.canary")


def keep(desk: Desk) -> int:
    """Send what is due, note what was answered, sound the alarm for what is silent; returns how many were sent.

    A door that does not answer is an alarm as well, and is tried again with the next turn of the day.
    """
    sent = 0
    for project, policy, every in watched(desk.projects):
        if archived(desk.machine.facts, project):
            continue
        for knock in desk.knocks:
            if knock.opens(project):
                sent += _one(desk, project, policy, every, knock.door)
    return sent


def _one(desk: Desk, project: ProjectId, policy: Policy, every: Duration, door: str) -> int:
    facts, now = desk.machine.facts, desk.now()
    last, answered = facts.get(name(SENT, project, door)), facts.get(name(ANSWERED, project, door))
    if last and UNDER_WAY in last.value:
        return _arrive(desk, project, door, last)
    if last and not (answered and answered.value == last.value):
        at = _answered_at(desk, last.value)
        if at is None:
            if now > due(policy, last.at):
                _sound(desk, SILENT, last.value, f"{project}.{door}")
            return 0
        facts.note(name(ANSWERED, project, door), last.value, at)
    if last and now < policy.calendar.after(last.at, every):
        return 0
    return _send(desk, project, door)


def _arrive(desk: Desk, project: ProjectId, door: str, sent: Fact) -> int:
    """Find the case that a letter under way became; one that is lost is an alarm, and is sent anew the next day."""
    facts, case = desk.machine.facts, threads.known(desk, project, sent.value)
    if case:
        facts.note(name(SENT, project, door), case, sent.at)
        facts.note(f"{CASE}/{case}", project, sent.at)
    elif desk.now() > sent.at + LONGEST_WAY:
        _sound(desk, LOST, "", f"{project}.{door}")
        if desk.now() > sent.at + AGAIN:
            return _send(desk, project, door)
    return 0


def _send(desk: Desk, project: ProjectId, door: str) -> int:
    now = desk.now()
    knock = next(each for each in desk.knocks if each.door == door)
    year, week, _ = now.isocalendar()
    try:
        case = knock(project, TITLE.format(week=f"{year}-W{week:02d}"), TEXT)
    except OSError as error:
        _log.error("the canary for %s found the door shut: %s", project, error)
        _sound(desk, "canary-shut-out", "", f"{project}.{door}")
        return 0
    desk.machine.facts.note(name(SENT, project, door), case, now)
    if UNDER_WAY not in case:
        desk.machine.facts.note(f"{CASE}/{case}", project, now)
    return 1


def _answered_at(desk: Desk, case: CaseRef) -> datetime | None:
    """When a person first wrote to a canary's case, from its sealed row."""
    row = desk.inbox.row(case)
    measures = inbox.open_summary(desk, row).measures if row else None
    return measures.answered_at if measures else None


def _sound(desk: Desk, kind: str, case: CaseRef, place: str) -> None:
    desk.machine.alarms.sound(Alarm(at=desk.now(), kind=kind, case=case, place=place))
