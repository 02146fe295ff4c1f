# SPDX-License-Identifier: Apache-2.0
"""Everything somebody can ask of a case. One value per move; web, mail, API, CLI and the clock all speak these.

A command is a wish: `decide` turns it into events or a refusal. Ids that need randomness are minted by the caller and
travel in the command, so that deciding stays pure.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.case.cve_commands import CveCommand
from tocsin.core.case.drafting import AdvisoryWords
from tocsin.core.case.events import Asked
from tocsin.core.case.party_commands import (
    Absorb,
    Consent,
    Continue,
    Decline,
    Invite,
    LetGo,
    MergeInto,
    MoveParty,
    PassOn,
    Resend,
    SetCredit,
    SetProduct,
    SetZone,
    SplitOff,
    Transfer,
)
from tocsin.core.case.record_commands import RecordCommand
from tocsin.core.case.target_commands import TargetCommand
from tocsin.core.intake import Attachment, Letter, Report
from tocsin.core.policy.changes import Moved
from tocsin.core.policy.facts import LineFact
from tocsin.core.publication import Planned
from tocsin.core.vocabulary import Audience, CaseRef, ProjectId, RejectionClass, Value


class Answer(Value):
    """Words to the reporter that go with a decision; first feedback must hold plan and workarounds (S22, S23)."""

    text: str = ""
    plan: str = ""
    workarounds: str = ""


class SubmitReport(Value, tag="report"):
    """Open a case from a report; `held` where it waits beside the queue for a second look."""

    case: CaseRef
    project: ProjectId
    policy: str
    report: Report
    room: str = ""
    held: bool = False


class Say(Value, tag="say"):
    """Write to an audience, or to one `party`; `TEAM` is an internal note and never leaves the desk (S64)."""

    audience: Audience
    text: str
    party: str = ""
    plan: str = ""
    workarounds: str = ""
    automatic: bool = False
    attachments: tuple[Attachment, ...] = ()


class Hear(Value, tag="hear"):
    """The reporter writes, or the party that sends it; by mail with its `letter`."""

    text: str
    attachments: tuple[Attachment, ...] = ()
    letter: Letter | None = None


class Assign(Value, tag="assign"):
    """Give the case a lead; `lead_roles` are that person's roles in the project, looked up by the caller (S19)."""

    lead: str
    lead_name: str = ""
    lead_roles: tuple[str, ...] = ()


class Investigate(Value, tag="investigate"):
    """Record effects and criticality (S35)."""

    effect: str
    criticality: str
    affected_versions: str = ""
    cwe: tuple[str, ...] = ()
    reproduced: bool = False


class Accept(Value, tag="accept"):
    """Accept the report as a vulnerability of the project; `advisory_id` is reserved by the caller. Where nobody leads
    the case, whoever accepts it does from then on, if their roles and the policy let them."""

    advisory_id: str
    answer: Answer = Answer()


class Reject(Value, tag="reject"):
    """Decide that it is not a vulnerability here; the reason goes to the reporter (S36)."""

    rejection: RejectionClass
    reason: str


class NeedInfo(Value, tag="need-info"):
    """Ask the reporter for more (S33)."""

    question: str


class MarkDuplicate(Value, tag="duplicate"):
    """Say that another case holds the same matter; the reporter is told without learning anything about it."""

    of: CaseRef
    answer: Answer = Answer()


class Appeal(Value, tag="appeal"):
    """The reporter asks for a second look at a rejection (S36)."""

    text: str


class Reconsider(Value, tag="reconsider"):
    """Take a rejected, deferred or appealed report up again."""

    reason: str


class SetScore(Value, tag="score"):
    """Score with a CVSS 3.0, 3.1 or 4.0 vector; never a gate (S44)."""

    vector: str
    authoritative: bool = True
    provisional: bool = False
    reason: str = ""


class SetLines(Value, tag="set-lines"):
    """State which release lines are affected, fixed, waived or not affected; `asked` when git was asked for it."""

    lines: tuple[LineFact, ...]
    asked: Asked | None = None


class SetFix(Value, tag="set-fix"):
    """Say that a fix is ready, who wrote it and where it lies."""

    author: str
    reference: str = ""


class ConfirmFix(Value, tag="confirm-fix"):
    """Confirm that the fix works; not by its author (S54)."""

    note: str = ""


class ProposeEmbargo(Value, tag="propose-embargo"):
    """Propose a disclosure instant, or a revision of the one that holds."""

    proposal: str
    ends_at: datetime
    respond_by: datetime | None = None
    reason_class: str = ""
    reason: str = ""


class AcceptEmbargo(Value, tag="accept-embargo"):
    """Accept a proposal."""

    proposal: str


class RejectEmbargo(Value, tag="reject-embargo"):
    """Reject a proposal."""

    proposal: str
    reason: str = ""


class DecideEmbargo(Value, tag="decide-embargo"):
    """Use the project's final say after disagreement (S53)."""

    proposal: str
    ends_at: datetime
    reason: str


class EndEmbargo(Value, tag="end-embargo"):
    """End the embargo now: `leaked` or `early`."""

    why: str
    reason: str = ""


class Observe(Value, tag="observe"):
    """Record that the matter is public (`P`), an exploit is (`X`), or attacks were seen (`A`)."""

    bit: str
    note: str = ""


class DraftAdvisory(AdvisoryWords, tag="draft-advisory"):
    """Write the words of the advisory."""


class SetCve(Value, tag="set-cve"):
    """Record the CVE id of the case, and which CNA assigned it (organisation UUID and short name in CVE Services)."""

    cve_id: str
    state: str = "reserved"
    assigner: str = ""
    assigner_name: str = ""


class Publish(Value, tag="publish"):
    """Publish the advisory. `confirmation` is its id, typed by the person; `digest` the preview they
    saw, `summary` what changed, for the public revision history.

    With `at` it is armed for that instant. `plan` is the digest of the plan that was shown, `targets` that plan;
    without targets only the project's own page is served.
    """

    confirmation: str
    digest: str
    summary: str = ""
    at: datetime | None = None
    plan: str = ""
    targets: tuple[Planned, ...] = ()


class Withdraw(Value, tag="withdraw"):
    """Take back what is public, with the next revision: say why, or name the advisory that stands in its place. With
    neither it stands again."""

    because: str = ""
    superseded_by: str = ""


class RecordPublication(Value, tag="record-publication"):
    """The worker's result: documents of the order `digest` written and read back."""

    advisory_id: str
    digest: str
    documents: tuple[tuple[str, str], ...]


class RecordFailure(Value, tag="record-failure"):
    """The worker's result: a step of the order `digest` that did not hold."""

    advisory_id: str
    digest: str
    step: str
    reason: str


class AskApproval(Value, tag="ask-approval"):
    """Ask a second person for what takes two; `wish` is that command, encoded."""

    wish: str


class Approve(Value, tag="approve"):
    """Say yes to exactly the wish with this digest; it is carried out with it."""

    digest: str


class BreakGlass(Value, tag="break-glass"):
    """Let somebody who sees no case read this one for `minutes`; `person` and `name` are theirs. Takes two people."""

    person: str
    name: str
    reason: str
    minutes: int = 60


class Shred(Value, tag="shred"):
    """Destroy the case's key for good; `digest` is `core.case.custody`'s of the case as seen. Takes two people."""

    digest: str
    reason: str


class Close(Value, tag="close"):
    """Close the case with one of the policy's outcomes (S78)."""

    outcome: str
    note: str = ""


class AdoptPolicy(Value, tag="adopt-policy"):
    """Put an open case under another version of its project's policy; `moved` is the diff the person saw (S1)."""

    policy: str
    moved: tuple[Moved, ...] = ()


class Tick(Value, tag="tick"):
    """The clock looks at the case: warnings that are due are told once."""


Command = (
    SubmitReport | Say | Hear | Assign | Investigate | Accept | Reject | NeedInfo | MarkDuplicate | Appeal | Reconsider
    | SetScore | SetLines | SetFix | ConfirmFix
    | ProposeEmbargo | AcceptEmbargo | RejectEmbargo | DecideEmbargo | EndEmbargo | Observe | BreakGlass | Shred
    | DraftAdvisory | Withdraw | SetCve | Publish | RecordPublication | RecordFailure | Close | AdoptPolicy | Tick
    | AskApproval | Approve
    | Invite | Consent | Decline | MoveParty | SetProduct | LetGo | PassOn | SetZone | SetCredit | Resend
    | MergeInto | Absorb | SplitOff | Continue | Transfer
    | RecordCommand | TargetCommand | CveCommand
)  # fmt: skip


def name(command: Command) -> str:
    """Return the command's name as the CLI and the API spell it."""
    return str(command.__struct_config__.tag)


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final[msgspec.json.Decoder[Command]] = msgspec.json.Decoder(Command)


def encode(command: Command) -> str:
    """Write a command down, for a wish that waits for a second person."""
    return _ENCODER.encode(command).decode()


def decode(text: str) -> Command | None:
    """Read a command that was written down; None for one that another version wrote and this one does not know."""
    try:
        return _DECODER.decode(text)
    except msgspec.MsgspecError:
        return None
