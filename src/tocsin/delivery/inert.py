# SPDX-License-Identifier: Apache-2.0
"""Shows text of strangers as it is, unable to do anything: control, bidirectional and invisible characters become
visible marks with their code, everything else is escaped.

What a page shows is then what the bytes say, whoever wrote them. Line ends and tabs stay; the sheet keeps them with
`white-space: pre-wrap`, and `dir="auto"` on the element keeps one text's direction from reaching into the next.
Sources: Unicode UAX #9 (bidirectional controls), UTS #39 and CVE-2021-42574 (why they must be seen).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

_ODD: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, without tab and line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0"  # fillers and marks that nobody sees
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line separators, directions
    "\ufeff\ufff0-\ufffb\ufffe\uffff"  # byte order mark, specials
    "\ud800-\udfff"  # half of a pair: no character at all
    "\U000e0000-\U000e0fff"  # tags
)
_JOINERS: Final = "\u200c\u200d\ufe00-\ufe0f"
"""Joiners and variation selectors belong to Persian, Indic scripts and emoji; beside ASCII they only hide something."""

ODD: Final = re.compile(f"[{_ODD}]|(?<![^\x00-\x7f])[{_JOINERS}]|[\u200c\u200d](?![^\x00-\x7f])")


def inert(text: str) -> SafeString:
    """Return `text` as HTML in which every odd character stands as `<span class="odd">U+202E</span>`."""
    whole = text.replace("\r\n", "\n")
    if not ODD.search(whole):
        return conditional_escape(str(whole))
    return format_html_join("", "{}", ((piece,) for piece in _pieces(whole)))


def plain(text: str) -> str:
    """Return `text` with every odd character written out, for titles and file names where no element can stand."""
    return ODD.sub(lambda found: f"[{_code(found[0])}]", text)


def _pieces(text: str) -> Iterator[str]:
    last = 0
    for found in ODD.finditer(text):
        yield text[last : found.start()]
        yield format_html('<span class="odd">{}</span>', _code(found[0]))
        last = found.end()
    yield text[last:]


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
