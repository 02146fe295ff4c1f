# SPDX-License-Identifier: Apache-2.0
"""Marks on files that were stored and belong to nothing that was sent yet.

A mark is made once, before anybody is told of its file, and never again. It ends in one of two ways, whichever comes
first: whoever sends the file *claims* it, or the worker *condemns* it. Only the file of a condemned mark is removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class Claimed(NamedTuple):
    """What came of a claim: whose marks were taken away, and which files are lost because the worker has them."""

    won: frozenset[str]
    condemned: frozenset[str]


class Marks(Protocol):
    """Marks by the id of the blob. All is durable when a call returns; `ports.store.Unavailable` otherwise."""

    def put(self, files: Sequence[tuple[str, int]], at: datetime) -> None:
        """Mark blobs, each with what it weighs."""

    def claim(self, blobs: Sequence[str]) -> Claimed:
        """Take marks away. With a condemned one among them none is taken, unless it became that just now. A blob
        without a mark is in neither answer."""

    def condemn(self, before: datetime, limit: int) -> Sequence[str]:
        """Condemn marks made before an instant; returns those and the ones condemned earlier, `limit` at most. Of a
        claim and this, one gets the mark."""

    def forget(self, blobs: Sequence[str]) -> None:
        """Remove condemned marks, whose blobs are gone."""

    def weight(self) -> int:
        """What all marked blobs weigh together."""
