# SPDX-License-Identifier: Apache-2.0
"""Several at once on a real database: one wins, nothing is given twice, nothing is lost. Threads have a connection
each; on SQLite a second alias of the same file stands for another process, whose turns this one's gate does not know.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connections

from tests.store.databases import at_once, connected
from tests.store.stores import OTHER, T0, WHPG, copy, effect, further, grown, in_database, leaf, opening, raised, room
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.journal import DbJournal
from tocsin.adapters.db.models import OutboxRow
from tocsin.adapters.db.numbers import DbNumbers
from tocsin.adapters.db.outbox import DbOutbox
from tocsin.adapters.db.people import DbPeople
from tocsin.core.log.tree import Frontier
from tocsin.core.vocabulary import Role
from tocsin.services.ports.store import Conflict, Drop, Effect
from tocsin.testing.world import SeededMint

A = "WHPG-2026-k7x4m"
HOUR = timedelta(hours=1)
MANY = 8


@pytest.fixture
def pair(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Database]]:
    """The same database twice, as two processes would hold it."""
    if not database.is_sqlite:
        yield database, database
        return
    file = database.connection.settings_dict["NAME"]
    with connected(f"sqlite:///{file}", tmp_path_factory.getbasetemp()) as other:
        yield database, other


def racing(pair: tuple[Database, Database], count: int, work):
    """Run `work(database, number)` in threads that begin together, taking turns between the two databases."""
    start = threading.Barrier(count)

    def run(number: int):
        start.wait()
        try:
            return work(pair[number % 2], number)
        finally:
            connections[pair[1].alias].close()

    return at_once(pair[0], count, run)


def test_of_many_changes_to_one_case_one_wins_each_time(pair: tuple[Database, Database]) -> None:
    stores = in_database(pair[0])
    stores.journal.commit(opening(A))
    for expected in range(1, 6):
        ends = racing(pair, MANY, lambda db, n, at=expected: raised(lambda: DbJournal(db).commit(further(A, at))))
        assert Counter(ends) == {None: 1, Conflict: MANY - 1}
    assert [line.seq for line in stores.journal.entries(A)] == [1, 2, 3, 4, 5, 6]


def test_a_case_is_opened_once(pair: tuple[Database, Database]) -> None:
    in_database(pair[0])
    ends = racing(pair, MANY, lambda db, n: raised(lambda: DbJournal(db).commit(opening(A))))
    assert Counter(ends) == {None: 1, Conflict: MANY - 1}


def test_many_reports_at_once_are_all_taken(pair: tuple[Database, Database]) -> None:
    stores = in_database(pair[0])

    def report(database: Database, number: int) -> None:
        for turn in range(10):
            ref, key = f"WHPG-2026-{number:02d}{turn:03d}", f"{number}_{turn}"
            change = opening(
                ref, room=room(ref, f"rom_{key}", key.encode()), copies=(copy(f"cpy_{key}", f"rom_{key}"),)
            )
            DbJournal(database).commit(change)

    racing(pair, MANY, report)
    assert len(stores.journal.cases()) == 10 * MANY


def test_a_drop_is_answered_by_one_of_many(pair: tuple[Database, Database]) -> None:
    stores = in_database(pair[0])
    stores.journal.commit(opening(A))
    stores.drops.leave(Drop(id="drp_1", case=A, at=T0, body=b""), None)

    def answer(database: Database, number: int) -> type[BaseException] | None:
        return raised(lambda: DbJournal(database).commit(further(A, 1, lines=0, drop="drp_1")))

    assert Counter(racing(pair, MANY, answer)) == {None: 1, Conflict: MANY - 1}


def test_a_link_signs_in_one_of_many(pair: tuple[Database, Database]) -> None:
    people = in_database(pair[0]).people
    ann = people.add("Ann", "ann@example.org", {WHPG: frozenset({Role.OWNER})})
    for _ in range(5):
        link = people.sign_in_link(ann.id, T0, T0 + HOUR)
        ends = racing(pair, MANY, lambda db, n, link=link: DbPeople(SeededMint(), db).redeem(link, T0))
        assert Counter(ends) == {ann.id: 1, None: MANY - 1}


def test_no_advisory_number_is_given_twice(pair: tuple[Database, Database]) -> None:
    numbers = in_database(pair[0]).numbers
    given = racing(pair, MANY, lambda db, n: [DbNumbers(db).next_advisory(WHPG, 2026) for _ in range(5)])
    assert sorted(number for each in given for number in each) == list(range(1, 5 * MANY + 1))
    assert numbers.next_advisory(OTHER, 2026) == 1


def test_a_project_and_a_person_are_made_once(pair: tuple[Database, Database]) -> None:
    stores = in_database(pair[0])

    def add(database: Database, number: int) -> str:
        in_database(database)
        people = DbPeople(SeededMint(str(number)), database)
        return people.add("Ann", "ann@example.org", {WHPG: frozenset({Role.OWNER})}).id

    assert len(set(racing(pair, MANY, add))) == 1
    assert len(stores.people.members(WHPG)) == 1
    assert len(stores.projects.all()) == 2


def drained(pair: tuple[Database, Database], outbox: type[DbOutbox], effects: int) -> Counter[str]:
    """Let workers drain an outbox together; say how often each effect was taken."""
    stores = in_database(pair[0])
    stores.journal.commit(opening(A, effects=tuple(effect(f"eff_{n:03d}", A) for n in range(effects))))

    def worker(database: Database, number: int) -> list[str]:
        mine = outbox(database)
        taken: list[str] = []
        while batch := mine.lease(T0, T0 + HOUR, 3):
            taken += [each.id for each in batch]
            mine.done([each.id for each in batch], T0)
        return taken

    return Counter(effect_id for taken in racing(pair, 4, worker) for effect_id in taken)


def test_no_effect_is_leased_twice(pair: tuple[Database, Database]) -> None:
    taken = drained(pair, DbOutbox, 60)
    assert len(taken) == 60
    assert set(taken.values()) == {1}
    assert DbOutbox(pair[0]).waiting() == 0


class LooksThenTakes(DbOutbox):
    """The negative control: a lease that reads first and writes then, both workers having read."""

    both = threading.Barrier(4)

    def lease(self, now: datetime, until: datetime, limit: int) -> Sequence[Effect]:
        free = OutboxRow.objects.using(self._db.alias).filter(done_at__isnull=True, free_at__lte=now).order_by("id")
        seen = list(free.values_list("id", flat=True)[:limit])
        self.both.wait()
        with self._db.write():
            OutboxRow.objects.using(self._db.alias).filter(id__in=seen).update(free_at=until)
        self.both.wait()
        return [effect(each, A) for each in seen]


def test_the_race_would_show_a_lease_that_looks_before_it_takes(pair: tuple[Database, Database]) -> None:
    assert max(drained(pair, LooksThenTakes, 6).values()) > 1


def test_processes_that_write_and_grow_at_once_never_fork_the_log(pair: tuple[Database, Database]) -> None:
    """Changes arrive while both processes put leaves into the tree: every leaf stands once, under one history."""

    def work(database: Database, number: int) -> object:
        stores = in_database(database)
        if number < MANY // 2:
            for line in range(6):
                stores.journal.commit(opening(f"WHPG-2026-{number}{line}", leaves=(leaf(10 * number + line),)))
            return None
        return [raised(lambda: stores.log.grow(2, grown)) for _ in range(12)]

    raises = [each for result in racing(pair, MANY, work) for each in result or ()]
    assert set(raises) <= {None, Conflict}
    log = in_database(pair[0]).log
    while log.grow(50, grown):
        pass
    wanted = [leaf(10 * number + line) for number in range(MANY // 2) for line in range(6)]
    commitments = list(log.leaves(0, 100))
    assert sorted(commitments) == sorted(wanted)
    for size, note in log.checkpoints(0, 100):
        assert note == grown(Frontier(), commitments[:size]).note
