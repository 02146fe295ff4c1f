# SPDX-License-Identifier: Apache-2.0
"""One case as it travels: what it is, what was promised, what stands in the way, what was agreed and drafted.

Everything in it is TLP:AMBER+STRICT (FIRST TLP 2.0) until the advisory is published, and the report and the team's own
words after that as well.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from tocsin.core.wire import Wire

TLP: Final = "TLP:AMBER+STRICT"


class Person(Wire):
    """Somebody of the project."""

    id: str
    name: str


class File(Wire):
    """An attachment; its bytes are at `/cases/{ref}/files/{id}`. `name` and `media_type` are its sender's words."""

    id: str
    name: str
    size: int
    sha256: str
    media_type: str


class Report(Wire):
    """The report as its finder wrote it. Empty means not answered."""

    kind: str
    title: str
    reproduce: str
    version: str
    effects: str
    attack_surface: str
    surface: tuple[str, ...]
    dependencies: str
    reporter: str
    affiliation: str
    contact: str
    credit: str
    credit_as: str
    tool_use: str
    disclosure_plans: str
    channel: str
    files: tuple[File, ...]


class Promise(Wire):
    """One promise of the policy in this case. `state` is open, overdue, kept or late; `explain` says why then."""

    name: str
    title: str
    started_at: datetime
    due_at: datetime
    kept_at: datetime | None
    state: str
    cite: str
    missing: tuple[str, ...]
    explain: tuple[str, ...]


class Gate(Wire):
    """What has to hold before a move, and whether it does."""

    name: str
    move: str
    satisfied: bool
    reason: str
    rule: str
    cite: str


class Suggestion(Wire):
    """Something the policy suggests; a person decides."""

    name: str
    because: str
    cite: str


class Investigation(Wire):
    """What the team found out."""

    done: bool
    effect: str
    criticality: str
    affected_versions: str
    cwe: tuple[str, ...]


class Score(Wire):
    """One CVSS vector. `final` marks the project's own call that counts."""

    vector: str
    score: float
    rating: str
    scorer: Person
    final: bool
    provisional: bool


class Line(Wire):
    """One release line."""

    line: str
    state: str = "review"
    supported: bool = True
    introduced: str = ""
    fixed_in: str = ""
    last_affected: str = ""
    commit: str = ""
    reason: str = ""
    waiver: str = ""
    waived_by: str = ""
    tested: bool = False
    last_release_at: datetime | None = None


class Fix(Wire):
    """The fix, once there is one."""

    ready_at: datetime | None
    author: Person | None
    reference: str
    confirmed_by: tuple[Person, ...]


class Proposal(Wire):
    """One proposed end of the embargo; after `respond_by` silence counts as a no."""

    id: str
    by: str
    ends_at: datetime
    proposed_at: datetime
    respond_by: datetime | None
    fate: str


class Embargo(Wire):
    """The embargo: the word of the protocol (`none`, `proposed`, `active`, `revise`, `exited`), until when, and every
    proposal. `disagreed` counts proposals that were rejected or left unanswered."""

    state: str
    in_force: bool
    until: datetime | None
    unilateral: bool
    disagreed: int
    proposals: tuple[Proposal, ...]


class Advisory(Wire):
    """The advisory of the case. `draft` holds the fields of the move `draft-advisory`; None before anybody wrote. What
    the next revision takes back has a reason or a successor; `withdrawn_at` is since when the public reads that."""

    id: str
    draft: dict[str, Any] | None
    cve_id: str
    cve_state: str
    ordered_at: datetime | None
    published_at: datetime | None
    revision: int
    failure: str
    withdrawn_because: str = ""
    superseded_by: str = ""
    withdrawn_at: datetime | None = None


class Product(Wire):
    """A party's product: how far its fix is (`VFd`), and whether it is affected."""

    name: str
    path: str
    affected: str


class Party(Wire):
    """Somebody besides project and reporter. `consent` is how they stand to the embargo; `here` whether they still take
    part."""

    id: str
    part: str
    name: str
    contact: str
    invited_at: datetime
    state: str
    consent: str
    here: bool
    upstream: bool
    products: tuple[Product, ...]


class Participant(Wire):
    """Anybody in a case, in words, as the case's page shows them: `report` is what they do with it, `consent` how they
    stand to the embargo, `fixes` how far theirs are, `sees` whether they may see the case now, `barred` why not."""

    id: str
    name: str
    part: str
    report: str
    consent: str
    fixes: str
    sees: bool
    here: bool
    barred: str


class Ask(Wire):
    """A wish that waits for a second person: the move `approve` with its digest carries it out. `terms` say exactly
    what would be approved."""

    act: str
    digest: str
    by: Person
    at: datetime
    until: datetime
    terms: tuple[tuple[str, str], ...]


class Case(Wire):
    """A case. `seq` is its journal length (the ETag); `state` the case state `vfdpxa`; `moves` what the caller may ask
    for, as far as roles and token go: protocol and policy may still refuse; `participants` are the project, the first
    reporter and every party."""

    ref: str
    project: str
    tlp: str
    seq: int
    title: str
    phase: str
    waits_for: str
    report_state: str
    state: str
    lead: Person | None
    received_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    outcome: str
    rejection: str
    appealed: bool
    duplicate_of: str
    policy: str
    report: Report
    promises: tuple[Promise, ...]
    gates: tuple[Gate, ...]
    suggestions: tuple[Suggestion, ...]
    moves: tuple[str, ...]
    asks: tuple[Ask, ...]
    parties: tuple[Party, ...]
    investigation: Investigation
    scores: tuple[Score, ...]
    lines: tuple[Line, ...]
    fix: Fix
    embargo: Embargo
    advisory: Advisory
    participants: tuple[Participant, ...] = ()


class Message(Wire):
    """One message of a case: `audience` is who reads it; `team` never leaves the desk."""

    seq: int
    at: datetime
    by: str
    mine: bool
    audience: str
    text: str
    plan: str
    workarounds: str
    automatic: bool
    files: tuple[File, ...]


class Messages(Wire):
    """One page of messages, in order. `next` is the journal line to go on after; 0 on the last page."""

    tlp: str
    items: tuple[Message, ...]
    next: int


class Event(Wire):
    """One line of a case's journal, without what was written. `via` is the API token that was used, if any."""

    seq: int
    at: datetime
    by: str
    by_id: str
    by_kind: str
    via: str
    event: str
    said: str


class Events(Wire):
    """One page of a journal, in order. `next` is the journal line to go on after; 0 on the last page."""

    tlp: str
    items: tuple[Event, ...]
    next: int
