# SPDX-License-Identifier: Apache-2.0
"""The law behind the contract: whatever is done to a store, in whatever order, the double and a database answer alike.

A seeded random walk does everything a port can do, sensible or not, to both at once and compares every answer,
refusals included.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec
import pytest

from tests.store.stores import (
    OTHER,
    T0,
    WHPG,
    Stores,
    copy,
    effect,
    further,
    grown,
    in_database,
    in_memory,
    leaf,
    look,
    opening,
    room,
    row,
)
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.outbox import DbOutbox
from tocsin.services.ports.store import NEVER, Change, Conflict, Drop, InboxQuery

PROJECTS = (WHPG, OTHER)
CASES = tuple(f"WHPG-2026-{letter * 5}" for letter in "2x9m")
Step = Callable[[Stores], object]


def answer(stores: Stores, step: Step) -> object:
    """What a store says, with lists made comparable."""
    try:
        said = step(stores)
    except Conflict:
        return Conflict
    return list(said) if isinstance(said, list | tuple) else said


class Walk:
    """Makes the steps; every id it uses may have been used before."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def one(self, kind: str) -> str:
        return f"{kind}_{self.chance.randrange(20)}"

    def about(self) -> dict[str, object]:
        pick = self.chance.choice
        due = (NEVER, T0, T0 + timedelta(hours=1), T0 + timedelta(hours=2))
        return {
            "open": pick((True, True, False)), "phase": pick(("new", "accepted")), "waits_for": pick(("team", "none")),
            "lead": pick(("", "usr_1")), "next_due": pick(due), "wake_at": pick(due), "by_drop": pick((True, False)),
        }  # fmt: skip

    def change(self, stores: Stores) -> Change:
        """Mostly the next change of a case, sometimes one that somebody else was quicker than."""
        pick, case = self.chance.choice, self.chance.choice(CASES)
        head = stores.journal.head(case)
        expected = max((head.seq if head else 0) + pick((0, 0, 0, 0, -1, 1)), 0)
        more = {
            "project": pick((*[WHPG] * 9, OTHER)), "lines": pick((1, 1, 2)), "row": self.about(),
            "room": pick((None, None, None, room(case, self.one("rom"), self.one("loc").encode()))),
            "copies": pick(((), (), (), (copy(self.one("cpy"), self.one("rom")),))),
            "effects": pick(((), (effect(self.one("eff"), case, T0 + timedelta(hours=pick((0, 1)))),))),
            "drop": pick(("", "", "", self.one("drp"))),
            "leaves": tuple(leaf(self.chance.randrange(40)) for _ in range(pick((0, 1, 2)))),
        }  # fmt: skip
        return further(case, expected, **more) if expected else opening(case, **more)

    def query(self) -> InboxQuery:
        pick = self.chance.choice
        return InboxQuery(
            projects=pick(((WHPG,), PROJECTS, ())), open=pick((True, False, None)), lead=pick(("", "", "usr_1")),
            waits_for=pick(("", "", "team")), phase=pick(("", "", "new")), limit=pick((1, 2, 50)),
            after=pick((None, (T0, pick(CASES)), (NEVER, pick(CASES)))),
        )  # fmt: skip

    def write(self, stores: Stores) -> Step:
        pick = self.chance.choice
        change, case, at = self.change(stores), pick(CASES), T0 + timedelta(hours=pick((0, 1, 2)))
        drop = Drop(id=self.one("drp"), case=case, at=at, body=b"drop")
        own = pick((None, copy(self.one("cpy"), self.one("rom"))))
        again = row(case, pick((1, 2, 3)), **self.about())
        gone, done = self.one("rom"), self.one("eff")
        back = msgspec.structs.replace(effect(self.one("eff"), case), tries=pick((0, 1, 1, 2)))
        seen, batch = look(self.one("lok"), case, self.chance.randrange(40)), pick((1, 3, 10))
        return pick(
            (
                *(lambda stores: stores.journal.commit(change),) * 6,
                lambda stores: stores.drops.leave(drop, own),
                lambda stores: stores.inbox.put([again]),
                lambda stores: stores.outbox.lease(at, at + timedelta(hours=1), 2),
                lambda stores: stores.outbox.done([done], at),
                lambda stores: stores.outbox.again(back, at, "timeout"),
                lambda stores: stores.log.note_look(seen),
                lambda stores: stores.log.grow(batch, grown),
                lambda stores: stores.numbers.next_advisory(WHPG, 2026),
                *(lambda stores: stores.rooms.forget(gone),) * pick((0, 0, 1)),
            )
        )

    def reads(self) -> list[Step]:
        case, query, at = self.chance.choice(CASES), self.query(), T0 + timedelta(hours=1)
        places = [(self.chance.randrange(3), self.chance.randrange(20)) for _ in range(4)]
        return [
            lambda stores: stores.journal.head(case),
            lambda stores: stores.journal.entries(case, 1, 2),
            lambda stores: stores.journal.tail(case, 4, 2),
            lambda stores: stores.journal.cases(case, 2),
            lambda stores: stores.inbox.page(query),
            lambda stores: stores.inbox.row(case),
            lambda stores: stores.inbox.ended(query.projects[0], T0, None, 2) if query.projects else (),
            lambda stores: stores.inbox.counts(query.projects, 2),
            lambda stores: stores.inbox.to_wake(at, 3),
            lambda stores: stores.inbox.by_drop(3),
            lambda stores: [stores.inbox.leads(project) for project in (WHPG, OTHER)],
            lambda stores: stores.rooms.of_case(case),
            lambda stores: [stores.rooms.copies(each.id) for each in stores.rooms.of_case(case)],
            lambda stores: stores.drops.waiting(3),
            lambda stores: stores.outbox.waiting(),
            lambda stores: stores.log.checkpoint(),
            lambda stores: stores.log.count(),
            lambda stores: stores.log.standing([leaf(number) for number in range(40)]),
            lambda stores: stores.log.hashes(places),
            lambda stores: stores.log.leaves(3, 5),
            lambda stores: stores.log.checkpoints(3, 2),
            lambda stores: stores.log.looks(case, 1, 2),
        ]


def disagreements(one: Stores, other: Stores, seed: int, length: int) -> list[int]:
    """Walk both stores; the numbers of the steps at which their answers differ."""
    walk = Walk(seed)
    differing = []
    for number in range(length):
        steps = [walk.write(one), *walk.reads()]
        if any(answer(one, step) != answer(other, step) for step in steps):
            differing.append(number)
    return differing


@pytest.mark.parametrize("seed", range(2))
def test_the_double_and_a_database_answer_alike(database: Database, seed: int, deep: bool) -> None:
    assert disagreements(in_memory(), in_database(database), seed, 2_000 if deep else 100) == []


def test_the_walk_would_notice_a_small_difference(sqlite: Database) -> None:
    class Forgetful(DbOutbox):
        """A negative control: an outbox that does not mind what was done already."""

        def done(self, effects: Sequence[str], now: object) -> None: ...

    stores = in_database(sqlite)
    broken = Stores(
        **{name: getattr(stores, name) for name in Stores.__dataclass_fields__} | {"outbox": Forgetful(sqlite)}
    )
    assert disagreements(in_memory(), broken, 0, 400)
