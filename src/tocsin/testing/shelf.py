# SPDX-License-Identifier: Apache-2.0
"""The public shelf in memory, reader and writer in one. `tests/store` runs one contract on this and the databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tocsin.core.disclosure import Cleared
from tocsin.core.vocabulary import ProjectId
from tocsin.services.ports.publisher import check
from tocsin.services.ports.shelf import Document, ShelfCard


class MemoryShelf:
    """`shelf.ShelfReader` and `publisher.ShelfWriter` in memory."""

    def __init__(self) -> None:
        self._shelf: dict[str, tuple[int, ShelfCard, tuple[Document, ...]]] = {}

    def put(self, cleared: Cleared, documents: Sequence[Document], card: ShelfCard) -> None:
        """Put an advisory on the shelf; a repeat changes nothing, and neither does a revision that came too late."""
        check(cleared, card)
        standing = self._shelf.get(card.id)
        if standing is None or standing[0] <= cleared.revision:
            self._shelf[card.id] = (cleared.revision, card, tuple(documents))

    def cards(
        self, project: ProjectId, after: tuple[datetime, str] | None = None, limit: int = 50
    ) -> Sequence[ShelfCard]:
        """Advisories of a project, newest first."""
        found = [card for _, card, _ in self._shelf.values() if card.project == project]
        found = [card for card in found if after is None or (card.published_at, card.id) < after]
        return sorted(found, key=lambda card: (card.published_at, card.id), reverse=True)[:limit]

    def card(self, advisory: str) -> ShelfCard | None:
        """One advisory's card."""
        standing = self._shelf.get(advisory)
        return standing[1] if standing else None

    def document(self, advisory: str, format_name: str) -> Document | None:
        """One document of an advisory."""
        return next((each for each in self.documents(advisory) if each.format == format_name), None)

    def documents(self, advisory: str) -> Sequence[Document]:
        """All documents of an advisory, in the order they were put."""
        standing = self._shelf.get(advisory)
        return standing[2] if standing else ()
