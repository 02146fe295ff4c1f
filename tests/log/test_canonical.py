# SPDX-License-Identifier: Apache-2.0
"""What is hashed and signed while a reporter waits is spelt as the reference implementation spells it."""

from __future__ import annotations

import string
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.log.canonical import canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = st.text(string.printable, max_size=8)
PLAIN = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT
VALUES = st.recursive(PLAIN, lambda inside: st.lists(inside) | st.dictionaries(NAMES, inside))


@pytest.mark.slow
@given(st.dictionaries(NAMES, VALUES))
def test_a_value_has_the_spelling_of_the_reference(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_every_character_has_the_spelling_of_the_reference() -> None:
    for start in range(0, 0x110000, 0x1000):
        text = "".join(chr(each) for each in range(start, start + 0x1000) if not 0xD800 <= each < 0xE000)
        assert canonical({"text": text}) == rfc8785.dumps({"text": text})


def test_text_that_is_none_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical({"text": "\ud800"})


def test_control_names_beyond_ascii_are_not_for_it() -> None:
    """Why its use is narrow: such names have another order in UTF-16, which the standard sorts by."""
    value = {"\uffff": 1, "\U00010000": 2}
    assert canonical(value) != rfc8785.dumps(value)
