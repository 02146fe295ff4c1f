# SPDX-License-Identifier: Apache-2.0
"""Mails that are made to cost: each is taken apart within the child's limits, or kept whole before a parser sees it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.hostile_mail import HOSTILE
from tests.mail import post
from tocsin.adapters.child.pool import Pool
from tocsin.core.mail import bounds
from tocsin.core.mail.bounds import exceeded
from tocsin.core.mail.message import Message
from tocsin.services.ports.child import Failed
from tocsin.testing.house import house

KEPT_WHOLE = {
    "parts", "nest", "folds", "words", "rfc822", "addresses", "newlines", "params", "params many", "qp",
    "no end headers", "defects",
}  # fmt: skip


SPARED = {"qp"}
"""Too many lines for the parser, which does not see them: a long body is spared it."""


@pytest.fixture(scope="module")
def pool():
    made = Pool("mail", Message, 64 << 20)
    yield made
    made.close()


def test_what_no_parser_may_see_is_counted_before():
    assert {name for name, raw in HOSTILE.items() if exceeded(raw)} == KEPT_WHOLE


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_mail_is_taken_apart_or_kept_and_the_next_one_is_read(pool, name):
    assert isinstance(pool(HOSTILE[name]), Failed) == (name in KEPT_WHOLE - SPARED)
    assert not isinstance(pool(post.mail()), Failed)


def test_without_the_count_the_child_ends_and_takes_nobody_with_it(pool, monkeypatch):
    """Control: what the count keeps away is what the limits end."""
    monkeypatch.setattr(bounds, "MAX_DASHES", 10**9)
    assert exceeded(HOSTILE["nest"]) is not None, "depth is counted besides"
    assert isinstance(pool(HOSTILE["parts"]), Failed)


@pytest.mark.slow
def test_several_threads_have_children_of_their_own(pool):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as threads:
        mails = [post.mail(f"Number {number}") for number in range(40)]
        found = list(threads.map(pool, mails))
    assert [each.text for each in found] == [f"Number {number}" for number in range(40)]


@pytest.mark.slow
def test_honest_mail_behind_every_hostile_one_is_a_case_in_the_same_turn(pool):
    """Each of them may cost a child its limit and no more, so that nobody waits behind them for long; what is beyond
    the bounds costs none."""
    home = house()
    assert home.desk.mail
    home.desk = replace(home.desk, mail=replace(home.desk.mail, parse=pool))
    for name, raw in sorted(HOSTILE.items()):
        post.arrive(home, raw + f"\r\nX-{name}".encode())
    post.arrive(home, post.mail("It crashes.", subject="The honest one", message_id="honest@e"))
    turns = 0
    while home.desk.outside.arrivals.waiting(1):
        post.work(home)
        turns += 1
    assert turns == 1
    titles = [post.look(home, ref).case.title for ref in post.refs(home)]
    assert "The honest one" in titles
    assert len(titles) + len(post.quarantine(home)) == len(HOSTILE) + 1, "each is a report, or held with a reason"
