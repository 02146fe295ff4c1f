# SPDX-License-Identifier: Apache-2.0
"""Where publications go. A publisher accepts nothing but what `core.disclosure` cleared (law 3 of the house)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tocsin.core.disclosure import Cleared
from tocsin.services.ports.shelf import Document, ShelfCard


class ShelfWriter(Protocol):
    """Where publications go. It takes nothing but what was cleared."""

    def put(self, cleared: Cleared, documents: Sequence[Document], card: ShelfCard) -> None:
        """Put the documents of one cleared advisory on the shelf, replacing its older revision; all or nothing.

        A repeat and a revision older than the one there change nothing. Raises ValueError when the card is not that of
        the cleared advisory.
        """


def check(cleared: Cleared, card: ShelfCard) -> None:
    """Refuse a card that is not the cleared advisory's: the first thing every ShelfWriter does."""
    if (card.id, card.project) != (cleared.advisory.id, cleared.project):
        raise ValueError("the card does not belong to the cleared advisory")
