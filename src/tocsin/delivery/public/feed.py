# SPDX-License-Identifier: Apache-2.0
"""The Atom feed of a project's advisories (RFC 4287), newest first, with further pages behind it (RFC 5005)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.feedgenerator import Atom1Feed

from tocsin.delivery.inert import plain
from tocsin.delivery.public.request import House
from tocsin.services.ports.shelf import ShelfCard


class PagedFeed(Atom1Feed):
    """Atom with links to the first and the next page."""

    def add_root_elements(self, handler: Any) -> None:
        """Add RFC 5005's links."""
        super().add_root_elements(handler)
        for relation in ("first", "next"):
            if address := self.feed[relation]:
                handler.addQuickElement("link", "", {"rel": relation, "href": address})


def atom(place: House, cards: Sequence[ShelfCard], base: str, this: str, following: str) -> str:
    """Return one page of the feed. `base` is the list's address, `this` the page's, `following` the next, if any."""
    feed = PagedFeed(
        title=f"{place.name} security advisories",
        link=base,
        description="",
        feed_url=this,
        feed_guid=base,
        author_name=f"{place.name} security",
        language="en",
        first=f"{base.rstrip('/')}.atom",
        next=following,
    )
    for card in cards:
        feed.add_item(
            title=plain(f"{card.severity}: {card.title}" if card.severity else card.title),
            link=f"{base}{card.id}",
            unique_id=f"{base}{card.id}",
            description=plain(f"{card.summary} {card.affected}".strip()),
            pubdate=card.published_at,
            updateddate=card.modified_at,
            categories=[card.cve_id] if card.cve_id else (),
        )
    return feed.writeString("utf-8")
