# SPDX-License-Identifier: Apache-2.0
"""Lists, answers to moves, the preview of an advisory, projects and their policies, as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from tocsin.core.wire import Wire
from tocsin.core.wire.case import Person


class CaseRow(Wire):
    """One case in a list. `next_due` is None where nothing is due; `touched_at` is when a person of the project last
    did anything in it, or when it came in; `priority` is its class."""

    ref: str
    project: str
    seq: int
    title: str
    phase: str
    open: bool
    waits_for: str
    lead: Person | None
    rating: str
    score: float
    kind: str
    answered: tuple[str, ...]
    files: int
    promise: str
    next_due: datetime | None
    opened_at: datetime
    updated_at: datetime
    touched_at: datetime
    priority: str


class CasePage(Wire):
    """One page of cases, the one that is due first on top. `next` is the cursor of the page after, empty on the last.

    `counts` are open cases by who owes the next move, counted no further than a thousand.
    """

    tlp: str
    items: tuple[CaseRow, ...]
    counts: dict[str, int]
    next: str


class Sought(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What cases are looked for: a reference or its end, a CVE id, or words that a report has to hold all of. `project`
    narrows. It is posted, because addresses are written down by servers on the way."""

    words: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    project: Annotated[str, msgspec.Meta(max_length=200)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class Caution(Wire):
    """Something to know before a move; it stops nothing."""

    code: str
    because: str
    rule: str
    cite: str


class Moved(Wire):
    """What a move did: the journal lines it added, and where the case stands. No line means that it held already.

    `case` is a new one after a split. `phrase` opens the room of a party that was invited, and is told this once.
    """

    case: str
    move: str
    seq: int
    events: tuple[str, ...]
    phase: str
    waits_for: str
    advisory_id: str
    embargo_until: datetime | None
    cautions: tuple[Caution, ...]
    trial: bool
    phrase: str


class Uploaded(Wire):
    """A file that was taken and sealed. Name `token` in a move until `good_until`; it then belongs to the case."""

    token: str
    name: str
    size: int
    sha256: str
    good_until: datetime


class Defect(Wire):
    """What has to be mended before the advisory can be published: which field, and how."""

    field: str
    message: str


class Loss(Wire):
    """What a format cannot carry; one that `blocks` cannot be made at all."""

    format: str
    field: str
    message: str
    blocks: bool


class Document(Wire):
    """One document of an advisory."""

    format: str
    name: str
    media_type: str
    size: int
    sha256: str


class Preview(Wire):
    """What would be published now. An order names `digest`, so that nothing is published that nobody saw."""

    case: str
    tlp: str
    advisory_id: str
    digest: str
    documents: tuple[Document, ...]
    problems: tuple[Defect, ...]
    losses: tuple[Loss, ...]


class Project(Wire):
    """A project, and the policy in force. `archived_at` says since when it takes no reports any more."""

    id: str
    name: str
    prefix: str
    policy: str
    archived_at: datetime | None = None


class Member(Wire):
    """Somebody of a project, with their roles there."""

    id: str
    name: str
    roles: tuple[str, ...]


class Sentence(Wire):
    """One sentence of the published policy, and the value and line it says."""

    section: str
    text: str
    rule: str
    cite: str


class TimedRule(Wire):
    """One promise with a number; `name` is that of the promise in a case."""

    title: str
    within: str
    because: str
    rule: str
    source: str
    name: str = ""


class NewPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy to put in force for cases to come: its whole text."""

    toml: Annotated[str, msgspec.Meta(min_length=1, max_length=300_000)]


class PolicyVersion(Wire):
    """One version that was put in force."""

    version: str
    adopted_at: datetime
    adopted_by: str


class Policy(Wire):
    """The policy in force: its text, what it says, what it promises, and its history, newest first."""

    project: str
    version: str
    toml: str
    sentences: tuple[Sentence, ...]
    rules: tuple[TimedRule, ...]
    history: tuple[PolicyVersion, ...]


class Card(Wire):
    """A published advisory, summed up."""

    id: str
    project: str
    tlp: str
    title: str
    summary: str
    severity: str
    score: float
    cve_id: str
    affected: str
    fixed: str
    published_at: datetime
    modified_at: datetime
    documents: tuple[Document, ...]


class Skill(Wire):
    """How much better than luck an order of events was met: 0 is luck, 1 is always."""

    order: str
    cases: int
    observed: float
    by_luck: float
    alpha: float
    low: float | None
    high: float | None


class SkillBoard(Wire):
    """Skill over published cases."""

    cases: int
    skills: tuple[Skill, ...]
    histories: dict[str, int]
    unrecorded: str


class Measure(Wire):
    """One key of how cases go: how many cases stand behind it, median and ninth decile where it has them, and which
    cases miss what was promised."""

    name: str
    title: str
    definition: str
    unit: str
    cases: int
    median: float | None
    p90: float | None
    share: float | None
    missed: tuple[str, ...]
    parts: dict[str, int]


class Month(Wire):
    """What became of the reports of one month, and how many of them were held for a second look at first."""

    month: str
    outcomes: dict[str, int]
    held: int


class Measures(Wire):
    """The keys over a time, and the outcomes by month of arrival."""

    since: datetime
    until: datetime
    cases: int
    keys: tuple[Measure, ...]
    months: tuple[Month, ...]
