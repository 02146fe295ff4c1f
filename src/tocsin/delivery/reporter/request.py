# SPDX-License-Identifier: Apache-2.0
"""What a view of this room is given, and the project it speaks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from tocsin.core.policy.model import Policy
from tocsin.services.app import Front
from tocsin.services.ports.world import ProjectInfo


class RoomRequest(HttpRequest):
    """A request after boot's middleware: with everything that the front of this installation holds."""

    front: Front


class Addresses(NamedTuple):
    """Where the pages of one project are."""

    report: str
    come_back: str
    receipt: str


@lru_cache(maxsize=1024)
def _addresses(project: str, language: str | None) -> Addresses:
    """Worked out once for each language: every page names them, and working one out takes as long as writing a
    paragraph."""
    names = ("report", "return", "receipt")
    return Addresses(*(reverse(f"reporter:{name}", args=[project]) for name in names))


@dataclass(frozen=True)
class House:
    """The project of a page, with the policy in force, and where its pages are in the reader's language."""

    info: ProjectInfo
    policy: Policy
    at: Addresses

    @property
    def id(self) -> str:
        """The project's id, as in the address."""
        return self.info.id

    @property
    def name(self) -> str:
        """The project's name."""
        return self.info.name


def house(request: RoomRequest, project: str) -> House:
    """Find the project of an address; raises Http404 where there is none."""
    info = request.front.projects.get(project)
    if info is None:
        raise Http404
    policy = request.front.projects.policy(info.id, info.policy)
    return House(info=info, policy=policy, at=_addresses(info.id, get_language()))
