# SPDX-License-Identifier: Apache-2.0
"""After a start nothing is known of look-alikes. The memory is filled from sealed rows while the desk already works, a
breath after every few, and what is known by then is answered; `./bench rebuild` times 25,000 on a served installation.
"""

from __future__ import annotations

import dataclasses
import random

import pytest

from tests.services.acts import PROJECT, report
from tocsin.core.intake import Report
from tocsin.services import lookalikes
from tocsin.services.likes import Likes
from tocsin.services.queries import inbox
from tocsin.testing.house import House, house

WORDS = ("decoder", "planner", "socket", "vacuum", "replica", "parser", "cursor", "header", "signature", "toast")


def told(chance: random.Random) -> Report:
    names = " ".join(f"{chance.choice(WORDS)}_{chance.randrange(500)}" for _ in range(12))
    return Report(title=f"Fault in {names.split()[0]}", reproduce=names, version="7.3.1")


@pytest.fixture
def started(deep: bool) -> tuple[House, list[str], Report]:
    """A process that was just started over sealed reports, of which the first and the last are twins; 3,000 with
    --deep, where everything takes as long as the sealing of so many."""
    made, chance = house(), random.Random(3)
    twin, many = told(chance), 3_000 if deep else 220
    given = [twin, *(told(chance) for _ in range(many - 2)), twin]
    refs = [report(made, given=each).case for each in given]
    return dataclasses.replace(made, desk=dataclasses.replace(made.desk, likes=Likes())), refs, twin


def test_the_desk_works_while_the_memory_is_filled_and_all_is_known_at_the_end(
    started: tuple[House, list[str], Report],
) -> None:
    made, refs, twin = started
    desk, known = made.desk, []

    def ask() -> None:
        assert len(inbox.page(desk, made.dana, project=PROJECT).lines) == inbox.PAGE
        near = lookalikes.alike(desk, made.dana, refs[-1], PROJECT, twin)
        assert {each.id for each in near} <= set(refs)
        known.append(len(desk.likes))

    assert lookalikes.alike(desk, made.dana, refs[-1], PROJECT, twin) == ()
    assert lookalikes.catch_up(desk, rest=ask) == len(refs)
    assert known == sorted(known)
    assert len(known) >= len(refs) // lookalikes.BREATH, "whoever waits comes first, every few reports"
    best = lookalikes.alike(desk, made.dana, refs[-1], PROJECT, twin)[0]
    assert (best.id, best.score > 0.5) == (refs[0], True)
    assert desk.likes.mark(refs[-1])
    assert lookalikes.catch_up(desk) == 0, "what is known is not taken in again"


def test_a_report_that_comes_in_meanwhile_is_known_too(started: tuple[House, list[str], Report]) -> None:
    made, refs, twin = started
    late: list[str] = []

    def ask() -> None:
        if not late:
            late.append(report(made, given=twin).case)

    lookalikes.catch_up(made.desk, rest=ask)
    lookalikes.catch_up(made.desk)
    near = lookalikes.alike(made.desk, made.dana, late[0], PROJECT, twin)
    assert {refs[0], refs[-1]} <= {each.id for each in near}
