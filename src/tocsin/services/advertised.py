# SPDX-License-Identifier: Apache-2.0
"""Projects as the public is shown them: a door that was found shut is not advertised (S17).

The policy names the forge's private reporting; whether it is really enabled is asked of the forge every few minutes
(`services.forge.sync`). Where it said no, page, policy in words and security.txt leave that door out until it says yes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.policy.model import ChannelKind, Policy
from tocsin.core.vocabulary import ProjectId
from tocsin.services.ports.machine import Facts
from tocsin.services.ports.world import PolicyText, ProjectInfo, Projects

SHUT: Final = "disabled"
FRESH: Final = 10.0
"""Seconds for which a process remembers which doors are shut."""


def reporting(project: ProjectId) -> str:
    """Name of the fact that says whether private reporting is enabled on a project's forge."""
    return f"forge/{project}/reporting"


def live(policy: Policy, shut: frozenset[ChannelKind]) -> Policy:
    """A policy without the doors that are shut; never without every door."""
    if not shut or policy.intake is None:
        return policy
    doors = tuple(each for each in policy.intake.channel if each.kind not in shut)
    if not doors or doors == policy.intake.channel:
        return policy
    return msgspec.structs.replace(policy, intake=msgspec.structs.replace(policy.intake, channel=doors))


@dataclass(frozen=True)
class Advertised:
    """`ports.world.Projects` for those who show them to the public."""

    projects: Projects
    facts: Facts
    fresh: float = FRESH
    _known: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict, repr=False)

    def all(self) -> Sequence[ProjectInfo]:
        """Projects in the order they were made."""
        return self.projects.all()

    def get(self, project: ProjectId) -> ProjectInfo | None:
        """One project."""
        return self.projects.get(project)

    def policy(self, project: ProjectId, version: str) -> Policy:
        """A policy version, with the doors that are open."""
        shut = {ChannelKind.GITHUB_PVR} if reporting(project) in self._shut() else set()
        return live(self.projects.policy(project, version), frozenset(shut))

    def history(self, project: ProjectId) -> Sequence[PolicyText]:
        """Every version a project adopted."""
        return self.projects.history(project)

    def adopt(self, policy_toml: str, by: str, now: datetime) -> ProjectInfo:
        """Make a policy the one in force."""
        return self.projects.adopt(policy_toml, by, now)

    def _shut(self) -> frozenset[str]:
        at, names = self._known.get("", (float("-inf"), frozenset()))
        if time.monotonic() - at >= self.fresh:
            at, names = time.monotonic(), frozenset(n for n, each in self.facts.all().items() if each.value == SHUT)
            self._known[""] = (at, names)
        return names
