# SPDX-License-Identifier: Apache-2.0
"""What is known of canary reports: which were sent and answered, which are silent, and what follows from silence.

Read from the machine's facts, which know no case's content, so that the public room can ask too. Sending them is
`services.canary`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from tocsin.core.clock import Duration
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services.ports.machine import Facts
from tocsin.services.ports.world import Projects

SENT: Final = "canary-sent"
CASE: Final = "canary-case"
ANSWERED: Final = "canary-answered"
USUAL: Final = Duration.parse("3 business days")
"""How long a canary may wait where the policy promises no first feedback."""


def silent(facts: Facts, projects: Projects, now: datetime) -> tuple[tuple[ProjectId, str, datetime], ...]:
    """List the doors whose canary waits past its time: project, door, and since when it should be answered."""
    known, found = facts.all(), []
    for project, policy, _ in watched(projects):
        for fact, last in known.items():
            if fact.startswith(f"{SENT}/{project}/"):
                door = fact.rpartition("/")[2]
                answered = known.get(name(ANSWERED, project, door))
                until = due(policy, last.at)
                if now > until and not (answered and answered.value == last.value):
                    found.append((project, door, until))
    return tuple(found)


def banner(facts: Facts, projects: Projects, now: datetime) -> str:
    """What the desk has to know; empty while every canary was answered in time."""
    found = silent(facts, projects, now)
    doors = [f"{project} ({door}, due {until:%Y-%m-%d %H:%M} UTC)" for project, door, until in found]
    return f"A canary report waits for an answer: {', '.join(doors)}. security.txt is not renewed." if doors else ""


def renewed(facts: Facts, projects: Projects, now: datetime) -> datetime:
    """From when security.txt counts its term: now, or since when the longest silent canary should have an answer."""
    return min((until for _, _, until in silent(facts, projects, now)), default=now)


def sent_to(facts: Facts) -> frozenset[CaseRef]:
    """Every case that was a canary, so that numbers about reports can leave them out."""
    return frozenset(fact.partition("/")[2] for fact in facts.all() if fact.startswith(f"{CASE}/"))


def watched(projects: Projects) -> Iterator[tuple[ProjectId, Policy, Duration]]:
    """Yield the projects whose policy wants canaries, and how often."""
    for each in projects.all():
        policy = projects.policy(each.id, each.policy)
        if policy.intake and policy.intake.canary:
            yield each.id, policy, policy.intake.canary


def due(policy: Policy, sent_at: datetime) -> datetime:
    """By when a canary should be answered: like any report."""
    feedback = policy.sla.first_feedback if policy.sla else None
    return policy.calendar.after(sent_at, (feedback and feedback.within) or USUAL)


def name(kind: str, project: ProjectId, door: str) -> str:
    """The fact about one door."""
    return f"{kind}/{project}/{door}"
