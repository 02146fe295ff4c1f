# SPDX-License-Identifier: Apache-2.0
"""One case as its journal says it is now. Built by `evolve` only; also the `Facts` that policy clauses may read.

Message texts are not here: they stay in the journal and are read page by page, so that opening a case with a long
thread costs what its decisions cost. Nothing here depends on the clock or on the policy's numbers.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Final

import msgspec

from tocsin.core.case.approval import Ask, Glass
from tocsin.core.case.drafting import CreditGiven, mitigates
from tocsin.core.case.effort import Sitting
from tocsin.core.case.events import AdvisoryDrafted, Asked, ScoreSet
from tocsin.core.case.negotiation import Negotiation
from tocsin.core.case.parties import Absorbed, Party
from tocsin.core.case.record_events import CveCounted
from tocsin.core.case.tables import RM
from tocsin.core.intake import Report
from tocsin.core.policy.adherence import Adherence
from tocsin.core.policy.facts import LineFact, PromiseFact
from tocsin.core.publication import Run
from tocsin.core.vocabulary import CaseRef, ProjectId, RejectionClass, ReportKind, Value

VENDOR: Final = "vendor"
REPORTER: Final = "reporter"


class Plan(Value):
    """One version of a milestone: for when it was planned (None: dropped), when that was said, and why."""

    at: datetime | None
    said_at: datetime
    note: str = ""


class Milestone(Value):
    """A step of the fix with every plan there was for it, oldest first (S38)."""

    name: str
    plans: tuple[Plan, ...]

    @property
    def at(self) -> datetime | None:
        """For when it is planned now."""
        return self.plans[-1].at


class Writer(Value):
    """Somebody who writes by mail: the reporter (`who` is empty) or a party, the address last written from, and the ids
    by which an answer finds its thread: the first message and the last ten (RFC 5322, section 3.6.4)."""

    who: str
    address: str
    name: str = ""
    proven: bool = False
    opened: bool = False
    """Whether they ever wrote encrypted: from then on nothing is said to them in clear."""
    message_ids: tuple[str, ...] = ()


class Reproduction(Value):
    """What one person saw on one version: the fault, or not (S29)."""

    version: str
    reproduced: bool
    at: datetime
    by: str
    by_name: str = ""
    configuration: str = ""
    note: str = ""


class Case(Value):
    """State of one case after `seq` journal entries."""

    ref: CaseRef
    project: ProjectId
    policy: str
    seq: int
    report: Report
    received_at: datetime
    updated_at: datetime
    touched_at: datetime | None = None
    room: str = ""

    rm: RM = RM.RECEIVED
    state: str = "Vfdpxa"
    embargo: Negotiation = Negotiation()
    embargo_why: str = ""

    lead: str = ""
    lead_name: str = ""
    investigated: bool = False
    effect: str = ""
    criticality: str = ""
    affected_versions: str = ""
    cwe: tuple[str, ...] = ()

    first_feedback_at: datetime | None = None
    acknowledged_at: datetime | None = None
    plan_sent_at: datetime | None = None
    workarounds_sent_at: datetime | None = None
    workarounds: str = ""
    conversation_at: datetime | None = None
    reporter_waits_since: datetime | None = None
    reporter_owes_since: datetime | None = None
    last_reporter_at: datetime | None = None
    held: bool = False
    sittings: tuple[Sitting, ...] = ()
    worked: int = 0
    messages: int = 0
    writers: tuple[Writer, ...] = ()

    decided_at: datetime | None = None
    decided_by: str = ""
    accepted_at: datetime | None = None
    rejection: RejectionClass | None = None
    duplicate_of: CaseRef = ""
    appealed: bool = False
    appeals: int = 0
    closed_at: datetime | None = None
    outcome: str = ""
    adherence: tuple[Adherence, ...] = ()

    scores: tuple[ScoreSet, ...] = ()
    lines: tuple[LineFact, ...] = ()
    asked: Asked = Asked()
    published_lines: tuple[LineFact, ...] = ()
    fix_ready_at: datetime | None = None
    remedied_at: datetime | None = None
    fix_author: str = ""
    fix_reference: str = ""
    fix_confirmed_by: tuple[str, ...] = ()

    advisory_id: str = ""
    advisory: AdvisoryDrafted | None = None
    cve_id: str = ""
    cve_state: str = "none"
    cve_assigner: str = ""
    cve_assigner_name: str = ""
    cve_wanted: str = ""
    cve_counted: CveCounted | None = None
    ordered_digest: str = ""
    ordered_at: datetime | None = None
    published_at: datetime | None = None
    withdrawn_because: str = ""
    superseded_by: str = ""
    withdrawn_at: datetime | None = None
    ordered_summary: str = ""
    run: Run | None = None
    revisions: tuple[tuple[int, datetime, str], ...] = ()
    documents: tuple[tuple[str, str], ...] = ()
    failure: str = ""
    warned: tuple[tuple[str, int, datetime], ...] = ()
    asks: tuple[Ask, ...] = ()
    glass: tuple[Glass, ...] = ()
    shredded_at: datetime | None = None
    recorded: tuple[PromiseFact, ...] = ()
    hardening: str = ""
    ssvc: tuple[tuple[str, str], ...] = ()
    public_agreed_at: datetime | None = None
    reporter_zone: str = ""
    milestones: tuple[Milestone, ...] = ()
    reproductions: tuple[Reproduction, ...] = ()

    parties: tuple[Party, ...] = ()
    absorbed: tuple[Absorbed, ...] = ()
    merged_into: CaseRef = ""
    split_into: tuple[CaseRef, ...] = ()
    continues: CaseRef = ""

    @property
    def reports(self) -> tuple[Report, ...]:
        """Every report of this matter, each with a credit of its own: the first, then those merged in (S76)."""
        return (self.report, *(each.report for each in self.absorbed))

    @property
    def credits_wished(self) -> tuple[CreditGiven, ...]:
        """Who wants to be credited, and how, by every report of this matter, each name once (S27, S76)."""
        wished = {
            name: CreditGiven(name=name, organization=who.affiliation, consent=True)
            for who in (each.identity for each in self.reports)
            if (name := who.credited)
        }
        return tuple(wished.values())

    @property
    def revision(self) -> int:
        """Number of the newest published revision, 0 before the first."""
        return self.revisions[-1][0] if self.revisions else 0

    @property
    def taken_back(self) -> bool:
        """Whether the advisory is taken back, as the next revision says it; `withdrawn_at` is since when it is."""
        return bool(self.withdrawn_because or self.superseded_by)

    @property
    def change(self) -> str:
        """What the next revision is about, for the public history: the words of the order, or what goes without."""
        if self.ordered_summary or not self.revisions:
            return self.ordered_summary or "First publication."
        if self.taken_back and not self.withdrawn_at:
            return f"Superseded by {self.superseded_by}." if self.superseded_by else "Withdrawn."
        return "Updated."

    @property
    def kind(self) -> ReportKind:
        """What the finder said they hold."""
        return self.report.kind

    @property
    def public(self) -> bool:
        """Whether the public is aware (CS: P)."""
        return "P" in self.state

    @property
    def exploited(self) -> bool:
        """Whether an exploit is public (CS: X)."""
        return "X" in self.state

    @property
    def attacked(self) -> bool:
        """Whether attacks were observed (CS: A)."""
        return "A" in self.state

    @property
    def score(self) -> ScoreSet | None:
        """The project's final call (S43): its latest score of the version its policy prefers, else its latest."""
        ours = [score for score in self.scores if score.authoritative]
        return next(reversed([score for score in ours if score.preferred] or ours), None)

    @property
    def vector(self) -> str:
        """Vector of the authoritative score, empty when there is none."""
        return self.score.vector if self.score else ""

    @property
    def title(self) -> str:
        """The title people work under: the advisory's once there is one, else the report's."""
        return self.advisory.title if self.advisory and self.advisory.title else self.report.title

    @property
    def mitigation(self) -> str:
        """The mitigation as drafted; until somebody edits it, the workarounds that the first answer named (S23)."""
        return self.advisory.mitigation if self.advisory else mitigates(self.workarounds)

    @property
    def no_mitigation_known(self) -> bool:
        """Whether the draft says in so many words that no mitigation is known (S62)."""
        return bool(self.advisory and self.advisory.no_mitigation_known)

    @property
    def embargo_until(self) -> datetime | None:
        """The instant the active embargo ends."""
        return self.embargo.ends_at if self.embargo.in_force else None

    @property
    def embargo_proposed_at(self) -> datetime | None:
        """When the oldest proposal that is still open was made."""
        return min((proposal.proposed_at for proposal in self.embargo.open_proposals), default=None)

    @property
    def embargo_rejections(self) -> int:
        """How many proposals were rejected so far."""
        return self.embargo.rejections

    @property
    def internal_only(self) -> bool:
        """Whether the case ended without publication (S10)."""
        return self.outcome == "fix-only-internal"

    @property
    def promises_met(self) -> tuple[PromiseFact, ...]:
        """What was said or done, by name, for clauses that only ask whether and when."""
        named = {
            "acknowledgement": self.acknowledged_at,
            "first-feedback": self.first_feedback_at,
            "plan": self.plan_sent_at,
            "workarounds": self.workarounds_sent_at,
            "conversation": self.conversation_at,
            "decision": self.decided_at,
            "publication": self.published_at,
        }
        return (*(PromiseFact(name=name, at=at) for name, at in named.items() if at), *self.recorded)


FOLD: Final = 1
"""Raised when `evolve` makes something else of the same events, so that no snapshot tells what is no longer so."""


class _Kept(Value):
    """A snapshot: the case, and the edition of these rules that made it."""

    edition: str
    case: msgspec.Raw


@cache
def edition() -> str:
    """Name what a case consists of here, and how it is folded: a snapshot of another edition lacks what is new."""
    shape = msgspec.json.encode(msgspec.json.schema(Case), order="sorted")
    return f"{FOLD}-{sha256(shape).hexdigest()[:16]}"


def encode(case: Case) -> bytes:
    """Encode a case for a sealed snapshot."""
    return msgspec.json.encode(_Kept(edition=edition(), case=msgspec.Raw(msgspec.json.encode(case))))


def decode(data: bytes) -> Case:
    """Decode a snapshot; raises msgspec.ValidationError for one that another edition wrote: replay instead."""
    kept = _KEPT.decode(data)
    if kept.edition != edition():
        raise msgspec.ValidationError(f"edition {kept.edition} instead of {edition()}")
    return _CASE.decode(kept.case)


_KEPT: Final = msgspec.json.Decoder(_Kept)
_CASE: Final = msgspec.json.Decoder(Case)
