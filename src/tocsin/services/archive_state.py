# SPDX-License-Identifier: Apache-2.0
"""Whether a project is archived, and what that closes: the doors at which somebody can be told so.

An archived project takes no report by its form, the API or the terminal, nor a case that another project hands over,
and security.txt does not name it. Mail and the forge cannot be answered at the door, so what comes there becomes a case
as ever: nothing that comes in is lost. Rooms, advisories and feeds stay. Who may archive, and when, is
`services.archiving`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.vocabulary import ProjectId, Refused, Value
from tocsin.services.ports.machine import Facts

DOORS: Final = frozenset({"web", "api", "cli"})
"""Channels of a report (`core.intake.Report.channel`) whose sender is there to be told."""

RULE: Final = "archive"


class Archived(Value):
    """Since when, and what strangers are told: where to go instead. It is public."""

    at: datetime
    words: str = ""


def archived(facts: Facts | None, project: ProjectId) -> Archived | None:
    """Since when a project is archived; None for one that is not."""
    fact = facts.get(name(project)) if facts else None
    return msgspec.json.decode(fact.value, type=Archived) if fact and fact.value else None


def closed(facts: Facts | None) -> Callable[[ProjectId], bool]:
    """Say of each project whether it is archived."""
    return lambda project: archived(facts, project) is not None


def refuses(facts: Facts | None, project: ProjectId, channel: str) -> Refused | None:
    """Refuse a report at a door that an archived project does not keep any more."""
    return takes_none(facts, project) if channel in DOORS else None


def takes_none(facts: Facts | None, project: ProjectId) -> Refused | None:
    """Refuse to whoever is there to be told that something comes into a project that is archived."""
    found = archived(facts, project)
    if found is None:
        return None
    because = f"This project takes no reports any more. {found.words}".strip()
    return Refused(code="archived", because=because, rule=RULE)


def name(project: ProjectId) -> str:
    """The fact that says it."""
    return f"archive/{project}"
