# SPDX-License-Identifier: Apache-2.0
"""The typed policy: what `policy.toml` can say, section by section, in the order of the file.

A section or value that a project does not state stays None or empty: silence is a lint finding, never a default. The
names are the keys of the file (`schema = "tocsin.policy/1"`); reading and refusing is in `load`, what a section *means*
in `clauses`. Sources of each value are kept beside the values, by path.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final, Literal, NewType

import msgspec

from tocsin.core.clock import Calendar, Duration
from tocsin.core.policy.source import NOWHERE, Source
from tocsin.core.vocabulary import Value

SCHEMA: Final = "tocsin.policy/1"

Percent = NewType("Percent", int)
"""A share of a promise's time, written `50%`."""


class Group(StrEnum):
    """Who a policy can name; `core.policy.groups` says which roles each stands for."""

    COMMITTER = "committer"
    RELEASE_MANAGER = "release-manager"
    MAINTAINERS = "maintainers"
    PROJECT_TEAM = "project-team"
    OWNER = "owner"
    TRIAGER = "triager"
    COORDINATOR = "coordinator"
    LEAD = "lead"
    ALL_MAINTAINERS = "all-maintainers"
    ON_CALL = "on-call"
    BACKUP_CONTACT = "backup-contact"
    REPORTER = "reporter"
    DISTRIBUTORS = "distributors"


class Project(Value):
    """Who promises. `team` is how the document calls those who answer."""

    id: str
    name: str
    prefix: str
    forge: str = ""
    team: str = "The maintainers"
    url: str = ""
    languages: tuple[str, ...] = ("en",)


class Supported(Value):
    """Which release lines get fixes: a rule over the released ones, or a list (S3)."""

    rule: Literal["latest", "latest-minors", "latest-majors", "listed"] = "listed"
    count: int | None = None
    branches: tuple[str, ...] = ()


class SupportLevel(StrEnum):
    """What a listed line can expect; being listed promises no fix by itself (S4)."""

    FULL = "full"
    CRITICAL_ONLY = "critical-only"
    END_OF_LIFE = "end-of-life"


class ReleaseLine(Value):
    """One release line with its level and its last day."""

    name: str
    support: SupportLevel = SupportLevel.FULL
    until: date | None = None


class Versions(Value):
    """Supported versions and cadence (S3-S5)."""

    scheme: str = "semver"
    source: Literal["manual", "github-releases", "git-tags"] = "manual"
    supported: Supported | None = None
    line: tuple[ReleaseLine, ...] = ()
    cadence: Duration | None = None
    see: str = ""


class AlreadyPublic(Value):
    """The fast lane for what the public already knows (S11)."""

    route: Literal["urgent", "normal"]
    notify: Literal["all", "on-call", "lead"] = "all"
    within: Duration | None = None


class NotSecurity(Value):
    """Where bugs without security impact belong (S24, S25)."""

    redirect: str


class ChannelKind(StrEnum):
    """Doors for private reports."""

    WEB = "web"
    EMAIL = "email"
    GITHUB_PVR = "github-pvr"
    MAINTAINERS = "maintainers"
    PLATFORM = "platform"


class Channel(Value):
    """One door. `may_be_absent` marks one that the project does not vouch for (S17)."""

    kind: ChannelKind
    address: str = ""
    url: str = ""
    encryption: Literal["", "required", "encouraged", "optional", "none"] = ""
    key: str = ""
    may_be_absent: bool = False
    private_list: bool = False


class Field(Value):
    """One question of the report form, in the order of the document (S26-S31)."""

    id: str
    ask: Literal["required", "expected", "optional"]
    kind: str = "text"
    label: str = ""
    attachments: tuple[str, ...] = ()


class Intake(Value):
    """How reports come in."""

    private_only: bool = False
    when: tuple[Literal["potential", "suspected-impact", "dependency"], ...] = ()
    already_public: AlreadyPublic | None = None
    not_security: NotSecurity | None = None
    handled_by: tuple[Group, ...] = ()
    pause: Literal["never", "except-critical"] = "never"
    subject_label: str = ""
    channels_replace: Literal[True] | None = None
    channel: tuple[Channel, ...] = ()
    field: tuple[Field, ...] = ()


class Feedback(Value):
    """First feedback (S20-S23). `said` keeps the words of a promise without a number."""

    within: Duration | None = None
    said: str = ""
    must_contain: tuple[Literal["investigation-plan", "workarounds"], ...] = ()


class Span(Value):
    """Any other promise with a time; `said` keeps the words of one without a number."""

    within: Duration | None = None
    said: str = ""


class Every(Value):
    """A promise that comes round again, such as news for the reporter."""

    every: Duration | None = None
    said: str = ""


class Step(Value):
    """A rung of the ladder: who is told when a share of the time has passed."""

    at: Percent
    to: Group


class Escalation(Value):
    """Who is told while nobody answers."""

    steps: tuple[Step, ...] = ()


class Sla(Value):
    """Promises with a time."""

    calendar: Calendar | None = None
    acknowledgement: Span | None = None
    first_feedback: Feedback | None = None
    conversation: Span | None = None
    reply: Span | None = None
    updates: Every | None = None
    assessment: Span | None = None
    fix: Span | None = None
    escalation: Escalation | None = None


Impact = Literal["confidentiality", "privilege", "integrity", "availability"]


class Priority(Value):
    """Which impacts come first (S65, S66)."""

    highest: tuple[Impact, ...] = ()
    serious: tuple[Impact, ...] = ()


class Rejecting(Value):
    """What a rejection must hold (S36)."""

    reason: Literal["required", "optional"] = "required"
    min_chars: int = 1
    appeal: bool = True


class NotAccepted(Value):
    """A kind of report the project says it will not act on (S70). `words` is the sentence that is quoted."""

    id: str
    reply: str = ""
    words: str = ""


class Posture(Value):
    """What operators must know about the defaults (S68, S69, S71)."""

    secure_by_default: bool
    required_configuration: str = ""
    hardening: bool = False


class Silence(Value):
    """When a reporter stays silent: a machine proposes, a person closes (S33, S67)."""

    propose_after: Duration


class Assess(Value):
    """How a report is judged."""

    investigation: tuple[Literal["effects", "criticality", "versions", "cwe"], ...] = ()
    priority: Priority | None = None
    reject: Rejecting | None = None
    not_accepted: tuple[NotAccepted, ...] = ()
    in_scope: tuple[str, ...] = ()
    posture: Posture | None = None
    silence: Silence | None = None
    outcomes: tuple[Literal["advisory", "fix-only-internal", "rejected", "duplicate", "upstream"], ...] = ()
    publish_rejected: bool = False


class Severity(Value):
    """How a case is scored (S42-S44)."""

    scheme: Literal["cvss", "words"] = "cvss"
    authoritative: Literal["", "3.0", "3.1", "4.0"] = ""
    also: tuple[Literal["3.0", "3.1", "4.0"], ...] = ()
    decided_by: Group | None = None
    timebox: Duration | None = None
    blocks_publish: Literal[False] = False


class Cve(Value):
    """Which way a CVE id is asked for (S45, S46)."""

    route: Literal["github", "mitre", "own-cna", "none"]
    required: bool = False
    initial_state: Literal["private"] = "private"
    refusal_within: Duration | None = None
    record_within: Duration | None = None


class Fix(Value):
    """What has to hold before a fix rolls out (S9, S48, S54-S57)."""

    release: Literal["", "next-patch-or-minor", "next-patch", "next-release"] = ""
    backport: Literal["", "all-supported", "as-necessary", "none"] = ""
    skip_requires: Literal["", "reason-per-branch"] = ""
    gates: tuple[Literal["internal-test"], ...] = ()
    confirmed_by: Literal["", "other-than-author"] = ""


class Disclosure(Value):
    """When the matter becomes public (S49-S53, S62)."""

    negotiated: bool | None = None
    with_: tuple[Group, ...] = msgspec.field(name="with", default=())
    prefer: Literal["", "as-soon-as-mitigation-or-patch"] = ""
    hold_reasons: tuple[str, ...] = ()
    min: Duration | None = None
    max: Duration | None = None
    above_max: Literal["second-approval", "refuse"] = "second-approval"
    max_from: Literal["report", "fix-ready"] = "report"
    said: str = ""
    public_already: Literal["", "immediate"] = ""
    final_say: Group | None = None
    final_say_after: int = 2
    rsvp: Duration | None = None
    draft_visibility: Literal["", "private"] = ""
    plan_after: Literal["", "timeline-determined"] = ""
    mitigations: Literal["", "required-or-explicit-none", "optional"] = ""
    weekdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    hour_utc: int | None = None


class PublishKind(StrEnum):
    """Where an advisory is announced. The project's own site always comes first."""

    SITE = "site"
    GITHUB_ADVISORY = "github-advisory"
    MAILING_LIST = "mailing-list"
    OSS_SECURITY = "oss-security"
    SLACK = "slack"
    MATRIX = "matrix"
    TWITTER = "twitter"
    MASTODON = "mastodon"
    BLOG = "blog"
    WEBHOOK = "webhook"
    OTHER = "other"


class PublishChannel(Value):
    """One place of announcement (S59, S60)."""

    kind: PublishKind
    to: str = ""
    required: bool = False


class Publish(Value):
    """Where and in which order an advisory goes out (S58-S60)."""

    channel: tuple[PublishChannel, ...] = ()
    after_release: bool = False
    educate: bool = False


class Distributors(Value):
    """What those who redistribute the product get, and do themselves (S63)."""

    own_advisories: bool | None = None
    notice: Duration | None = None
    max: Duration | None = None
    join: str = ""


class Closing(Value):
    """What must hold before a case can be closed (S78)."""

    requires: tuple[Literal["outcome", "parties-informed", "embargo-ended", "cve-settled", "retrospective"], ...]


class Retention(Value):
    """How long content is kept after closing."""

    rejected: Duration | None = None
    published: Duration | None = None


class SafeHarbour(Value):
    """The promise not to pursue people who report in good faith."""

    text: str


class Credit(Value):
    """How reporters are thanked."""

    given: bool = True
    bounty: str = ""


class SecurityTxt(Value):
    """What the rendered security.txt needs beyond the policy (RFC 9116)."""

    url: str
    expires_after: Duration
    acknowledgments: str = ""
    languages: tuple[str, ...] = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One project's policy as it stands in one file. Two policies are the same when their `version` is.

    `version` is a digest of everything the file says except comments and layout; a case is pinned to it.
    """

    schema: Literal["tocsin.policy/1"]
    project: Project
    extends: str = ""
    cite_file: str = "SECURITY.md"
    title: str = ""
    preamble: str = ""
    versions: Versions | None = None
    intake: Intake | None = None
    sla: Sla | None = None
    assess: Assess | None = None
    severity: Severity | None = None
    cve: Cve | None = None
    fix: Fix | None = None
    disclosure: Disclosure | None = None
    publish: Publish | None = None
    distributors: Distributors | None = None
    closing: Closing | None = None
    retention: Retention | None = None
    safe_harbour: SafeHarbour | None = None
    credit: Credit | None = None
    security_txt: SecurityTxt | None = None
    sources: dict[str, Source] = {}
    version: str = ""

    def source(self, path: str) -> Source:
        """Return where the value at `path` (`sla.first_feedback.within`) comes from; `NOWHERE` when it does not say."""
        return self.sources.get(path, NOWHERE)

    @property
    def calendar(self) -> Calendar:
        """The project's calendar; Monday to Friday in UTC when it states none, which `policy check` reports."""
        return (self.sla and self.sla.calendar) or Calendar()
