# SPDX-License-Identifier: Apache-2.0
"""Where publications go. A publisher accepts nothing but what `core.disclosure` cleared (law 3 of the house)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tocsin.core.advisory.model import Tlp
from tocsin.core.disclosure import Cleared
from tocsin.services.ports.shelf import Document, ShelfCard


class ShelfWriter(Protocol):
    """Where publications go. It takes nothing but what was cleared."""

    def put(self, cleared: Cleared, documents: Sequence[Document], card: ShelfCard) -> None:
        """Put the documents of one cleared advisory on the shelf, replacing its older revision; all or nothing.

        A repeat and a revision older than the one there change nothing; what is new gets the next serial. Raises
        ValueError when the card is not that of the cleared advisory, and for anything but TLP:CLEAR.
        """


def check(cleared: Cleared, card: ShelfCard) -> None:
    """Refuse what may not stand on a public shelf: the first thing every ShelfWriter does."""
    if (card.id, card.project) != (cleared.advisory.id, cleared.project):
        raise ValueError("the card does not belong to the cleared advisory")
    if cleared.advisory.tlp is not Tlp.CLEAR:
        raise ValueError(f"the shelf is public and takes TLP:CLEAR only, not TLP:{cleared.advisory.tlp.upper()}")
