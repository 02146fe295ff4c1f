# SPDX-License-Identifier: Apache-2.0
"""What a clause is, and the values it answers with.

A clause is one sentence of a security policy made executable. It answers four questions and never acts:

- `read`: which terms does this policy state? None when it does not speak of the matter, and then nothing else is asked;
- what does it say? the `sentences` of the published document;
- `due`: what is promised in this case, since when, until when, and was it kept?
- `guard`: may this move be made? A refusal, a caution, or nothing. What depends on the facts alone is a gate (`gates`),
  so that it can be shown before anybody tries.

`react` lists what a move should set going and `propose` what time or facts suggest; the services perform it. The
clauses themselves are in `clauses/`, one file each. The protocol (core.case.tables) has spoken before any clause is
asked; a clause can narrow it, never widen it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from tocsin.core.clock import Calendar, Duration, show
from tocsin.core.policy.facts import Facts, Move, MoveName
from tocsin.core.policy.model import Group, Policy, Step
from tocsin.core.policy.source import NOWHERE, Source
from tocsin.core.vocabulary import Refused, Value

T = TypeVar("T", bound="Terms")


class Alert(Value):
    """At `at`, when `share` per cent of the time has passed, `to` is told."""

    at: datetime
    share: int
    to: Group

    @property
    def told(self) -> str:
        """Who is told, as the journal records it."""
        return self.to.value


class State(StrEnum):
    """How a promise stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    KEPT = "kept"
    LATE = "late"


class Timed(Value):
    """The part of a promise that the policy fixes: how long, on which calendar, who is told, on whose word.

    `rule` is the path of the value in the policy file, `because` says what starts the clock.
    """

    name: str
    title: str
    within: Duration
    rule: str
    because: str
    source: Source = NOWHERE
    calendar: Calendar = Calendar()
    ladder: tuple[Step, ...] = ()

    def starts(
        self,
        at: datetime,
        kept_at: datetime | None = None,
        missing: tuple[str, ...] = (),
        due_at: datetime | None = None,
    ) -> Promise:
        """Return the promise of a case in which the clock started at `at`. `due_at` overrides the computed instant."""
        due = due_at or self.calendar.after(at, self.within)
        return Promise(timed=self, started_at=at, due_at=due, kept_at=kept_at, missing=missing)


class Promise(Value):
    """One promise in one case. `missing` says what would keep it, when part of it is there already."""

    timed: Timed
    started_at: datetime
    due_at: datetime
    kept_at: datetime | None = None
    missing: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Stable name: `first-feedback`."""
        return self.timed.name

    @property
    def title(self) -> str:
        """Name for people: `First feedback`."""
        return self.timed.title

    @property
    def rule(self) -> str:
        """Path of the value in the policy file: `sla.first_feedback.within`."""
        return self.timed.rule

    @property
    def cite(self) -> str:
        """Cited line: `SECURITY.md:24`; empty when the project chose without a line."""
        return self.timed.source.cite

    @property
    def explain(self) -> tuple[str, ...]:
        """Why it is due then: what started it, the rule, the days not counted, the line and who chose the number."""
        timed = self.timed
        started, *steps = timed.calendar.explain(self.started_at, timed.within, self.due_at)
        counted, *rest = steps
        return (f"{timed.because}: {started}", f"{timed.rule} = {counted}", *rest, str(timed.source))

    @property
    def warnings(self) -> tuple[Alert, ...]:
        """Who is told when, by the project's ladder."""
        after, start, within = self.timed.calendar.after, self.started_at, self.timed.within
        return tuple(
            Alert(at=self.due_at if step.at == 100 else after(start, within, step.at), share=step.at, to=step.to)
            for step in self.timed.ladder
        )

    def state(self, now: datetime) -> State:
        """Say how the promise stands at `now`."""
        if self.kept_at:
            return State.KEPT if self.kept_at <= self.due_at else State.LATE
        return State.OPEN if now <= self.due_at else State.OVERDUE

    def __str__(self) -> str:
        """`First feedback: due Fri 27 Nov 2026 09:12 UTC (SECURITY.md:24)`."""
        cite = f" ({self.cite})" if self.cite else ""
        return f"{self.title}: due {show(self.due_at, self.timed.calendar.tz)}{cite}"


class Gate(Value):
    """What has to hold before a move, and whether it does. `reason` says what would open it, or why it is open."""

    name: str
    move: MoveName
    satisfied: bool
    reason: str
    rule: str = ""
    cite: str = ""


class Caution(Value):
    """Not a refusal: something the person who makes the move should know first."""

    code: str
    because: str
    rule: str = ""
    cite: str = ""


class Reaction(Value):
    """Something that a move should set going. The machine proposes or notifies; it never decides."""

    name: str
    because: str
    to: tuple[Group, ...] = ()
    cite: str = ""


class Section(StrEnum):
    """Sections of the published document, in its order."""

    INTRODUCTION = "introduction"
    SUPPORTED = "supported-versions"
    REPORTING = "reporting"
    CONTENT = "content"
    WHEN = "when"
    RESPONSE = "response"
    DISCLOSURE = "disclosure"
    LISTS = "lists"
    PRIORITIES = "priorities"
    SAFE_HARBOUR = "safe-harbour"


class Shape(StrEnum):
    """How a sentence stands on the page. Sentences of one group share a paragraph or a numbered step."""

    TEXT = "text"
    ITEM = "item"
    STEP = "step"
    BLOCK = "block"


class Sentence(Value):
    """A sentence of the published document: where it stands and which value of the policy it says.

    `group` and `order` place it inside its section; both rise down the page.
    """

    section: Section
    group: int
    order: int
    text: str
    shape: Shape = Shape.TEXT
    rule: str = ""
    source: Source = NOWHERE


class Terms(Value, kw_only=True):
    """What a clause has read: the sentences it says and the clocks it sets. Clauses add what they need to decide."""

    sentences: tuple[Sentence, ...] = ()
    clocks: tuple[Timed, ...] = ()

    @property
    def rule(self) -> str:
        """The value that a refusal of this clause rests on."""
        return self.sentences[0].rule if self.sentences else ""

    @property
    def cite(self) -> str:
        """The line of that value."""
        return self.sentences[0].source.cite if self.sentences else ""


Verdict = Refused | Caution


def _nothing(*_: Any) -> tuple[Any, ...]:
    return ()


SILENT: Final = _nothing
"""What stands where a clause has no answer to a question."""


@dataclass(frozen=True)
class Clause(Generic[T]):
    """One registered clause. `rows` are the requirements it carries out; the rest are its answers (see the module)."""

    name: str
    rows: tuple[str, ...]
    read: Callable[[Policy], T | None]
    due: Callable[[T, Facts], Iterable[Promise]] = _nothing
    gates: Callable[[T, Facts], Iterable[Gate]] = _nothing
    guard: Callable[[T, Facts, Move, datetime], Iterable[Verdict]] = _nothing
    react: Callable[[T, Facts, Move], Iterable[Reaction]] = _nothing
    propose: Callable[[T, Facts, datetime], Iterable[Reaction]] = _nothing


def says(policy: Policy, rule: str, text: str, place: tuple[Section, int, int], shape: Shape = Shape.TEXT) -> Sentence:
    """Build a sentence for the value at `rule`; `place` is section, group and order."""
    section, group, order = place
    return Sentence(
        section=section, group=group, order=order, text=text, shape=shape, rule=rule, source=policy.source(rule)
    )


def timed(policy: Policy, name: str, title: str, rule: str, because: str, within: Duration) -> Timed:
    """Build the fixed part of a promise from the policy's calendar, ladder and source."""
    ladder = policy.sla.escalation.steps if policy.sla and policy.sla.escalation else ()
    return Timed(
        name=name,
        title=title,
        within=within,
        rule=rule,
        because=because,
        source=policy.source(rule),
        calendar=policy.calendar,
        ladder=ladder,
    )
