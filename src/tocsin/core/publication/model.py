# SPDX-License-Identifier: Apache-2.0
"""The words of a publication: its stages, its targets, and how far each target is.

A target is one place where the advisory becomes visible: the project's own page, CVE Services, one mailing list. It is
`readable`, and green, only when it was read back there (a record that was accepted is not yet one that anybody finds).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from tocsin.core.vocabulary import Value


class Stage(StrEnum):
    """Where in the order a target stands (S58): who reads a chat message finds the advisory, and who reads the advisory
    finds the release."""

    RELEASES = "releases"
    SITE = "site"
    FEEDS = "feeds"
    CVE = "cve"
    FORGE = "forge"
    LISTS = "lists"
    CHAT = "chat"
    PEOPLE = "people"
    ELSEWHERE = "elsewhere"


STAGES: Final = tuple(Stage)
"""In their order. `FEEDS` is the rest of the own site; `ELSEWHERE` is what others copy from us: only looked at."""

MUST_BE_READ: Final = frozenset({Stage.RELEASES, Stage.SITE, Stage.FEEDS})
"""Stages after which nothing goes on before they were read back; of the others it is enough that they accepted."""


class State(StrEnum):
    """How far a target is. Only forwards, except that a person can take up again what was refused or skipped."""

    PLANNED = "planned"
    INTENDED = "intended"
    DONE = "done"
    READABLE = "readable"
    REFUSED = "refused"
    SKIPPED = "skipped"


class Planned(Value):
    """One target of a plan. `kind` names who serves it, `to` the place where there are several; `key` is its natural
    key there: what it is found by before anything is written.

    `sha256` is over the exact bytes that it will be given. One `by_hand` is nobody's: a person does it and says so.
    """

    name: str
    kind: str
    stage: Stage
    to: str = ""
    key: str = ""
    sha256: str = ""
    size: int = 0
    required: bool = False
    by_hand: bool = False


class Progress(Value):
    """A target and how far it is: in which state since when, and, where something is in the way, what and since when.

    `claim` names the effect that intends to act; another one keeps its hands off. `found` says that what had to be
    written was there already. `passing` lets later stages go on without it. `was` is the state before the newest event.
    """

    target: Planned
    state: State = State.PLANNED
    was: State = State.PLANNED
    since: datetime | None = None
    claim: str = ""
    where: str = ""
    found: bool = False
    trouble: str = ""
    trouble_since: datetime | None = None
    passing: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state in (State.READABLE, State.REFUSED, State.SKIPPED) or self.target.by_hand


class Run(Value):
    """One ordered publication: the digest of the record, that of the plan, the instant, and every target.

    `armed` says that the instant was agreed on beforehand, so that the bytes hold it.
    """

    order: str
    plan: str
    at: datetime
    targets: tuple[Progress, ...]
    armed: bool = False

    def get(self, name: str) -> Progress | None:
        """The target of that name."""
        return next((each for each in self.targets if each.target.name == name), None)

    @property
    def begun(self) -> bool:
        """Whether anything was intended: from then on there is only forwards."""
        return any(each.state not in (State.PLANNED, State.SKIPPED) for each in self.targets)

    @property
    def complete(self) -> bool:
        """Whether every target was read back, done by hand, or skipped for a reason."""
        return all(each.state in (State.READABLE, State.SKIPPED) for each in self.targets)
