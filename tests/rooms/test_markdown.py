# SPDX-License-Identifier: Apache-2.0
"""Texts of people become HTML in one place, and what comes out can do nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.delivery.public import markdown
from tocsin.delivery.public.markdown import html

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://elsewhere.example/pixel.png)",
    "![x][y]\n\n[y]: https://elsewhere.example/pixel.png",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<javascript:alert(1)>",
    '[x](https://a.example/"onmouseover="alert(1))',
    "[x](//elsewhere.example)",
    "```html onmouseover=alert(1)\nx\n```",
    "| a | b |\n|:-:|---|\n| <svg/onload=alert(1)> | y |",
    "<style>*{display:none}</style>",
    "<a href='https://x' style='position:fixed'>x</a>",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "a\u202eb\u2066c\x00d",
    "# h\n\nh\n=\n\n###### h",
    "<iframe srcdoc='&lt;script&gt;'>",
    "- [ ] <input autofocus onfocus=alert(1)>",
)
HARMLESS = {"a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong",
            "table", "tbody", "td", "th", "thead", "tr", "ul"}  # fmt: skip


class Inspector(HTMLParser):
    """Notes everything in a piece of HTML that could do something."""

    def __init__(self) -> None:
        super().__init__()
        self.offences: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in HARMLESS:
            self.offences.append(tag)
        for name, value in attrs:
            if (tag, name) == ("a", "rel"):
                continue
            if (tag, name) != ("a", "href") or not re.match(r"(https?|mailto):", value or ""):
                self.offences.append(f"{tag} {name}={value}")


def offences(text: str) -> list[str]:
    inspector = Inspector()
    inspector.feed(html(text))
    return inspector.offences


@pytest.mark.parametrize("text", ATTACKS)
def test_no_attack_gets_through(text: str) -> None:
    assert not offences(text)
    assert not re.search("[\x00\u202e\u2066]", html(text))


@given(st.lists(st.sampled_from([*ATTACKS, "\n\n", "> ", "* ", "`", "*", "[", "](", ")", "<", "x"]), max_size=8))
def test_no_mixture_of_attacks_gets_through(pieces: list[str]) -> None:
    assert not offences("".join(pieces))


def test_the_inspector_sees_what_would_be_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with the sanitiser and the parser's lock both gone, the attacks are found."""
    monkeypatch.setattr(markdown.nh3, "clean", lambda rendered, **_: rendered)
    monkeypatch.setattr(markdown, "_PARSER", markdown.MarkdownIt("commonmark", {"html": True}))
    html.cache_clear()
    assert sum(bool(offences(text)) for text in ATTACKS) >= 6
    html.cache_clear()


def test_each_lock_holds_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(markdown, "_PARSER", markdown.MarkdownIt("commonmark", {"html": True}))
        html.cache_clear()
        assert not [text for text in ATTACKS if offences(text)]
    html.cache_clear()


def test_ordinary_markdown_looks_as_meant() -> None:
    shown = html("# Head\n\nA `code` and **more**.\n\n    SELECT 1;\n\n* one\n* two\n\n[site](https://a.example)")
    for piece in ("<h3>Head</h3>", "<code>code</code>", "<strong>more</strong>", "<li>one</li>", "SELECT 1;"):
        assert piece in shown
    assert '<a href="https://a.example" rel="nofollow noopener noreferrer">site</a>' in shown


def test_an_enormous_text_is_shown_as_it_is() -> None:
    shown = html("*" * (markdown.LONGEST + 1) + "<script>")
    assert shown.startswith('<pre dir="auto">')
    assert "&lt;script&gt;" in shown
