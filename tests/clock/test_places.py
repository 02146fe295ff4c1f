# SPDX-License-Identifier: Apache-2.0
"""A time zone is found by what people write: its name, or its city."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from tocsin.core.clock.places import place


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"),
        (" asia/tokyo ", "Asia/Tokyo"),
        ("tokyo", "Asia/Tokyo"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_found_by_its_name_or_its_city(written: str, meant: str) -> None:
    assert place(written) == meant


@pytest.mark.parametrize("written", ["", "  ", "Nowhere", "../../etc/passwd", "/", "💥", "x" * 5000, "posix/UTC"])
def test_what_is_no_zone_is_none(written: str) -> None:
    assert place(written) == ""


def test_every_zone_is_found_by_its_own_name() -> None:
    plain = [each for each in available_timezones() if not each.startswith(("posix/", "right/", "Etc/"))]
    assert [each for each in plain if place(each).casefold() != each.casefold()] == []
