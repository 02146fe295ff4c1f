# SPDX-License-Identifier: Apache-2.0
"""RSS 2.0 (rssboard.org): the newest publications. Descriptions are HTML there, so what looks like HTML is escaped
before it is escaped for XML: the reader's program shows the words as they were written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from tocsin.core.feeds.entry import WRITTEN, Entry, Page, shown

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MEDIA_TYPE: Final = "application/rss+xml; charset=utf-8"


def render(page: Page, entries: Iterable[Entry]) -> bytes:
    """The one page there is."""
    head = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>',
        f"<title>{escape(shown(page.title))}</title>",
        f"<link>{escape(page.home)}</link>",
        f"<description>{escape(shown(page.title))}</description>",
        "<language>en</language>",
        f"<lastBuildDate>{_date(page.updated)}</lastBuildDate>",
        f'<atom:link rel="self" type="application/rss+xml" href={quoteattr(page.this)}/>',
    ]
    return "\n".join([*head, *map(_item, entries), "</channel></rss>", ""]).encode()


def _date(at: datetime) -> str:
    """RFC 822, in UTC, in the English of the standard whatever the machine speaks."""
    there = at.astimezone(UTC)
    day, month = _DAYS[there.weekday()], _MONTHS[there.month - 1]
    return f"{day}, {there.day:02} {month} {there.year:04} {there:%H:%M:%S} +0000"


@lru_cache(maxsize=WRITTEN)
def _item(each: Entry) -> str:
    categories = "".join(f"<category>{escape(shown(term))}</category>" for term in each.categories)
    return (
        f"<item><title>{escape(each.headline)}</title><link>{escape(each.link)}</link>"
        f'<guid isPermaLink="true">{escape(each.id)}</guid><pubDate>{_date(each.published)}</pubDate>'
        f"<description>{escape(escape(shown(each.summary)))}</description>{categories}</item>"
    )
