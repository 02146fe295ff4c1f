# SPDX-License-Identifier: Apache-2.0
"""A worker ends at any instant of a publication, and two of them race: nothing early, nothing twice, all of it done.

A round ends the process before or after one write to the store, or before, during or after one call to a target:
whatever was not committed is gone, as after SIGKILL (that commits survive is the store's own campaign). 1,000 rounds
with `--deep`, a seeded sample otherwise. The negative control has targets that are not looked at before they are
written.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.publication.places import Place, order, places, run, served, states
from tests.services.acts import ready, report
from tocsin.core.vocabulary import Refused
from tocsin.services import worker
from tocsin.testing.house import House, house

pytestmark = pytest.mark.slow

ROUNDS, SAMPLE = 1000, 24
SEED = 20261208


class Killed(BaseException):
    """The process is gone: nothing catches this."""


@dataclass
class Fate:
    """Counts the instants at which a process can end, and ends it at the chosen one. Each thread has its own end."""

    at: int = 0
    seen: int = 0
    rng: random.Random = field(default_factory=random.Random)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, what: str = "") -> None:
        with self.lock:
            self.seen += 1
            mine = self.seen == self.at
        if mine:
            raise Killed


@dataclass
class Mortal:
    """A port whose writes are instants at which the process can end: just before, and just after."""

    port: Any
    fate: Fate
    writes: tuple[str, ...]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.port, name)
        if name not in self.writes:
            return found

        def mortal(*args: Any, **more: Any) -> Any:
            self.fate(name)
            result = found(*args, **more)
            self.fate(name)
            return result

        return mortal


def mortal(home: House, fate: Fate) -> House:
    """The house as a process that can end at any write."""
    desk = replace(
        home.desk,
        journal=Mortal(home.desk.journal, fate, ("commit",)),
        outbox=Mortal(home.desk.outbox, fate, ("done", "again", "lease")),
        shelf_writer=Mortal(home.desk.shelf_writer, fate, ("put",)),
    )
    return replace(home, desk=desk)


def prepared() -> tuple[House, dict[str, Place], str]:
    """A case whose publication is armed for half an hour ahead, with eight targets besides the listings."""
    home = house()
    outside = places(home)
    home = served(home, outside)
    ref = report(home).case
    ready(home, ref)
    assert not isinstance(order(home, ref, home.clock() + timedelta(minutes=30)), Refused)
    assert len(states(home, ref)) >= 8
    return home, outside, ref


def instants() -> int:
    """How many instants there are at which one publication can be cut short."""
    home, outside, _ = prepared()
    fate = Fate()
    for each in outside.values():
        each.fails = fate
    run(mortal(home, fate), 40)
    return fate.seen


def turns(home: House) -> None:
    """A worker until its end, or until there is nothing left to do."""
    try:
        while not worker.run_once(home.desk).idle:
            pass
    except Killed:
        pass


def one_round(seed: int, total: int, spoil: Callable[[Place], None] = lambda place: None) -> str:
    """End one of two workers somewhere, start again, and say what went wrong; "" for nothing."""
    rng = random.Random(f"{SEED}/{seed}")
    home, outside, ref = prepared()
    at = home.clock() + timedelta(minutes=30)
    fate = Fate(at=rng.randint(1, total))
    for each in outside.values():
        each.fails = fate
        spoil(each)
    dying = mortal(home, fate)
    racing = rng.random() < 0.5
    for _ in range(40):
        workers = [threading.Thread(target=turns, args=(dying,)) for _ in range(2 if racing else 1)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        home.clock.advance(timedelta(minutes=1))
    for each in outside.values():
        each.fails = None
    run(home, 25)
    wrong = [f"{name} written {n} times" for name, each in outside.items() for n in each.writes.values() if n != 1]
    wrong += [f"{name} too early" for name, each in outside.items() if any(when < at for _, when in each.turned_to)]
    wrong += [f"{name} {state}" for name, state in states(home, ref).items() if name in _SERVED and state != "readable"]
    if len(home.desk.shelf.publications(0, 10)) != 1:
        wrong.append("the shelf holds it more than once")
    return "; ".join(wrong)


_SERVED = ("site", "feeds", "csaf", "osv", "cve", "forge", "list", "chat", "listings")


@pytest.fixture(scope="module")
def total() -> int:
    found = instants()
    assert found > 100
    return found


def test_nothing_is_early_nothing_twice_and_everything_is_done_wherever_a_worker_ends(total, deep):
    wrong = {seed: told for seed in range(ROUNDS if deep else SAMPLE) if (told := one_round(seed, total))}
    assert wrong == {}


def test_the_campaign_notices_a_target_that_is_not_looked_at_before_it_is_written(total):
    def blindly(place: Place) -> None:
        place.find = lambda matter, payload: None  # type: ignore[method-assign]

    assert any("written 2 times" in one_round(seed, total, blindly) for seed in range(400))
