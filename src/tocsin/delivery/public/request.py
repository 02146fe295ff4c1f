# SPDX-License-Identifier: Apache-2.0
"""What a view of this room is given: only the shelf, the projects and the public half of the signing key."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.http import HttpRequest

from tocsin.delivery.place import House, found
from tocsin.services.ports.child import Bills
from tocsin.services.ports.log import LogReader
from tocsin.services.ports.machine import Facts
from tocsin.services.ports.notary import Notary
from tocsin.services.ports.shelf import ShelfReader
from tocsin.services.ports.site import TreeReader
from tocsin.services.ports.world import Projects


class Address(Protocol):
    """Where the instance is reached."""

    @property
    def public_url(self) -> str:
        """Absolute, without a trailing slash."""


class Shown(Protocol):
    """The part of the front's bundle that this room looks at. (`services.app.Front` itself knows what a case is.)"""

    @property
    def site(self) -> Address:
        """Where the instance is reached."""

    @property
    def shelf(self) -> ShelfReader:
        """What is published."""

    @property
    def tree(self) -> TreeReader:
        """The published tree of files."""

    @property
    def facts(self) -> Facts | None:
        """What the machine knows of itself, such as whether canary reports are answered."""

    @property
    def projects(self) -> Projects:
        """The projects and their policies."""

    @property
    def notary(self) -> Notary:
        """Who signs receipts."""

    @property
    def log(self) -> LogReader:
        """The transparency log."""

    @property
    def log_key(self) -> bytes:
        """The public half of the key that signs its checkpoints."""

    @property
    def bills(self) -> Bills:
        """Who reads bills of materials."""

    def now(self) -> datetime:
        """The clock."""


class PublicRequest(HttpRequest):
    """A request after boot's middleware."""

    front: Shown


def house(request: PublicRequest, project: str) -> House:
    """Find the project of an address; raises Http404 where there is none."""
    return found(request.front.projects, project)
