# SPDX-License-Identifier: Apache-2.0
"""What a view of this room is given, and the project it speaks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from tocsin.delivery import place
from tocsin.delivery.reporter.languages import spoken
from tocsin.services.app import Front


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
class House(place.House):
    """The project of a page, and where its pages are in the reader's language."""

    at: Addresses


def house(request: RoomRequest, project: str) -> House:
    """Find the project of an address; raises Http404 where there is none."""
    found = place.found(request.front.projects, project)
    return House(info=found.info, policy=found.policy, at=_addresses(found.id, spoken()))
