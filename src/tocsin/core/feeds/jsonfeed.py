# SPDX-License-Identifier: Apache-2.0
"""JSON Feed 1.1 (jsonfeed.org), in the same pages as the Atom feed: `next_url` leads to the archived ones."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import msgspec

from tocsin.core.feeds.entry import WRITTEN, Entry, Page, instant, shown

MEDIA_TYPE: Final = "application/feed+json"


def render(page: Page, entries: Iterable[Entry]) -> bytes:
    """One page."""
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": shown(page.title),
        "home_page_url": page.home,
        "feed_url": page.this,
        "language": "en",
        "authors": [{"name": shown(page.author)}],
    }
    if page.older:
        document["next_url"] = page.older
    document["items"] = [_item(each) for each in entries]
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


@lru_cache(maxsize=WRITTEN)
def _item(each: Entry) -> msgspec.Raw:
    item: dict[str, Any] = {
        "id": each.id,
        "url": each.link,
        "title": each.headline,
        "content_text": shown(each.summary) or each.headline,
        "date_published": instant(each.published),
        "date_modified": instant(each.updated),
    }
    if each.categories:
        item["tags"] = [shown(term) for term in each.categories]
    return msgspec.Raw(msgspec.json.encode(item))
