# SPDX-License-Identifier: Apache-2.0
"""How many bodies are read at once: of all, and of one address. (Live: tests/boot/test_serve.py.)"""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tocsin.boot.crowd import Bodies

HERE, ONE, OTHER = "127.0.0.1", "192.0.1.7", "8.8.8.8"


def test_of_one_address_only_so_many_are_read_and_others_are_let_in() -> None:
    bodies = Bodies(most=10, of_one=3)
    with ExitStack() as held:
        assert [held.enter_context(bodies.reading(ONE)) for _ in range(5)] == [True] * 3 + [False] * 2
        assert held.enter_context(bodies.reading(OTHER))
    with bodies.reading(ONE) as let_in:
        assert let_in, "whoever has been read is counted no more, and whoever was refused never was"


def test_of_all_only_so_many_are_read_also_behind_a_proxy() -> None:
    bodies = Bodies(most=4, of_one=3)
    with ExitStack() as held:
        assert [held.enter_context(bodies.reading(HERE)) for _ in range(5)] == [True] * 4 + [False]
        assert not held.enter_context(bodies.reading(ONE))
    with bodies.reading(ONE) as let_in:
        assert let_in


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("2001:4860::1", "2001:4860::2", True),
        ("2001:4860::1", "2001:4861::1", False),
        ("10.0.0.1", "10.0.0.1", False),
        ("nonsense", "nonsense", False),
    ],
)
def test_what_counts_as_one_address(one: str, other: str, together: bool) -> None:
    bodies = Bodies(most=10, of_one=1)
    with bodies.reading(one) as first, bodies.reading(other) as second:
        assert first
        assert second is not together


def test_a_view_that_fails_gives_its_place_back() -> None:
    bodies = Bodies(most=1)
    with pytest.raises(ValueError, match="view"), bodies.reading(ONE):
        raise ValueError("view")
    with bodies.reading(ONE) as let_in:
        assert let_in
