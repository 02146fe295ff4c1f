# SPDX-License-Identifier: Apache-2.0
"""A pause of intake: for a while a project reads only what cannot wait, says so to reporters, and loses nothing.

During a pause a report that is neither already public nor critical by its own answers is taken, sealed, acknowledged
and *held*, like one beyond a quota: it stands in the list of its own, its promises run, and the first warning puts it
back. Only a project whose policy says so (`intake.pause`) can pause, its owners decide, and every pause has an end.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.core import severity
from tocsin.core.intake import Report
from tocsin.core.policy.model import Policy
from tocsin.core.severity.surface import understand
from tocsin.core.vocabulary import Actor, ProjectId, Refused, ReportKind, Role, Value
from tocsin.services.app import Desk, Front
from tocsin.services.ports.machine import Facts

LONGEST: Final = timedelta(days=30)
MOST_WORDS: Final = 300


class Pause(Value):
    """Until when, and what strangers are told. It is public."""

    until: datetime
    words: str = ""

    @property
    def day(self) -> str:
        """When it ends, with hour and zone."""
        return f"{self.until:%Y-%m-%d %H:%M} UTC"

    @property
    def told(self) -> str:
        """What the terminal says; the form says the same in the reporter's language."""
        why = f" {self.words}" if self.words else ""
        return (
            f"This project pauses its intake until {self.day}.{why} What is already public, or critical by your "
            "answers on who can attack and what they gain, is read at once. "
            "Everything else is taken and kept, and read when the pause ends or its time runs short."
        )


def pause(desk: Desk, actor: Actor, project: ProjectId, until: datetime, words: str = "") -> Pause | Refused:
    """Pause until an instant, in place of any pause before; refused without the policy's word or an owner's role."""
    refused = _may(desk, actor, project)
    now = desk.now()
    if refused:
        return refused
    if not now < until <= now + LONGEST:
        because = f"A pause ends within {LONGEST.days} days from now; it can be made again."
        return Refused(code="pause-too-long", because=because, rule="intake.pause")
    if len(words) > MOST_WORDS:
        return Refused(code="words-too-long", because=f"At most {MOST_WORDS} characters.", rule="intake.pause")
    made = Pause(until=until, words=" ".join(words.split()))
    desk.machine.facts.note(_name(project), msgspec.json.encode(made).decode(), now)
    return made


def resume(desk: Desk, actor: Actor, project: ProjectId) -> Refused | None:
    """End a pause now; what is held stays where it is until somebody looks or its time runs short."""
    refused = _may(desk, actor, project)
    if refused is None:
        desk.machine.facts.note(_name(project), "", desk.now())
    return refused


def paused(facts: Facts | None, policy: Policy, now: datetime) -> Pause | None:
    """The pause that holds just now. A project whose policy knows none is not even looked up."""
    if facts is None or policy.intake is None or policy.intake.pause == "never":
        return None
    fact = facts.get(_name(policy.project.id))
    if fact is None or not fact.value:
        return None
    found = msgspec.json.decode(fact.value, type=Pause)
    return found if now < found.until else None


def holds(front: Front, policy: Policy, report: Report, now: datetime) -> bool:
    """Say whether a report that comes in now waits for the end of a pause."""
    if paused(front.facts, policy, now) is None:
        return False
    return report.kind is not ReportKind.ALREADY_PUBLIC and not _critical(report)


def _critical(report: Report) -> bool:
    """Whether the answers about the attack surface, all of them given, come to a critical score. What was not answered
    is nobody's word: assumed at its worst, an empty report would be critical."""
    told = severity.draft(understand(report.surface))
    answered = not set(told.assumed) - {"AC", "S"}
    return answered and severity.must_score(told.vector).rating is severity.Rating.CRITICAL


def _may(desk: Desk, actor: Actor, project: ProjectId) -> Refused | None:
    info = desk.projects.get(project)
    if info is None or Role.OWNER not in actor.roles:
        return Refused(code="not-permitted", because="An owner of the project decides about a pause.", rule="access")
    policy = desk.projects.policy(project, info.policy)
    if policy.intake is None or policy.intake.pause == "never":
        because = "The policy knows no pause of intake; pause = “except-critical” in [intake] allows one."
        return Refused(code="no-pause", because=because, rule="intake.pause")
    return None


def _name(project: ProjectId) -> str:
    return f"pause/{project}"
