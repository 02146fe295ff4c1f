# SPDX-License-Identifier: Apache-2.0
"""Atom (RFC 4287) in archived pages (RFC 5005, 4): a page that is full never changes, only the head is written anew.

Titles and summaries are plain text (`type="text"`), so nothing in them is ever taken for HTML.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from tocsin.core.feeds.entry import WRITTEN, Entry, Page, instant, shown

MEDIA_TYPE: Final = "application/atom+xml; charset=utf-8"


def render(page: Page, entries: Iterable[Entry]) -> bytes:
    """One page."""
    links = [("alternate", page.home), ("self", page.this), ("current", page.current), ("prev-archive", page.older)]
    head = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0" xml:lang="en">',
        f"<id>{escape(page.home)}</id>",
        f"<title>{escape(shown(page.title))}</title>",
        f"<updated>{instant(page.updated)}</updated>",
        f"<author><name>{escape(shown(page.author))}</name></author>",
        *(f"<link rel={quoteattr(name)} href={quoteattr(href)}/>" for name, href in links if href),
        *(["<fh:archive/>"] if page.archived else []),
    ]
    return "\n".join([*head, *map(_entry, entries), "</feed>", ""]).encode()


@lru_cache(maxsize=WRITTEN)
def _entry(each: Entry) -> str:
    categories = "".join(f"<category term={quoteattr(shown(term))}/>" for term in each.categories)
    return (
        f"<entry><id>{escape(each.id)}</id><title>{escape(each.headline)}</title>"
        f'<link rel="alternate" href={quoteattr(each.link)}/>'
        f"<published>{instant(each.published)}</published><updated>{instant(each.updated)}</updated>"
        f'<summary type="text">{escape(shown(each.summary))}</summary>{categories}</entry>'
    )
