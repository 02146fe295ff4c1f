# SPDX-License-Identifier: Apache-2.0
"""What a project's badge says, as the machine keeps it: for rooms that may not ask about cases. Writing it is
`services.badge`."""

from __future__ import annotations

from typing import Final

from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import ProjectId
from tocsin.services.ports.machine import Facts

MADE: Final = "badge-made"
TOO_FEW: Final = "too few reports yet"


def record(facts: Facts | None, policy: Policy, project: ProjectId) -> str:
    """Say how quickly reports of the last 90 days were answered; `TOO_FEW` for a new channel, "" where the project
    publishes no badge."""
    if facts is None or not (policy.publish and policy.publish.badge):
        return ""
    made = facts.get(f"{MADE}/{project}")
    return made.value if made else TOO_FEW
