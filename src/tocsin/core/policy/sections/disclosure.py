# SPDX-License-Identifier: Apache-2.0
"""How a fix rolls out, when a matter becomes public, and how a case ends (S9, S48-S62, S78). Part of the model."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

from tocsin.core.clock import Duration
from tocsin.core.policy.sections.people import Group
from tocsin.core.vocabulary import Value


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
    """Where and in which order an advisory goes out (S58-S60). With `badge` the project's first key is public."""

    channel: tuple[PublishChannel, ...] = ()
    after_release: bool = False
    educate: bool = False
    badge: bool = False


class Closing(Value):
    """What must hold before a case can be closed (S78)."""

    requires: tuple[Literal["outcome", "parties-informed", "embargo-ended", "cve-settled", "retrospective"], ...]


class Retention(Value):
    """How long content is kept after closing."""

    rejected: Duration | None = None
    published: Duration | None = None


class SecurityTxt(Value):
    """What the rendered security.txt needs beyond the policy (RFC 9116)."""

    url: str
    expires_after: Duration
    acknowledgments: str = ""
    languages: tuple[str, ...] = ()


class Passage(Value):
    """Words of the project's document that promise nothing a machine could hold; kept and printed as they are."""

    under: str
    text: str
