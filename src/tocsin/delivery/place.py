# SPDX-License-Identifier: Apache-2.0
"""The project that a page of the front speaks for, found by its address alike in every room. No case is known here."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404

from tocsin.core.policy.model import Policy
from tocsin.services.ports.world import ProjectInfo, Projects


@dataclass(frozen=True)
class House:
    """The project of a page, with the policy in force."""

    info: ProjectInfo
    policy: Policy

    @property
    def id(self) -> str:
        """The project's id, as in the address."""
        return self.info.id

    @property
    def name(self) -> str:
        """The project's name."""
        return self.info.name


def found(projects: Projects, project: str) -> House:
    """Find the project of an address; raises Http404 where there is none."""
    info = projects.get(project)
    if info is None:
        raise Http404
    return House(info=info, policy=projects.policy(info.id, info.policy))
