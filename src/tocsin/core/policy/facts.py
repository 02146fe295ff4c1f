# SPDX-License-Identifier: Apache-2.0
"""All that a clause may know: the facts of a case, and the move somebody wants to make.

Policy sits below case. A clause therefore never imports a case, a command or an event; `core.case` fills these two
narrow values and asks. Whatever is not here, a promise cannot depend on.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tocsin.core.vocabulary import Actor, Affectedness, RejectionClass, ReportKind, Role, Value


class LineFact(Value):
    """One release line of a product as the case knows it now."""

    line: str
    state: Affectedness = Affectedness.REVIEW
    supported: bool = True
    introduced: str = ""
    fixed_in: str = ""
    commit: str = ""
    reason: str = ""
    waiver: str = ""
    waived_by: str = ""
    tested: bool = False


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
    def investigated(self) -> bool: ...
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
    def cve_id(self) -> str: ...
    @property
    def cve_state(self) -> str:
        """`none`, `reserved`, `published` or `rejected`."""

    @property
    def internal_only(self) -> bool: ...
    @property
    def promises_met(self) -> tuple[PromiseFact, ...]: ...


class MoveName(StrEnum):
    """The moves a clause can be asked about; `core.case.commands` has one command for each."""

    REPORT = "report"
    REPLY = "reply"
    NOTE = "note"
    ASSIGN = "assign"
    INVESTIGATE = "investigate"
    ACCEPT = "accept"
    REJECT = "reject"
    NEED_INFO = "need-info"
    DUPLICATE = "duplicate"
    APPEAL = "appeal"
    SCORE = "score"
    SET_LINES = "set-lines"
    SET_FIX = "set-fix"
    CONFIRM_FIX = "confirm-fix"
    PROPOSE_EMBARGO = "propose-embargo"
    ACCEPT_EMBARGO = "accept-embargo"
    REJECT_EMBARGO = "reject-embargo"
    DECIDE_EMBARGO = "decide-embargo"
    END_EMBARGO = "end-embargo"
    DRAFT_ADVISORY = "draft-advisory"
    SET_CVE = "set-cve"
    PUBLISH = "publish"
    CLOSE = "close"


class Move(Value):
    """What somebody wants to do, in the words a clause needs; fields that a move does not have stay empty."""

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
    vector: str = ""
    approved_by: tuple[str, ...] = ()
