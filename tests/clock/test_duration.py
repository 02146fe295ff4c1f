# SPDX-License-Identifier: Apache-2.0
"""Durations as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.clock import Duration, Unit


@pytest.mark.parametrize(
    ("text", "amount", "unit", "written"),
    [
        ("3 business days", 3, Unit.BUSINESS_DAY, "3 business days"),
        ("3 working days", 3, Unit.BUSINESS_DAY, "3 business days"),
        ("1 business day", 1, Unit.BUSINESS_DAY, "1 business day"),
        ("72 hours", 72, Unit.HOUR, "72 hours"),
        ("72h", 72, Unit.HOUR, "72 hours"),
        ("15 minutes", 15, Unit.MINUTE, "15 minutes"),
        ("28 Days", 28, Unit.DAY, "28 days"),
        ("2 weeks", 2, Unit.WEEK, "2 weeks"),
        ("1 month", 1, Unit.MONTH, "1 month"),
        ("immediate", 0, Unit.MINUTE, "immediate"),
        ("Immediately", 0, Unit.MINUTE, "immediate"),
    ],
)
def test_a_duration_is_read_and_written(text, amount, unit, written):
    duration = Duration.parse(text)
    assert (duration.amount, duration.unit, str(duration)) == (amount, unit, written)


@pytest.mark.parametrize(
    "text", ["", "promptly", "a few weeks", "3", "-3 days", "3.5 days", "99999 days", "3 fortnights"]
)
def test_words_without_a_number_are_no_duration(text):
    with pytest.raises(ValueError, match="not a duration"):
        Duration.parse(text)


@given(st.integers(1, 9999), st.sampled_from(list(Unit)))
def test_law_what_is_written_is_read_back(amount, unit):
    duration = Duration(amount=amount, unit=unit)
    assert Duration.parse(str(duration)) == duration
