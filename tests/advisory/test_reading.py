# SPDX-License-Identifier: Apache-2.0
"""Sentences of an advisory are counted as a reader meets them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.advisory.reading import LONG, reading, sentences

LAST = "It is " + "very " * LONG + "long."


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three?", ("One.", "Two!", "Three?")),
        ("Update to 7.4.2 or 7.3.4 now.", ("Update to 7.4.2 or 7.3.4 now.",)),
        ("Do this:\n\n    DROP EXTENSION plperl;\n\nThen restart.", ("Do this:", "Then restart.")),
        ("Do this:\n```sql\nSELECT 1. FROM x;\n```\nThen restart.", ("Do this:", "Then restart.")),
        ("- First point\n- Second point", ("- First point", "- Second point")),
        ("Look at `a b c. d e f` first.", ("Look at code first.",)),
        ("A variable (e.g. `PATH`) is set. It stays.", ("A variable (eg code) is set.", "It stays.")),
        ("", ()),
    ],
)
def test_prose_is_parted_into_sentences_and_code_left_out(text: str, parts: tuple[str, ...]) -> None:
    assert sentences(text) == parts


def test_the_longest_sentence_is_named_with_its_field() -> None:
    found = reading({"summary": "Short and clear.", "details": f"Fine. {LAST}"})
    assert (found.sentences, found.long, found.field, found.text) == (3, 1, "details", LAST)
    assert found.longest == LONG + 3
    assert found.mean == round((3 + 1 + LONG + 3) / 3)


@pytest.mark.slow
@given(st.text(max_size=400))
def test_any_text_can_be_counted(text: str) -> None:
    found = reading({"details": text})
    assert found.longest <= found.words
    assert found.long <= found.sentences
