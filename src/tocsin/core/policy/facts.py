# SPDX-License-Identifier: Apache-2.0
"""All that a clause may know: the facts of a case, and the move somebody wants to make.

Policy sits below case. A clause therefore never imports a case, a command or an event; `core.case` fills these two
narrow values and asks. Whatever is not here, a promise cannot depend on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from tocsin.core.vocabulary import (
    Actor,
    Affectedness,
    MoveName,
    RejectionClass,
    ReportKind,
    Role,
    Value,
)

__all__ = ["Facts", "Known", "LineEvidence", "LineFact", "LineTest", "Move", "MoveName", "PromiseFact"]


class LineTest(Value):
    """One run of the project's tests on one line: what was run on which commit, where, when, and how it ended.

    `before` says whether the reproducer showed the fault without the fix, `after` whether it was gone with it. `log` is
    the end of what was printed, `log_sha256` that of all of it.
    """

    commit: str
    command: str
    before: bool
    after: bool
    at: datetime
    seconds: float = 0.0
    machine: str = ""
    log: str = ""
    log_sha256: str = ""

    @property
    def passed(self) -> bool:
        """Whether the fix is proven: the fault was there before it, and is not after it."""
        return self.before and self.after


class LineEvidence(Value):
    """One reason for what is said of a line. What is not `strong` waits for a person: is `commit` the same as `of`?"""

    rule: str
    says: str
    strong: bool = True
    commit: str = ""
    of: str = ""


class LineFact(Value):
    """One release line of a product as the case knows it now.

    `evidence` says why git, or a person, came to that; `tests` are the latest runs on the line.
    """

    line: str
    state: Affectedness = Affectedness.REVIEW
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
    evidence: tuple[LineEvidence, ...] = ()
    tests: tuple[LineTest, ...] = ()


class PromiseFact(Value):
    """Something the project said or did, with its instant: `name` is the clause's own word for it."""

    name: str
    at: datetime


class Facts(Protocol):
    """Read-only view of one case, filled by `core.case.model.Case`. Every instant is UTC; None means not yet."""

    @property
    def received_at(self) -> datetime: ...
    @property
    def kind(self) -> ReportKind: ...
    @property
    def public(self) -> bool: ...
    @property
    def exploited(self) -> bool: ...
    @property
    def attacked(self) -> bool: ...
    @property
    def first_feedback_at(self) -> datetime | None:
        """First message to the reporter written by a person. An automatic acknowledgement does not count (S22)."""

    @property
    def plan_sent_at(self) -> datetime | None:
        """First message to the reporter that carried an investigation plan (S22)."""

    @property
    def workarounds_sent_at(self) -> datetime | None:
        """First message to the reporter that carried workarounds or said that none are known (S23)."""

    @property
    def reporter_waits_since(self) -> datetime | None:
        """Instant of the oldest reporter message that no person has answered yet (S37)."""

    @property
    def reporter_owes_since(self) -> datetime | None:
        """Instant of the oldest question of ours that the reporter has not answered yet (S33)."""

    @property
    def investigated(self) -> bool: ...
    @property
    def effect(self) -> str:
        """What the vulnerability does, as investigated; empty when not recorded (S35). So are the next two."""

    @property
    def criticality(self) -> str: ...
    @property
    def affected_versions(self) -> str: ...
    @property
    def decided_at(self) -> datetime | None:
        """When the report was accepted, rejected or marked duplicate for the last time."""

    @property
    def conversation_at(self) -> datetime | None:
        """First message to the reporter by a person at or after the decision (S20, step 3)."""

    @property
    def accepted_at(self) -> datetime | None: ...
    @property
    def closed_at(self) -> datetime | None: ...
    @property
    def rejection(self) -> RejectionClass | None: ...
    @property
    def vector(self) -> str:
        """Authoritative CVSS vector, empty when not scored."""

    @property
    def cwe(self) -> tuple[str, ...]: ...
    @property
    def lines(self) -> tuple[LineFact, ...]: ...
    @property
    def mitigation(self) -> str: ...
    @property
    def no_mitigation_known(self) -> bool:
        """The explicit 'none known' that policies ask for instead of an empty field (S62)."""

    @property
    def fix_ready_at(self) -> datetime | None: ...
    @property
    def fix_confirmed_by(self) -> tuple[str, ...]:
        """Actor ids that confirmed the fix; `fix_author` is not among them when the promise is kept (S54)."""

    @property
    def fix_author(self) -> str: ...
    @property
    def embargo_until(self) -> datetime | None: ...
    @property
    def embargo_proposed_at(self) -> datetime | None: ...
    @property
    def embargo_rejections(self) -> int: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def advisory_id(self) -> str: ...
    @property
    def cve_id(self) -> str: ...
    @property
    def cve_state(self) -> str:
        """`none`, `reserved`, `published` or `rejected`."""

    @property
    def internal_only(self) -> bool: ...
    @property
    def promises_met(self) -> tuple[PromiseFact, ...]: ...


class Known(Value):
    """Facts as plain values, for stories, previews and everybody who has no case at hand."""

    received_at: datetime
    kind: ReportKind = ReportKind.FOUND
    public: bool = False
    exploited: bool = False
    attacked: bool = False
    first_feedback_at: datetime | None = None
    plan_sent_at: datetime | None = None
    workarounds_sent_at: datetime | None = None
    reporter_waits_since: datetime | None = None
    reporter_owes_since: datetime | None = None
    investigated: bool = False
    effect: str = ""
    criticality: str = ""
    affected_versions: str = ""
    decided_at: datetime | None = None
    conversation_at: datetime | None = None
    accepted_at: datetime | None = None
    closed_at: datetime | None = None
    rejection: RejectionClass | None = None
    vector: str = ""
    cwe: tuple[str, ...] = ()
    lines: tuple[LineFact, ...] = ()
    mitigation: str = ""
    no_mitigation_known: bool = False
    fix_ready_at: datetime | None = None
    fix_confirmed_by: tuple[str, ...] = ()
    fix_author: str = ""
    embargo_until: datetime | None = None
    embargo_proposed_at: datetime | None = None
    embargo_rejections: int = 0
    published_at: datetime | None = None
    advisory_id: str = ""
    cve_id: str = ""
    cve_state: str = "none"
    internal_only: bool = False
    promises_met: tuple[PromiseFact, ...] = ()


class Move(Value):
    """What somebody wants to do, in the words a clause needs; fields that a move does not have stay empty.

    `ends_at` is the instant that the move is about: when an embargo ends, or for which publication is armed.
    `to_nobody` says that a case is left without a lead, as it was when it came in.
    """

    name: MoveName
    actor: Actor
    text: str = ""
    plan: str = ""
    workarounds: str = ""
    automatic: bool = False
    rejection: RejectionClass | None = None
    reason_class: str = ""
    ends_at: datetime | None = None
    assignee_roles: frozenset[Role] = frozenset()
    to_nobody: bool = False
    vector: str = ""
    authoritative: bool = True
    cve_state: str = ""
    approved_by: tuple[str, ...] = ()
