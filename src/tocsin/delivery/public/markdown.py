# SPDX-License-Identifier: Apache-2.0
"""The one place in the product where text of people becomes HTML that templates do not escape again.

Two locks, each enough by itself: the parser (CommonMark) has raw HTML switched off, and what it makes passes a
sanitiser that knows a few tags, links to http, https and mailto, and no other attribute. Pictures are dropped, because
a picture is a request to somebody else's server. Invisible and reordering characters are written out beforehand. A text
over 100 KB is shown as it is: parsing it would cost seconds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tocsin.delivery.inert import plain

LONGEST: Final = 100_000
TOP_HEADING: Final = 3
"""A text's own first heading stands below the page's title and the section's."""

_TAGS: Final = frozenset((
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
))  # fmt: skip
_SCHEMES: Final = ("http:", "https:", "mailto:")
_PARSER: Final = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@lru_cache(maxsize=512)
def html(text: str) -> SafeString:
    """Render Markdown as safe HTML. Pure: the memo only saves time."""
    shown = plain(text.replace("\r\n", "\n"))
    if len(shown) > LONGEST:
        return format_html('<pre dir="auto">{}</pre>', shown)
    tokens = [_lowered(token) for token in _PARSER.parse(shown)]
    rendered = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return SafeString(
        nh3.clean(
            rendered,
            tags=set(_TAGS),
            attributes={"a": {"href"}},
            attribute_filter=_absolute,
            url_schemes={scheme.rstrip(":") for scheme in _SCHEMES},
            link_rel="nofollow noopener noreferrer",
        )
    )


def _absolute(_tag: str, attribute: str, value: str) -> str | None:
    """Keep links that mean the same wherever the text is read; `//host` and `../page` do not."""
    return value if attribute != "href" or value.lower().startswith(_SCHEMES) else None


def _lowered(token: Token) -> Token:
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(int(token.tag[1:]) + TOP_HEADING - 1, 6)}"
    return token
