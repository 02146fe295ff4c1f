# SPDX-License-Identifier: Apache-2.0
"""How a report is judged, scored and numbered (S33-S36, S42-S46, S65-S71). Part of `core.policy.model`."""

from __future__ import annotations

from typing import Literal

from tocsin.core.clock import Duration
from tocsin.core.policy.sections.people import Group
from tocsin.core.vocabulary import Value

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
    urgent: bool = False
    outcomes: tuple[Literal["advisory", "fix-only-internal", "rejected", "duplicate", "upstream"], ...] = ()
    publish_rejected: bool = False


class Severity(Value):
    """How a case is scored (S42-S44)."""

    scheme: Literal["cvss", "words"] = "cvss"
    authoritative: Literal["", "3.0", "3.1", "4.0"] = ""
    also: tuple[Literal["3.0", "3.1", "4.0"], ...] = ()
    decided_by: Group | None = None
    recorded_in: Literal["", "security-advisory"] = ""
    timebox: Duration | None = None
    blocks_publish: Literal[False] = False


class Cve(Value):
    """Which way a CVE id is asked for (S45, S46). `cna` names the CNA that is asked by the route `another-cna`."""

    route: Literal["github", "mitre", "another-cna", "own-cna", "none"]
    cna: str = ""
    required: bool = False
    initial_state: Literal["", "private"] = ""
    refusal_within: Duration | None = None
    record_within: Duration | None = None
