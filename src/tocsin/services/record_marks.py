# SPDX-License-Identifier: Apache-2.0
"""Which records are found by more than their ids, and marks for those that an earlier version wrote without.

A record without a mark is read with every keyed read of its kind (`ports.records.marked`), so that nothing is missed
while two versions work side by side; marked once, each read costs what it finds again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tocsin.services.app import Desk
from tocsin.services.book import Book
from tocsin.services.distribution import telling
from tocsin.services.forge import links, watch
from tocsin.services.post import letters

BOOKS: Final[tuple[Callable[[Desk], Book[Any]], ...]] = (
    links.links,
    telling.shares,
    watch.proposals,
    letters.book,
)
"""Every book whose records are found by something besides their ids."""


def renew(desk: Desk) -> int:
    """Mark every record that has another mark than this version would give it; returns how many. Costs O(records of
    those kinds): once for each edition (`verify.renew_once`)."""
    books = [each(desk) for each in BOOKS]
    return sum(book.mark(kept) for info in desk.projects.all() for book in books for kept in book.all(info.id))
