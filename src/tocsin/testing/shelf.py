# SPDX-License-Identifier: Apache-2.0
"""The public shelf in memory, reader and writer in one. `tests/store` runs one contract on this and the databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tocsin.core.disclosure import Cleared
from tocsin.core.vocabulary import ProjectId
from tocsin.services.ports.publisher import check
from tocsin.services.ports.shelf import Document, Published, ShelfCard


class MemoryShelf:
    """`shelf.ShelfReader` and `publisher.ShelfWriter` in memory."""

    def __init__(self) -> None:
        self._shelf: dict[str, tuple[int, ShelfCard, tuple[Document, ...]]] = {}
        self._log: list[Published] = []

    def put(self, cleared: Cleared, documents: Sequence[Document], card: ShelfCard) -> None:
        """Put an advisory on the shelf; a repeat changes nothing, and neither does a revision that came too late."""
        check(cleared, card)
        standing = self._shelf.get(card.id)
        if standing is None or standing[0] <= cleared.revision:
            self._shelf[card.id] = (cleared.revision, card, tuple(documents))
            if standing is None or standing[0] < cleared.revision:
                number = sum(each.card.project == card.project for each in self._log) + 1
                self._log.append(Published(serial=len(self._log) + 1, number=number, card=card))

    def serial(self) -> int:
        """The serial of the newest publication."""
        return len(self._log)

    def publications(self, after: int, limit: int) -> Sequence[Published]:
        """Publications after a serial, oldest first."""
        return self._log[after : after + limit]

    def newest(self, project: ProjectId, before: int = 0, limit: int = 50) -> Sequence[Published]:
        """A project's publications, newest first."""
        found = [each for each in reversed(self._log) if each.card.project == project]
        return [each for each in found if not before or each.number < before][:limit]

    def changed(self, after: tuple[datetime, str] | None = None, limit: int = 500) -> Sequence[ShelfCard]:
        """Every advisory once, the one changed last first."""
        found = [card for _, card, _ in self._shelf.values()]
        found = [card for card in found if after is None or (card.modified_at, card.id) < after]
        return sorted(found, key=lambda card: (card.modified_at, card.id), reverse=True)[:limit]

    def first_published(self, since: datetime, until: datetime) -> Sequence[ShelfCard]:
        """Advisories that were published first in this time, the one changed last first."""
        found = [card for _, card, _ in self._shelf.values() if since <= card.published_at < until]
        return sorted(found, key=lambda card: (card.modified_at, card.id), reverse=True)

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

    def named(self, advisories: Sequence[str]) -> Mapping[str, ShelfCard]:
        """The cards of advisories."""
        return {each: card for each in advisories if (card := self.card(each)) is not None}

    def document(self, advisory: str, format_name: str) -> Document | None:
        """One document of an advisory."""
        return next((each for each in self.documents(advisory) if each.format == format_name), None)

    def in_format(self, advisories: Sequence[str], format_name: str) -> Mapping[str, Document]:
        """One document of each advisory."""
        found = {each: self.document(each, format_name) for each in advisories}
        return {each: document for each, document in found.items() if document}

    def documents(self, advisory: str) -> Sequence[Document]:
        """All documents of an advisory, in the order they were put."""
        standing = self._shelf.get(advisory)
        return standing[2] if standing else ()
