# SPDX-License-Identifier: Apache-2.0
"""A finding points at the line somebody sees: marks come off the words, and the words keep their lines."""

from __future__ import annotations

import pytest

from tocsin.core.policy.prose.blocks import Shape
from tocsin.core.policy.prose.decode import decode
from tocsin.core.policy.prose.markdown import units
from tocsin.core.policy.toml_lines import key_lines

PAGE = """Title
=====

First sentence over
two lines. See e.g. the **[Guide
to *all*](https://example.org/guide)** and [ref][R]. A third one:

<!-- hidden
words -->
* item one. And more.
  continued
2. a step

| a | b |
> quoted `code`

```
code, not. words.
```
[R]: https://example.org/ref
"""


def test_each_unit_has_its_words_lines_and_shape():
    found = [(unit.text, unit.first, unit.last, unit.shape) for unit in units(PAGE)]
    assert found == [
        ("Title", 1, 1, Shape.HEADING),
        ("First sentence over two lines.", 4, 5, Shape.TEXT),
        ("See e.g. the Guide to all and ref.", 5, 6, Shape.TEXT),
        ("A third one:", 6, 6, Shape.TEXT),
        ("item one.", 10, 10, Shape.ITEM),
        ("And more. continued", 10, 11, Shape.ITEM),
        ("a step", 12, 12, Shape.STEP),
        ("| a | b |", 14, 14, Shape.ROW),
        ("quoted code", 15, 15, Shape.TEXT),
        ("```\ncode, not. words.\n```", 17, 17, Shape.CODE),
    ]


def test_a_link_stands_on_the_line_of_its_address():
    links = [(link.url, link.line) for unit in units(PAGE) for link in unit.links]
    assert links == [("https://example.org/guide", 6), ("https://example.org/ref", 6)]


def test_a_word_in_the_middle_of_a_sentence_knows_its_line():
    (unit,) = units("one two\nthree four\nfive.")
    assert [unit.line_at(unit.text.index(word)) for word in ("one", "two", "three", "four", "five")] == [1, 1, 2, 2, 3]


def test_the_source_of_a_sentence_keeps_its_marks():
    raws = [unit.raw for unit in units(PAGE)]
    assert "See e.g. the **[Guide\nto *all*](https://example.org/guide)** and [ref][R]." in raws


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfplain", "plain"),
        (b"caf\xe9", "caf\u00e9"),
        ("utf-16".encode("utf-16"), "utf-16"),
        (b"a\r\nb\rc", "a\nb\nc"),
        (b"it\xc3\xa2\xe2\x82\xac\xe2\x84\xa2s", "it\u2019s"),
        ("\u00c3\u00bcber".encode(), "\u00fcber"),
        (b"nul\x00", "nul\ufffd"),
    ],
)
def test_bytes_become_the_text_that_was_meant(data, text):
    assert decode(data).text.lstrip("\ufeff") == text


def test_keys_of_a_policy_file_are_found_on_their_lines():
    text = 'a = 1\n\n[b]\nc = """\n[not] = 1\n"""\nd = [\n  1, # ]\n  2,\n]\n[[e.f]]\ng.h = 1\n[[e.f]]\ng = 2\n'
    lines = key_lines(text)
    assert {key: lines[key] for key in ("a", "b", "b.c", "b.d", "e.f", "e.f.0.g.h", "e.f.1.g")} == {
        "a": 1, "b": 3, "b.c": 4, "b.d": 7, "e.f": 11, "e.f.0.g.h": 12, "e.f.1.g": 14,
    }  # fmt: skip
    assert "not" not in lines
