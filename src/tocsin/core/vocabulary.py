# SPDX-License-Identifier: Apache-2.0
"""The words of the field, each once: identifiers, enumerations, and the refusal value.

Everything else in `core` is written with these. What a word means is in GLOSSARY.md; which moves are possible between
states is in `core.case.tables`; who may make them is in `core.access`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeGuard, TypeVar, dataclass_transform

import msgspec

GHSA_ALPHABET: Final = "23456789cfghjmpqrvwx"
"""GitHub's look-alike-free alphabet; case ids use it so that they survive telephone and handwriting."""

CASE_REF = re.compile(rf"^[A-Z][A-Z0-9]{{1,9}}-\d{{4}}-[{GHSA_ALPHABET}]{{5}}$")
ADVISORY_ID = re.compile(r"^[A-Z][A-Z0-9]{1,9}-SA-\d{4}-\d{3,}$")
CVE_ID = re.compile(r"^CVE-\d{4}-\d{4,19}$")
PROJECT_ID = re.compile(r"^[a-z][a-z0-9-]{0,38}$")

CaseRef = str
"""`WHPG-2026-k7x4m`: prefix, year, five letters of `GHSA_ALPHABET`. Not sequential, so report volume does not leak."""

ProjectId = str
"""`warehousepg`: lower case, digits and dashes; stands in URLs."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A frozen value that can be journalled and travel: base of every command, event and record.

    Unknown fields are an error on decoding, so that a typo or a newer journal is never half-read.
    """


Derived = TypeVar("Derived")


class derived(Generic[Derived]):  # noqa: N801 - it is used as `property` is
    """A property that is worked out once and kept in the value's `__dict__` (`dict=True`), never written out.

    As `functools.cached_property`, which up to Python 3.11 takes a lock for it: values are frozen, so two threads that
    work it out at once find the same.
    """

    def __init__(self, make: Callable[[Any], Derived]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    def __get__(self, value: Any, owner: type) -> Derived:
        found = value.__dict__[self._name] = self._make(value)
        return found


class Refused(Value, tag="refused"):
    """A refusal: nothing changed, and this is why.

    `code` is stable and greppable, `because` is one sentence a person can act on, `rule` names the clause, table or
    section that says so, `cite` the policy line (`SECURITY.md:24`) where there is one, `missing` lists what would
    satisfy it, each item a short phrase.
    """

    code: str
    because: str
    rule: str = ""
    cite: str = ""
    missing: tuple[str, ...] = ()


class Role(StrEnum):
    """Roles (UX 3.15). All are held per project but the administrator's, which is the installation's: an administrator
    looks after people, projects and settings, and sees no case."""

    OWNER = "owner"
    MAINTAINER = "maintainer"
    RELEASE_MANAGER = "release-manager"
    TRIAGER = "triager"
    PUBLISHER = "publisher"
    COORDINATOR = "coordinator"
    DISTRIBUTOR = "distributor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


PROJECT_ROLES: Final[tuple[Role, ...]] = tuple(role for role in Role if role is not Role.ADMINISTRATOR)
"""Roles that a project's owners give."""


class ActorKind(StrEnum):
    """Who makes a move: a signed-in person, the reporter or another party by return phrase, the clock, or an adapter's
    result."""

    PERSON = "person"
    REPORTER = "reporter"
    PARTY = "party"
    CLOCK = "clock"
    SYSTEM = "system"


class Actor(Value):
    """The author of a command. `roles` are the roles held in the case's project at that moment; `via` is the API token
    that the person used, empty at the desk."""

    kind: ActorKind
    id: str
    name: str = ""
    roles: frozenset[Role] = frozenset()
    via: str = ""


CLOCK_ACTOR: Final = Actor(kind=ActorKind.CLOCK, id="clock", name="clock")
SYSTEM_ACTOR: Final = Actor(kind=ActorKind.SYSTEM, id="system", name="Tocsin")


class MoveName(StrEnum):
    """What can be done to a case: `core.case.commands` has one command for each, and clauses are asked about each."""

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
    TARGETS = "targets"
    CLOSE = "close"
    SHRED = "shred"
    BREAK_GLASS = "break-glass"
    ADOPT_POLICY = "adopt-policy"
    INVITE = "invite"
    PARTY = "party"
    WRITE = "write"
    RESEND = "resend"
    SHARE = "share"
    MERGE = "merge"
    SPLIT = "split"
    TRANSFER = "transfer"


class Audience(StrEnum):
    """Who reads a message. `TEAM` never leaves the desk (S64); `PARTY` is one named party, `DISTRIBUTORS` all of them
    who may see the case."""

    TEAM = "team"
    REPORTER = "reporter"
    PARTY = "party"
    DISTRIBUTORS = "distributors"


class ReportKind(StrEnum):
    """What the finder says they hold (S11, S32-S34)."""

    FOUND = "found"
    SUSPECTED = "suspected"
    DEPENDENCY = "dependency"
    ALREADY_PUBLIC = "already-public"


class Affectedness(StrEnum):
    """State of one supported line; `REVIEW` is what is not yet known, never silently `NOT_AFFECTED`."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not-affected"
    FIXED = "fixed"
    UNSUPPORTED = "unsupported"
    REVIEW = "review"


class ReferenceType(StrEnum):
    """What a link leads to: OSV's list, which the other formats' lists map onto."""

    ADVISORY = "advisory"
    ARTICLE = "article"
    DETECTION = "detection"
    DISCUSSION = "discussion"
    REPORT = "report"
    FIX = "fix"
    INTRODUCED = "introduced"
    GIT = "git"
    PACKAGE = "package"
    EVIDENCE = "evidence"
    WEB = "web"


class CreditType(StrEnum):
    """What somebody is thanked for: one list shared by CVE, OSV and GitHub."""

    FINDER = "finder"
    REPORTER = "reporter"
    ANALYST = "analyst"
    COORDINATOR = "coordinator"
    REMEDIATION_DEVELOPER = "remediation developer"
    REMEDIATION_REVIEWER = "remediation reviewer"
    REMEDIATION_VERIFIER = "remediation verifier"
    TOOL = "tool"
    SPONSOR = "sponsor"
    OTHER = "other"


class RejectionClass(StrEnum):
    """Why a report is not accepted (S36). Each has its own template; all are sent with a reason and can be appealed."""

    NOT_REPRODUCIBLE = "not-reproducible"
    NOT_A_VULNERABILITY = "not-a-vulnerability"
    NOT_SECURITY = "not-security"
    UNSAFE_DEFAULT = "unsafe-default"
    OUT_OF_SCOPE = "out-of-scope"
    UNSUPPORTED_VERSION = "unsupported-version"


def is_cve_id(text: str) -> TypeGuard[str]:
    """Say whether `text` has the form of a CVE id (CVE Record Format 5.x, `cveId`)."""
    return CVE_ID.fullmatch(text) is not None


def utc(instant: datetime) -> datetime:
    """Return `instant` in UTC; raises ValueError for a naive one, because a date without a zone is a missed promise."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return instant.astimezone(UTC)
