# SPDX-License-Identifier: Apache-2.0
"""What the page of a case is made of: frozen values in words, and how each is made from the rules' own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from tocsin.core.case import events as ev
from tocsin.core.case.model import VENDOR, Case, Milestone
from tocsin.core.case.negotiation import Fate, Proposal
from tocsin.core.policy.clause import Gate, Promise
from tocsin.core.policy.facts import LineFact
from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services.queries import people, timeline, words
from tocsin.services.queries.history import HistoryView
from tocsin.services.queries.options import Options
from tocsin.services.queries.people import Candidate, PartyView
from tocsin.services.queries.scores import Column
from tocsin.services.queries.thread import FileView, MessageView


class PromiseView(msgspec.Struct, frozen=True):
    """One promise: when it is due or was kept, and why then."""

    name: str
    title: str
    due: str
    left: str
    state: str
    kept: str
    cite: str
    mark: str
    missing: tuple[str, ...]
    explain: tuple[str, ...]


class SuggestionView(msgspec.Struct, frozen=True):
    """Something the policy suggests; a person decides."""

    name: str
    because: str
    cite: str


class ProposalView(msgspec.Struct, frozen=True):
    """One embargo proposal."""

    id: str
    by: str
    ends_at: str
    in_words: str
    respond_by: str
    fate: str
    ours: bool
    open: bool
    instant: datetime | None = None


class ScoreView(msgspec.Struct, frozen=True):
    """One scored vector."""

    vector: str
    score: float
    rating: str
    scorer: str
    authoritative: bool
    provisional: bool


class PlanView(msgspec.Struct, frozen=True):
    """One plan for a milestone, in words."""

    at: str
    said_at: str
    note: str


class MilestoneView(msgspec.Struct, frozen=True):
    """A step of the fix: for when it is planned, and every plan there was, oldest first (S38)."""

    name: str
    at: str
    plans: tuple[PlanView, ...]


class CaseView(msgspec.Struct, frozen=True):
    """The case page."""

    ref: CaseRef
    project: ProjectId
    project_name: str
    seq: int
    title: str
    phase: str
    waits_for: str
    severity: str
    lead: str
    lead_id: str
    state: str
    received: str
    now: datetime
    report: ev.ReportReceived
    report_mail: str
    report_files: tuple[FileView, ...]
    promises: tuple[PromiseView, ...]
    next_promise: PromiseView | None
    options: Options
    suggestions: tuple[SuggestionView, ...]
    gates: dict[str, tuple[Gate, ...]]
    shut: frozenset[str]
    moves: frozenset[str]
    owes: str
    reporter_thread: tuple[MessageView, ...]
    team_thread: tuple[MessageView, ...]
    history: tuple[HistoryView, ...]
    older: int
    timeline: timeline.Picture
    investigated: bool
    effect: str
    criticality: str
    affected_versions: str
    cwe: tuple[str, ...]
    scores: tuple[ScoreView, ...]
    score_board: tuple[Column, ...]
    lines: tuple[LineFact, ...]
    fix: str
    fix_ready: str
    fix_author: str
    milestones: tuple[MilestoneView, ...]
    confirmed_by: tuple[str, ...]
    embargo: str
    embargoed: bool
    embargo_until: str
    embargo_left: str
    unilateral: bool
    disagreed: int
    proposals: tuple[ProposalView, ...]
    advisory_id: str
    advisory: ev.AdvisoryDrafted | None
    draft_mitigation: str
    no_mitigation_known: bool
    cve_id: str
    cve_state: str
    cve_count: str
    published: str
    revision: int
    failure: str
    rejection: str
    appealed: bool
    duplicate_of: str
    people: tuple[PartyView, ...] = ()
    parties: tuple[PartyView, ...] = ()
    party_threads: Mapping[str, tuple[MessageView, ...]] = {}
    distributors: bool = False
    distributor_thread: tuple[MessageView, ...] = ()
    merged: tuple[CaseRef, ...] = ()
    merged_into: CaseRef = ""
    split_into: tuple[CaseRef, ...] = ()
    continues: CaseRef = ""
    candidates: tuple[Candidate, ...] = ()
    embargo_at: datetime | None = None


def promise(found: Promise, now: datetime) -> PromiseView:
    """Say one promise as it stands at `now`."""
    return PromiseView(
        name=found.name,
        title=found.title,
        due=words.instant(found.due_at),
        left="" if found.kept_at else words.until(found.due_at, now),
        state=found.state(now).value,
        kept=words.instant(found.kept_at),
        cite=found.cite,
        mark="" if found.kept_at else words.urgency(found.due_at, now),
        missing=found.missing,
        explain=found.explain,
    )


def proposal(case: Case, found: Proposal, now: datetime) -> ProposalView:
    """Say one proposal of an embargo's end as it stands at `now`."""
    return ProposalView(
        id=found.id,
        by=people.called(case, found.by),
        ends_at=words.instant(found.ends_at),
        in_words=words.until(found.ends_at, now),
        respond_by=words.instant(found.respond_by),
        fate=found.fate.value,
        ours=found.by == VENDOR,
        open=found.fate is Fate.OPEN,
        instant=found.ends_at,
    )


def milestone(found: Milestone) -> MilestoneView:
    """Say one step of the fix and every plan there was for it."""
    plans = tuple(
        PlanView(
            at=words.instant(each.at) if each.at else "dropped", said_at=words.instant(each.said_at), note=each.note
        )
        for each in found.plans
    )
    return MilestoneView(name=found.name, at=plans[-1].at, plans=plans)


def score(found: ev.ScoreSet, offers: Options, counts: ev.ScoreSet | None) -> ScoreView:
    """Say one score and who gave it; `counts` is the one that counts."""
    return ScoreView(
        vector=found.vector,
        score=found.score,
        rating=found.rating,
        scorer=offers.name(found.scorer),
        authoritative=found is counts,
        provisional=found.provisional,
    )
