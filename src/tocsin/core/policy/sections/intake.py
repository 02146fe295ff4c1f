# SPDX-License-Identifier: Apache-2.0
"""How reports come in (S6-S34). Part of `core.policy.model`."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from tocsin.core.clock import Duration
from tocsin.core.policy.sections.people import Group
from tocsin.core.vocabulary import Value


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
    """How reports come in. `canary` is how often a synthetic report comes in at each door; a person must answer it."""

    private_only: bool = False
    when: tuple[Literal["potential", "suspected-impact", "dependency"], ...] = ()
    already_public: AlreadyPublic | None = None
    not_security: NotSecurity | None = None
    handled_by: tuple[Group, ...] = ()
    pause: Literal["never", "except-critical"] = "never"
    subject_label: str = ""
    channels_replace: Literal[True] | None = None
    canary: Duration | None = None
    channel: tuple[Channel, ...] = ()
    field: tuple[Field, ...] = ()
