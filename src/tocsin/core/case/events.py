# SPDX-License-Identifier: Apache-2.0
"""Everything that can stand in a case's journal. Names are `subject.verb` and are for ever: a golden file lists them.

An event is a fact that happened, in the past tense, with all it needs to be replayed years later; it never asks what
the policy or the clock says now. What follows from an event is in `evolve`; whether it may happen is in `decide`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.case.approval import ApprovalAsked, ApprovalGiven, CaseShredded, GlassBroken
from tocsin.core.case.assess_events import PointSaid
from tocsin.core.case.drafting import AdvisoryWords
from tocsin.core.case.party_events import (
    CaseAbsorbed,
    CaseContinued,
    CaseMerged,
    CaseSplit,
    CaseTransferred,
    CreditWished,
    MessageResent,
    PartyAgreed,
    PartyConsented,
    PartyDeclined,
    PartyInvited,
    PartyLeft,
    PartyMoved,
    PartyProgressed,
    ZoneTold,
)
from tocsin.core.case.record_events import (
    AdvisoryWithdrawn,
    CveEvent,
    HardeningNoted,
    MilestoneSet,
    MomentRecorded,
    ReproductionRecorded,
)
from tocsin.core.intake import Attachment, Letter, Report
from tocsin.core.policy.adherence import Adherence
from tocsin.core.policy.changes import Moved
from tocsin.core.policy.facts import LineFact
from tocsin.core.publication import Planned
from tocsin.core.publication.events import PublicationDisarmed, TargetEvent
from tocsin.core.vocabulary import Actor, Audience, CaseRef, ProjectId, RejectionClass, Value


class ReportReceived(Value, tag="report.received"):
    """The first entry of every case; pins the policy in force when the report arrived (S1). `held` says that it came in
    beyond a quota or during a pause."""

    case: CaseRef
    project: ProjectId
    policy: str
    report: Report
    room: str = ""
    held: bool = False


class MessageSent(Value, tag="message.sent"):
    """Words of the project to one audience, or to one `party`. `automatic` words never stop a clock (S22)."""

    audience: Audience
    text: str
    party: str = ""
    plan: str = ""
    workarounds: str = ""
    automatic: bool = False
    attachments: tuple[Attachment, ...] = ()


class MessageReceived(Value, tag="message.received"):
    """Words of the reporter, or of the `party` that is named."""

    text: str
    party: str = ""
    attachments: tuple[Attachment, ...] = ()
    letter: Letter | None = None


class CaseAssigned(Value, tag="case.assigned"):
    """A lead took or was given the case."""

    lead: str
    lead_name: str = ""


class CaseInvestigated(Value, tag="case.investigated"):
    """The investigation record: effects and criticality, the first step of both policies (S35)."""

    effect: str
    criticality: str
    affected_versions: str = ""
    cwe: tuple[str, ...] = ()
    reproduced: bool = False


class CaseValidated(Value, tag="case.validated"):
    """The report was judged to describe a vulnerability (RM: Received or Invalid to Valid)."""


class CaseAccepted(Value, tag="case.accepted"):
    """The project will work on it (RM: Valid or Deferred to Accepted). The advisory draft exists from here (S41)."""

    advisory_id: str


class CaseDeferred(Value, tag="case.deferred"):
    """Valid, but not being worked on now (RM: to Deferred); also the state of a duplicate."""

    reason: str = ""


class CaseRejected(Value, tag="case.rejected"):
    """Judged not a vulnerability of this project, with the class and the reason the reporter was given (S36)."""

    rejection: RejectionClass
    reason: str


class InfoRequested(Value, tag="case.info_requested"):
    """The reporter was asked for more; the case stays open until a person decides (S33)."""

    question: str


class CaseDuplicated(Value, tag="case.duplicated"):
    """The same matter as another case; passes through Valid to Deferred (RM)."""

    of: CaseRef


class CaseAppealed(Value, tag="case.appealed"):
    """The reporter asked for a second look at a rejection (Invalid to Valid needs another person)."""

    text: str


class CaseClosed(Value, tag="case.closed"):
    """The end (RM: Closed). `outcome` is one of the policy's outcomes, `adherence` how each promise was kept (S2)."""

    outcome: str
    note: str = ""
    adherence: tuple[Adherence, ...] = ()


class PolicyAdopted(Value, tag="policy.adopted"):
    """An open case was put under another policy; `moved` is what that did to its deadlines, as shown before (S1)."""

    policy: str
    moved: tuple[Moved, ...] = ()


class ScoreSet(Value, tag="score.set"):
    """A CVSS vector by one scorer. The project's final call is its latest authoritative one (S43), of the CVSS version
    that its policy prefers where there is one; those of other versions stand beside it."""

    vector: str
    score: float
    rating: str
    scorer: str
    authoritative: bool = True
    provisional: bool = False
    preferred: bool = False
    reason: str = ""


class Asked(Value):
    """What git was asked about the fix: every `fix` commit is needed, any `introduced` one brings the fault.

    `same` and `other` are pairs of commits that a person found to be the same change, or not (commit, of, by whom).
    """

    fix: tuple[str, ...] = ()
    introduced: tuple[str, ...] = ()
    same: tuple[tuple[str, str, str], ...] = ()
    other: tuple[tuple[str, str, str], ...] = ()


class LinesSet(Value, tag="lines.set"):
    """The affected-lines table as it stands now: whole, never a patch, so that a replay cannot drift.

    `asked` is what git was asked, where the table came from git; None leaves what was asked before as it was.
    """

    lines: tuple[LineFact, ...]
    asked: Asked | None = None


class FixSet(Value, tag="fix.set"):
    """A fix is ready: who wrote it and where it lies (CS: F)."""

    author: str
    reference: str = ""


class FixConfirmed(Value, tag="fix.confirmed"):
    """Somebody other than the author confirmed that the fix works (S54)."""

    by: str
    note: str = ""


class EmbargoProposed(Value, tag="embargo.proposed"):
    """A disclosure instant was proposed or, when one holds already, a revision of it (EM: p)."""

    proposal: str
    ends_at: datetime
    respond_by: datetime | None = None
    reason_class: str = ""
    reason: str = ""


class EmbargoAccepted(Value, tag="embargo.accepted"):
    """A proposal was accepted (EM: a)."""

    proposal: str


class EmbargoRejected(Value, tag="embargo.rejected"):
    """A proposal was rejected (EM: r)."""

    proposal: str
    reason: str = ""


class EmbargoDecided(Value, tag="embargo.decided"):
    """The project used its final say without agreement, and said why (S53)."""

    proposal: str
    ends_at: datetime
    reason: str


class EmbargoEnded(Value, tag="embargo.ended"):
    """The embargo was ended (EM: t): `leaked`, `early`, `public`, `attacked` or `published`; why, in words."""

    why: str
    reason: str = ""


class EmbargoLapsed(Value, tag="embargo.lapsed"):
    """Time passed: the agreed end arrived, or a proposal's answer was due and nobody answered (EM: t or r)."""

    why: str


class StateObserved(Value, tag="state.observed"):
    """One bit of the case state turned: public aware, exploit public, attacks observed (CS)."""

    bit: str
    note: str = ""


class AdvisoryDrafted(AdvisoryWords, tag="advisory.drafted"):
    """The words of the advisory, as they stand from here on."""


class CveSet(Value, tag="cve.set"):
    """The CVE id of the case and its state: `reserved`, `published` or `rejected` (S10, S46).

    `assigner` is the organisation UUID of the CNA that assigned it, `assigner_name` its short name in CVE Services.
    """

    cve_id: str
    state: str = "reserved"
    assigner: str = ""
    assigner_name: str = ""


class PublicationOrdered(Value, tag="publication.ordered"):
    """A person ordered publication of exactly these bytes (the digest) at an instant; the worker performs it (S58).

    `targets` is the plan with the digest `plan`; without one it is the project's own page alone. `armed` says that the
    instant was agreed on, and did not just come.
    """

    advisory_id: str
    digest: str
    at: datetime
    summary: str = ""
    plan: str = ""
    targets: tuple[Planned, ...] = ()
    armed: bool = False


class AdvisoryPublished(Value, tag="advisory.published"):
    """The documents were published and read back; names and SHA-256 of each."""

    advisory_id: str
    revision: int
    summary: str
    documents: tuple[tuple[str, str], ...]


class PublicationFailed(Value, tag="publication.failed"):
    """A publication step did not hold; nothing after it was done, and it can be resumed."""

    advisory_id: str
    step: str
    reason: str


class PromiseWarned(Value, tag="promise.warned"):
    """Somebody was told that a promise is at this share of its time; once per share and start (S20)."""

    promise: str
    share: int
    due_at: datetime
    told: str


Event = (
    ReportReceived | MessageSent | MessageReceived
    | CaseAssigned | CaseInvestigated | CaseValidated | CaseAccepted | CaseDeferred | CaseRejected | InfoRequested
    | CaseDuplicated | CaseAppealed | CaseClosed | PolicyAdopted | GlassBroken | CaseShredded
    | ScoreSet | LinesSet | FixSet | FixConfirmed
    | EmbargoProposed | EmbargoAccepted | EmbargoRejected | EmbargoDecided | EmbargoEnded | EmbargoLapsed
    | StateObserved | AdvisoryDrafted | AdvisoryWithdrawn | CveSet
    | PublicationOrdered | AdvisoryPublished | PublicationFailed | PromiseWarned
    | PointSaid | ApprovalAsked | ApprovalGiven | MomentRecorded | HardeningNoted | MilestoneSet | ReproductionRecorded
    | PartyInvited | PartyConsented | PartyDeclined | PartyMoved | PartyProgressed | PartyLeft | PartyAgreed
    | ZoneTold | CreditWished | MessageResent | CaseMerged | CaseAbsorbed | CaseSplit | CaseContinued | CaseTransferred
    | TargetEvent | PublicationDisarmed | CveEvent
)  # fmt: skip


class Entry(Value):
    """One line of the journal: what happened, when, by whom, and where it stands."""

    seq: int
    at: datetime
    actor: Actor
    event: Event


def name(event: Event) -> str:
    """Return the event's `subject.verb` name."""
    return str(event.__struct_config__.tag)


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Entry)


def encode(entry: Entry) -> bytes:
    """Encode one entry for sealing."""
    return _ENCODER.encode(entry)


def decode(data: bytes) -> Entry:
    """Decode one entry; raises msgspec.ValidationError for anything this version did not write."""
    return _DECODER.decode(data)
