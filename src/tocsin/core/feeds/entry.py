# SPDX-License-Identifier: Apache-2.0
"""One entry of a feed, and what stands around the entries of one page. Text is made inert here, once for all kinds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from tocsin.core.vocabulary import Value

_ODD: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Characters that XML forbids, and those that nobody sees or that turn the direction of reading."""


WRITTEN: Final = 256
"""Entries that each kind of feed remembers as written: one more publication writes the same ones again, but for itself,
in the feeds of its project and of its lines."""


class Entry(Value, cache_hash=True):
    """One publication. `id` stays for all revisions of an advisory; `link` is its page."""

    id: str
    link: str
    title: str
    summary: str
    published: datetime
    updated: datetime
    severity: str = ""
    categories: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """The title with the severity in front: what a reader of feeds sorts by."""
        title = shown(self.title)
        return f"{self.severity}: {title}" if self.severity else title


class Page(Value):
    """One document of a feed (RFC 5005): `older` is the archived page before it, "" at the end; `current` the page that
    is rewritten, which archived pages point back to."""

    title: str
    home: str
    this: str
    updated: datetime
    author: str
    older: str = ""
    current: str = ""

    @property
    def archived(self) -> bool:
        """Whether it is full and stays as it is."""
        return self.this != self.current


def shown(text: str) -> str:
    """Text in which every odd character is written out."""
    return _ODD.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


@lru_cache(maxsize=1024)
def instant(at: datetime) -> str:
    """RFC 3339, in UTC, whole seconds."""
    return f"{at.astimezone(UTC).isoformat()[:19]}Z"
