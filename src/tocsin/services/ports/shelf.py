# SPDX-License-Identifier: Apache-2.0
"""The public shelf as everybody sees it: published advisories and their documents. Nothing here knows a case.

Only `publisher.ShelfWriter` puts anything on it, and only what `core.disclosure` cleared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tocsin.core.vocabulary import ProjectId, Value


class Document(Value):
    """One published document. `signature` is a detached OpenPGP signature in armour, "" for formats without one."""

    name: str
    format: str
    media_type: str
    body: bytes
    sha256: str
    signature: str = ""


class ShelfCard(Value):
    """What a list of advisories shows of one."""

    id: str
    project: ProjectId
    title: str
    summary: str
    severity: str
    score: float
    cve_id: str
    affected: str
    fixed: str
    published_at: datetime
    modified_at: datetime


class Published(Value):
    """One publication or revision: `serial` counts all of the installation's, `number` the project's, from 1. The card
    is as it read then."""

    serial: int
    number: int
    card: ShelfCard


class ShelfReader(Protocol):
    """The public shelf as everybody sees it. Knows no case."""

    def serial(self) -> int:
        """The serial of the newest publication; 0 while there is none."""

    def publications(self, after: int, limit: int) -> Sequence[Published]:
        """Publications after a serial, oldest first."""

    def newest(self, project: ProjectId, before: int = 0, limit: int = 50) -> Sequence[Published]:
        """A project's publications, newest first, those with a number below `before` where one is given."""

    def changed(self, after: tuple[datetime, str] | None = None, limit: int = 500) -> Sequence[ShelfCard]:
        """Every advisory of the installation once, the one changed last first, on from `after`."""

    def first_published(self, since: datetime, until: datetime) -> Sequence[ShelfCard]:
        """Advisories of the installation that were published first from `since` on and before `until`, the one changed
        last first."""

    def cards(
        self, project: ProjectId, after: tuple[datetime, str] | None = None, limit: int = 50
    ) -> Sequence[ShelfCard]:
        """Advisories of a project, newest first."""

    def card(self, advisory: str) -> ShelfCard | None:
        """One advisory's card."""

    def named(self, advisories: Sequence[str]) -> Mapping[str, ShelfCard]:
        """The cards of up to a thousand advisories, by advisory; without those that are not there."""

    def document(self, advisory: str, format_name: str) -> Document | None:
        """One document of an advisory, in its newest revision."""

    def in_format(self, advisories: Sequence[str], format_name: str) -> Mapping[str, Document]:
        """One document of each of up to a thousand advisories, by advisory; without those that have none."""

    def documents(self, advisory: str) -> Sequence[Document]:
        """All documents of an advisory, in its newest revision."""
