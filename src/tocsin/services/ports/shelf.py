# SPDX-License-Identifier: Apache-2.0
"""The public shelf as everybody sees it: published advisories and their documents. Nothing here knows a case.

Only `publisher.ShelfWriter` puts anything on it, and only what `core.disclosure` cleared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from tocsin.core.vocabulary import ProjectId, Value


class Document(Value):
    """One published document."""

    name: str
    format: str
    media_type: str
    body: bytes
    sha256: str


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


class ShelfReader(Protocol):
    """The public shelf as everybody sees it. Knows no case."""

    def cards(
        self, project: ProjectId, after: tuple[datetime, str] | None = None, limit: int = 50
    ) -> Sequence[ShelfCard]:
        """Advisories of a project, newest first."""

    def card(self, advisory: str) -> ShelfCard | None:
        """One advisory's card."""

    def document(self, advisory: str, format_name: str) -> Document | None:
        """One document of an advisory, in its newest revision."""

    def documents(self, advisory: str) -> Sequence[Document]:
        """All documents of an advisory, in its newest revision."""
