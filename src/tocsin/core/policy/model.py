# SPDX-License-Identifier: Apache-2.0
"""The typed policy: what `policy.toml` can say, in the order of the file.

A section or value that a project does not state stays None or empty: silence is a lint finding, never a default. The
names are the keys of the file (`schema = "tocsin.policy/1"`); reading and refusing is in `load`, what a section *means*
in `clauses`. The sections themselves are in `sections`, and are imported from here.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from tocsin.core.clock import Calendar
from tocsin.core.policy.sections.assess import (
    Assess,
    Cve,
    Impact,
    NotAccepted,
    Posture,
    Priority,
    Rejecting,
    Severity,
    Silence,
)
from tocsin.core.policy.sections.disclosure import (
    Closing,
    Disclosure,
    Fix,
    Passage,
    Publish,
    PublishChannel,
    PublishKind,
    Retention,
    SecurityTxt,
)
from tocsin.core.policy.sections.intake import AlreadyPublic, Channel, ChannelKind, Field, Intake, NotSecurity
from tocsin.core.policy.sections.limits import Limits
from tocsin.core.policy.sections.people import Credit, Distributors, Group, Project, SafeHarbour
from tocsin.core.policy.sections.sla import Escalation, Every, Feedback, Percent, Sla, Span, Step
from tocsin.core.policy.sections.versions import ReleaseLine, Supported, SupportLevel, Versions
from tocsin.core.policy.source import NOWHERE, Source

__all__ = [
    "SCHEMA",
    "AlreadyPublic",
    "Assess",
    "Channel",
    "ChannelKind",
    "Closing",
    "Credit",
    "Cve",
    "Disclosure",
    "Distributors",
    "Escalation",
    "Every",
    "Feedback",
    "Field",
    "Fix",
    "Group",
    "Impact",
    "Intake",
    "Limits",
    "NotAccepted",
    "NotSecurity",
    "Passage",
    "Percent",
    "Policy",
    "Posture",
    "Priority",
    "Project",
    "Publish",
    "PublishChannel",
    "PublishKind",
    "Rejecting",
    "ReleaseLine",
    "Retention",
    "SafeHarbour",
    "SecurityTxt",
    "Severity",
    "Silence",
    "Sla",
    "Span",
    "Step",
    "SupportLevel",
    "Supported",
    "Versions",
]

SCHEMA: Final = "tocsin.policy/1"


class Policy(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One project's policy as it stands in one file. Two policies are the same when their `version` is.

    `version` is a digest of everything the file says except comments and layout; a case is pinned to it.
    """

    schema: Literal["tocsin.policy/1"]
    project: Project
    extends: str = ""
    cite_file: str = "SECURITY.md"
    title: str = ""
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
    limits: Limits | None = None
    closing: Closing | None = None
    retention: Retention | None = None
    safe_harbour: SafeHarbour | None = None
    credit: Credit | None = None
    security_txt: SecurityTxt | None = None
    passage: tuple[Passage, ...] = ()
    sources: dict[str, Source] = {}
    version: str = ""

    def source(self, path: str) -> Source:
        """Return where the value at `path` (`sla.first_feedback.within`) comes from; `NOWHERE` when it does not say."""
        return self.sources.get(path, NOWHERE)

    @property
    def calendar(self) -> Calendar:
        """The project's calendar; Monday to Friday in UTC when it states none, which `policy check` reports."""
        return (self.sla and self.sla.calendar) or Calendar()
