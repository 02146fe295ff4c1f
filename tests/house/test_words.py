# SPDX-License-Identifier: Apache-2.0
"""The words people read are the field's. GLOSSARY.md says of each term what not to call it; here that is held.

A table in the glossary whose last column is headed "Not" lists those words, parted by commas.
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from pathlib import Path

import pytest

from tests.house import tree
from tests.support import ROOT

GLOSSARY = ROOT / "GLOSSARY.md"
ORDINARY = {
    "branch",  # git's own, on the page that shows what git says
    "configuration",  # the reporter's own, a heading of the report form
    "error",  # a form that came back, and HTTP's word
    "owner",  # also a role
    "repository",  # git's own
    "setting",  # of a program
    "password",  # of people with accounts; a finder has none
}
"""Wrong for the term they stand beside, right elsewhere; which it is, a reader has to judge."""
THERE = {"desk/forge.html": {"issue"}, "desk/case/forge.html": {"issue"}}
"""Words of a forge's own, on the pages that show what stands there."""
NOT_TEXT = re.compile(r"<!--.*?-->|{#.*?#}|{%.*?%}|{{.*?}}|<(script|style)\b.*?</\1>|<[^>]*>", re.S)
SHOWN = re.compile(r"""\b(?:alt|aria-label|label|placeholder|title)=["']([^"'{]+)["']""")


def forbidden(glossary: str) -> set[str]:
    """The words of every table's "Not" column."""
    words: set[str] = set()
    within = False
    for line in glossary.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.lstrip().startswith("|"):
            within = False
        elif cells[-1].lower() == "not":
            within = True
        elif within and not set(cells[-1]) <= set("-: "):
            words |= {word.strip(' *_`"“”').lower() for word in cells[-1].split(",")} - {""}
    return words


def shown(template: str) -> str:
    """What a person sees or hears of a template: its text, and the attributes that are read out."""
    return unescape(" ".join([NOT_TEXT.sub(" ", template), *SHOWN.findall(template)]))


def misused(text: str, words: set[str]) -> list[str]:
    """Which of the words the text uses, alone or in the plural."""
    return [word for word in sorted(words) if re.search(rf"\b{re.escape(word)}(s|es)?\b", text, re.I)]


@cache
def templates() -> list[Path]:
    return [path for path in tree.tracked() if path.is_relative_to(tree.SOURCE) and "templates" in path.parts]


def test_the_pages_and_mails_use_the_words_of_the_glossary() -> None:
    if not GLOSSARY.exists():
        pytest.skip("GLOSSARY.md is not written yet")
    words = forbidden(GLOSSARY.read_text(encoding="utf-8")) - ORDINARY
    assert words, "GLOSSARY.md says of no term what not to call it"
    found = {tree.name(path): misused(shown(tree.text(path)), words) for path in templates()}
    for name, used in found.items():
        allowed = next((each for end, each in THERE.items() if name.endswith(end)), set())
        assert set(used) <= allowed, name


def test_a_wrong_word_is_found_where_people_see_it() -> None:
    words = forbidden("| Term | Meaning | Not |\n|---|---|---|\n| case | one | ticket, *responsible disclosure* |\n")
    assert words == {"ticket", "responsible disclosure"}
    assert misused(shown("<p>Your Tickets</p>"), words) == ["ticket"]
    assert misused(shown('<img alt="Responsible disclosure">'), words) == ["responsible disclosure"]
    assert misused(shown('<a class="ticket" href="{% url "ticket" %}">{{ ticket }}</a>{# ticket #}'), words) == []
