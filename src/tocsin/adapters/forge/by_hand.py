# SPDX-License-Identifier: Apache-2.0
"""A forge that has no such thing as advisories, or none that a program may touch: a person does it there.

What is asked of it is refused with what to do instead; nothing is ever waited for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn

from tocsin.services.ports.forge import Comment, Issue, Payload, Source
from tocsin.services.ports.http import Http
from tocsin.services.ports.targets import Rejected


@dataclass(frozen=True)
class ByHand:
    """`ports.forge.Forge` for a place that people look after."""

    source: Source
    token: str = field(default="", repr=False)
    http: Http | None = field(default=None, repr=False)

    def private_reporting(self) -> bool:
        """Nobody can tell; so it is not vouched for."""
        return False

    def advisories(self, state: str) -> Sequence[Payload]:
        """None that a program sees."""
        return ()

    def advisory(self, ghsa: str) -> Payload | None:
        """None that a program sees."""
        return None

    def comments(self, ghsa: str) -> Sequence[Comment] | None:
        """No such thing here."""
        return None

    def issues(self, since: datetime) -> Sequence[Issue]:
        """None that a program sees."""
        return ()

    def replies(self, number: int) -> Sequence[Comment]:
        """None that a program sees."""
        return ()

    def create(self, fields: Payload) -> Payload:
        """A person does that."""
        self._person()

    def update(self, ghsa: str, fields: Payload) -> Payload:
        """A person does that."""
        self._person()

    def request_cve(self, ghsa: str) -> None:
        """A person does that."""
        self._person()

    def comment(self, ghsa: str, body: str) -> Comment:
        """A person does that."""
        self._person()

    def open_issue(self, title: str, body: str) -> Issue:
        """A person does that."""
        self._person()

    def reply(self, number: int, body: str) -> Comment:
        """A person does that."""
        self._person()

    def _person(self) -> NoReturn:
        place = self.source.web if not self.source.repository else f"{self.source.web}/{self.source.repository}"
        raise Rejected(f"{place} is looked after by hand: do it there, and say here that it is done")
