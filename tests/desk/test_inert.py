# SPDX-License-Identifier: Apache-2.0
"""Whatever strangers write is shown and does nothing."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.delivery.inert import ODD, inert, plain

TEXT = st.text(st.one_of(st.characters(), st.sampled_from("<>&\"'\u202e\u2066\u200b\u200c\u200d\ufe0f\x00\x07\r\n❤م")))


@given(TEXT)
def test_no_text_becomes_markup_or_hides_a_character(text: str) -> None:
    shown = str(inert(text))
    bare = re.sub(r'<span class="odd">U\+[0-9A-F]{4,6}</span>', "", shown)
    assert not set("<>") & set(bare)
    assert not ODD.search(shown)
    shown.encode("utf-8")


@given(TEXT)
def test_everything_else_stands_as_written(text: str) -> None:
    written = text.replace("\r\n", "\n")
    shown = re.sub(r'<span class="odd">U\+([0-9A-F]+)</span>', lambda m: chr(int(m[1], 16)), str(inert(text)))
    assert unescape(shown) == written


@pytest.mark.parametrize("text", ["می‌خواهم", "क्‍ष", "❤️", "👨‍👩‍👧", "tab\tand\nline", "é", "日本語"])
def test_real_writing_is_left_alone(text: str) -> None:
    assert str(inert(text)) == text
    assert plain(text) == text


@pytest.mark.parametrize("text", ["a\u200db", "gpu\ufe0f", "\u202e", "\u2028", "\x1b[31m", "\udc80", "\U000e0041"])
def test_what_nobody_sees_is_made_visible(text: str) -> None:
    assert 'class="odd"' in str(inert(text))
    assert "[U+" in plain(text)
