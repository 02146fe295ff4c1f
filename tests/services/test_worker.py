# SPDX-License-Identifier: Apache-2.0
"""The worker's turn: an effect is carried out once, one that fails is tried again later and later, and nothing that
does not open holds up what stands behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from tests.services.acts import PROJECT, act, report
from tocsin.core import notices
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Audience, CaseRef
from tocsin.services import arrivals, book, cases, incident, room, worker
from tocsin.services.app import Desk
from tocsin.services.ports.notifier import Reach
from tocsin.services.ports.records import Arrival
from tocsin.services.ports.store import Conflict, Effect, InboxQuery, Unavailable
from tocsin.services.queries import case as query
from tocsin.testing.house import House, house

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


class Line:
    """A notifier that does not get through as long as `error` is set."""

    name = "line"
    address = ""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.told, self.tried = error, list[notices.Notice](), 0

    def tell(self, notice: notices.Notice, reach: Reach) -> None:
        self.tried += 1
        if self.error:
            raise self.error
        self.told.append(notice)


@pytest.fixture
def home() -> House:
    return house()


def told_by(home: House, line: Line) -> House:
    return replace(home, desk=replace(home.desk, notifiers=(line,)))


def due(home: House, ref: CaseRef, *names: str, kind: str = "notify") -> None:
    """Write effects down that tell the lead something, as a change of a case does."""
    opened = cases.open_case(home.desk, ref, worker.SYSTEM_ACTOR, "test")
    assert opened
    places = worker.sealing.Places(home.desk.sealer.instance)
    now = home.clock()
    effects = tuple(
        Effect(
            id=name, case=ref, kind=kind, created_at=now, due_at=now,
            body=opened.key.seal(notices.encode(notices.Notice(case=ref, what=name)), places.effect(name, ref)),
        )
        for name in names
    )  # fmt: skip
    change = cases.change(home.desk, opened, opened.case, ())
    home.desk.journal.commit(msgspec.structs.replace(change, effects=effects))


def test_effects_are_carried_out_once_in_their_order_and_emptied(home: House, ref: CaseRef) -> None:
    line = Line()
    home = told_by(home, line)
    due(home, ref, "eff_1", "eff_2", "eff_3")
    assert worker.drain(home.desk) == (3, 0)
    assert [notice.what for notice in line.told] == ["eff_1", "eff_2", "eff_3"]
    assert home.desk.outbox.waiting() == 0
    assert worker.drain(home.desk) == (0, 0)


def test_one_that_fails_holds_up_none_behind_it_and_waits_longer_each_time(home: House, ref: CaseRef) -> None:
    line = Line(OSError("no route"))
    home = told_by(home, line)
    due(home, ref, "eff_1")
    waits = []
    for tries in range(1, 16):
        assert worker.drain(home.desk) == (0, 1)
        assert line.tried == tries
        later = home.desk.outbox.oldest()
        assert later
        waits.append(later - home.clock())
        home.clock.advance(waits[-1] - SECOND)
        assert worker.drain(home.desk) == (0, 0), "not before it is due"
        home.clock.advance(SECOND)
    assert waits[:9] == [min(10 * SECOND * 2**tries, HOUR) for tries in range(1, 10)]
    assert set(waits[8:]) == {HOUR}
    line.error = None
    due(home, ref, "eff_2")
    assert worker.drain(home.desk) == (2, 0)
    assert {notice.what for notice in line.told} == {"eff_1", "eff_2"}


def test_the_reason_stands_beside_it_and_says_nothing_of_the_case(
    home: House, ref: CaseRef, caplog: pytest.LogCaptureFixture
) -> None:
    home = told_by(home, Line(OSError(f"no route for {ref}: a title")))
    due(home, ref, "eff_1")
    later = worker.carry_out(home.desk, home.desk.outbox.lease(home.clock(), home.clock() + HOUR, 9)[0], home.clock())
    assert later
    assert later.code == "OSError"
    assert "a title" not in caplog.text
    assert f"notify of {ref} failed: OSError" in caplog.text


def test_a_store_that_is_away_ends_the_turn_keeps_what_was_done_and_lets_the_lease_run_out(
    home: House, ref: CaseRef
) -> None:
    class Twice(Line):
        def tell(self, notice: notices.Notice, reach: Reach) -> None:
            if notice.what == "eff_2":
                raise Unavailable("away")
            super().tell(notice, reach)

    line = Twice()
    home = told_by(home, line)
    due(home, ref, "eff_1", "eff_2", "eff_3")
    with pytest.raises(Unavailable):
        worker.drain(home.desk)
    assert home.desk.outbox.waiting() == 2, "the first is done and is not told again"
    assert worker.drain(home.desk) == (0, 0), "the others are leased still"
    home.clock.advance(worker.LEASE)
    home = told_by(home, last := Line())
    assert worker.drain(home.desk) == (2, 0)
    assert [notice.what for notice in line.told + last.told] == ["eff_1", "eff_2", "eff_3"]


def test_in_a_panic_effects_wait_where_they_are_and_go_out_when_it_is_over(home: House, ref: CaseRef) -> None:
    line = Line()
    home = told_by(home, line)
    due(home, ref, "eff_1")
    home.desk.machine.facts.note(incident.PANIC, incident.ON, home.clock())
    assert worker.drain(home.desk) == (0, 0)
    assert (line.tried, home.desk.outbox.waiting()) == (0, 1)
    home.desk.machine.facts.note(incident.PANIC, "off", home.clock())
    assert worker.drain(home.desk) == (1, 0)


def test_an_effect_laid_beside_another_case_is_never_carried_out(home: House, ref: CaseRef) -> None:
    line = Line()
    home = told_by(home, line)
    other = report(home).case
    worker.run_once(home.desk)
    line.told.clear()
    due(home, ref, "eff_1")
    (effect,) = home.desk.outbox.lease(home.clock(), home.clock() + HOUR, 9)
    later = worker.carry_out(home.desk, msgspec.structs.replace(effect, case=other), home.clock())
    assert later
    assert later.code == "Tampered"
    assert worker.carry_out(home.desk, msgspec.structs.replace(effect, case="WHPG-2026-none"), home.clock()) is None
    assert line.told == []


def test_a_turn_takes_a_batch_and_says_whether_more_is_waiting(home: House, ref: CaseRef) -> None:
    home = told_by(home, Line())
    due(home, ref, *(f"eff_{number:03}" for number in range(worker.BATCH + 1)))
    first = worker.run_once(home.desk)
    assert (first.effects, first.failed, first.full, first.idle) == (worker.BATCH, 0, True, False)
    second = worker.run_once(home.desk)
    assert (second.effects, second.full, second.idle) == (1, False, False)
    while not (last := worker.run_once(home.desk)).idle:
        assert last.logged, "the log is what was left to do"
    assert not last.full


def beside(home: House, line: Line) -> tuple[House, list[Callable[[], None]]]:
    """The house with a lane beside its worker, which is asked for by hand."""
    handed: list[Callable[[], None]] = []
    return replace(home, desk=replace(home.desk, notifiers=(line,), aside=handed.append)), handed


@pytest.mark.parametrize("kind", sorted(worker.OUTSIDE))
def test_what_may_hang_is_handed_aside_and_marked_there(home: House, ref: CaseRef, kind: str) -> None:
    home, handed = beside(home, line := Line(OSError("no route")))
    due(home, ref, "eff_1", kind=kind)
    due(home, ref, "eff_2")
    assert worker.drain(home.desk) == (0, 1), "only the notice is carried out in the turn"
    assert (len(handed), line.tried) == (1, 1)
    handed.pop()()
    assert line.tried == 2
    assert home.desk.outbox.waiting() == 2
    assert home.desk.outbox.oldest() == home.clock() + 2 * worker.FIRST_RETRY
    line.error = None
    home.clock.advance(2 * worker.FIRST_RETRY)
    assert worker.drain(home.desk) == (1, 0)
    handed.pop()()
    assert home.desk.outbox.waiting() == 0


def test_a_panic_that_begins_between_two_effects_stops_the_second(home: House, ref: CaseRef) -> None:
    class Panics(Line):
        def tell(self, notice: notices.Notice, reach: Reach) -> None:
            super().tell(notice, reach)
            home.desk.machine.facts.note(incident.PANIC, incident.ON, home.clock())

    line = Panics()
    home = told_by(home, line)
    due(home, ref, "eff_1", "eff_2", kind="notify")
    assert worker.drain(home.desk) == (1, 1)
    assert line.tried == 1
    assert home.desk.outbox.waiting() == 1


def test_aside_nothing_goes_out_in_a_panic_that_began_meanwhile(home: House, ref: CaseRef) -> None:
    home, handed = beside(home, line := Line())
    due(home, ref, "eff_1", kind=min(worker.OUTSIDE))
    worker.drain(home.desk)
    home.desk.machine.facts.note(incident.PANIC, incident.ON, home.clock())
    handed.pop()()
    assert line.tried == 0
    assert home.desk.outbox.oldest() == home.clock() + worker.FIRST_RETRY


def test_aside_a_store_that_is_away_lets_the_lease_run_out(home: House, ref: CaseRef) -> None:
    home, handed = beside(home, Line(Unavailable("away")))
    due(home, ref, "eff_1", kind=min(worker.OUTSIDE))
    worker.drain(home.desk)
    handed.pop()()
    assert home.desk.outbox.waiting() == 1
    assert worker.drain(home.desk) == (0, 0)
    home.clock.advance(worker.LEASE)
    worker.drain(home.desk)
    assert len(handed) == 1


def test_a_drop_that_does_not_open_is_told_of_once_and_the_others_go_on(
    home: House, caplog: pytest.LogCaptureFixture
) -> None:
    receipt = report(home)
    worker.run_once(home.desk)
    door = room.enter(home.front, receipt.phrase)
    assert door
    room.leave(home.front, door, cmd.Hear(text="First."))
    (spoilt,) = home.desk.drops.waiting(9)
    home.store._tables.drops[spoilt.id] = msgspec.structs.replace(spoilt, body=bytes(99))
    room.leave(home.front, door, cmd.Hear(text="Second."))
    stuck: set[str] = set()
    assert worker.take_drops(home.desk, stuck) == 1
    assert worker.take_drops(home.desk, stuck) == 0
    assert stuck == {spoilt.id}
    assert caplog.text.count("cannot be taken up and is kept") == 1
    assert [each.id for each in home.desk.drops.waiting(9)] == [spoilt.id], "it is kept"
    view = query.view(home.desk, receipt.case, home.dana)
    assert view
    assert "Second." in [each.text for each in view.reporter_thread]


def test_a_drop_waits_where_others_write_to_its_case(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = report(home)
    worker.run_once(home.desk)
    door = room.enter(home.front, receipt.phrase)
    assert door
    room.leave(home.front, door, cmd.Hear(text="First."))
    busy = worker.Refused(code="conflict", because="Others are writing.")
    with monkeypatch.context() as other:
        other.setattr(worker.cases, "handle", lambda *words, **more: busy)
        assert worker.take_drops(home.desk, set()) == 0
    assert len(home.desk.drops.waiting(9)) == 1
    assert worker.take_drops(home.desk, set()) == 1
    assert home.desk.drops.waiting(9) == []


def test_a_row_that_intake_sealed_is_sealed_again_once_and_says_the_same(home: House) -> None:
    receipt = report(home)
    (before,) = home.desk.inbox.by_drop(9)
    said = worker.inbox.open_summary(home.desk, before)
    assert worker.reseal(home.desk, set()) == 1
    row = home.desk.inbox.row(receipt.case)
    assert row
    assert not row.by_drop
    assert worker.inbox.open_summary(home.desk, row) == said
    assert worker.reseal(home.desk, set()) == 0


def test_a_row_that_does_not_open_holds_up_no_other(home: House) -> None:
    one, other = report(home).case, report(home).case
    (row,) = (each for each in home.desk.inbox.by_drop(9) if each.case == one)
    home.desk.inbox.put([msgspec.structs.replace(row, body=bytes(99))])
    stuck: set[str] = set()
    assert worker.reseal(home.desk, stuck) == 1
    assert stuck == {one}
    assert worker.reseal(home.desk, stuck) == 0
    found = home.desk.inbox.row(other)
    assert found
    assert not found.by_drop


def test_a_case_that_the_clock_has_nothing_to_tell_of_rests_for_an_hour(home: House, ref: CaseRef) -> None:
    act(home, ref, cmd.Say(audience=Audience.REPORTER, text="Thank you.", plan="We look.", workarounds="None."))
    (row,) = home.desk.inbox.page(InboxQuery(projects=("warehousepg",), open=None))
    assert home.desk.inbox.put([msgspec.structs.replace(row, wake_at=home.clock())]) == 1
    assert worker.tick(home.desk, set()) == 1
    after = home.desk.inbox.row(ref)
    assert after
    assert after.wake_at == home.clock() + worker.REST
    assert worker.tick(home.desk, set()) == 0


def test_a_case_that_others_write_to_is_looked_at_again_in_the_next_turn(
    home: House, ref: CaseRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = home.desk.inbox.page(InboxQuery(projects=("warehousepg",), open=None))
    home.desk.inbox.put([msgspec.structs.replace(row, wake_at=home.clock())])
    said = ["conflict", "closed"]
    monkeypatch.setattr(worker.cases, "handle", lambda *words, **more: worker.Refused(code=said[0], because="Not now."))
    assert worker.tick(home.desk, set()) == 1
    assert worker.tick(home.desk, set()) == 1, "it did not rest"
    said.reverse()
    assert worker.tick(home.desk, set()) == 1
    assert worker.tick(home.desk, set()) == 0, "any other refusal lets it rest"


def test_letters_that_cannot_be_sent_end_no_turn_and_the_log_says_nothing_of_them(
    home: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    report(home)
    wrong: list[Exception] = [ValueError("to finder@example.org: Memory can be read.")]

    def fails(desk: Desk) -> tuple[int, int]:
        raise wrong[0]

    monkeypatch.setattr(worker.sending, "drain", fails)
    turn = worker.run_once(home.desk)
    assert (turn.effects, turn.failed) == (1, 0), "what stands before it was done, and counted"
    assert "letters cannot be sent: ValueError" in caplog.text
    assert "finder" not in caplog.text
    wrong[0] = Unavailable("away")
    with pytest.raises(Unavailable):
        worker.run_once(home.desk)


def test_a_case_that_breaks_the_clock_is_told_of_once_and_the_others_are_looked_at(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = report(home).case, report(home).case
    worker.run_once(home.desk)
    home.clock.advance(timedelta(days=10))
    handle = cases.handle

    def breaks(desk: object, case: CaseRef, *words: object) -> object:
        if case == one:
            raise ValueError("broken")
        return handle(desk, case, *words)  # type: ignore[arg-type]

    monkeypatch.setattr(worker.cases, "handle", breaks)
    stuck: set[str] = set()
    assert worker.tick(home.desk, stuck) == 2
    assert stuck == {one}
    row = home.desk.inbox.row(other)
    assert row
    assert row.wake_at > home.clock()
    assert worker.tick(home.desk, stuck) == 0


def test_what_meets_others_writing_to_the_same_record_is_taken_up_in_the_next_turn(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = iter([True])

    def take(desk: Desk, arrival: Arrival) -> None:
        if next(crowd, False):
            raise Conflict("somebody was first")

    monkeypatch.setattr(arrivals, "TAKERS", {"said": take})
    book.leave(home.front, "said", PROJECT, room.Appeal(text="Look again."))
    stuck: set[str] = set()
    assert arrivals.take_up(home.desk, stuck) == 0
    assert not stuck
    assert arrivals.take_up(home.desk, stuck) == 1
    assert home.desk.outside.arrivals.waiting(9) == []


def test_a_drop_that_meets_others_writing_beside_its_case_is_not_stuck(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = report(home)
    door = room.enter(home.front, receipt.phrase)
    assert door
    room.leave(home.front, door, cmd.Hear(text="First."))
    stuck: set[str] = set()
    with monkeypatch.context() as other:
        other.setattr(worker, "take", lambda desk, drop: (_ for _ in ()).throw(Conflict("somebody was first")))
        assert worker.take_drops(home.desk, stuck) == 0
    assert not stuck
    assert worker.take_drops(home.desk, stuck) == 1


def test_a_record_that_does_not_open_holds_up_none_of_those_that_are_due_with_it(home: House) -> None:
    kept = book.Book(home.desk, "said", room.Appeal)
    for name in ("one", "spoilt", "other"):
        kept.add(PROJECT, name, room.Appeal(text=name), home.clock())
    records = home.desk.outside.records._kept
    held = records["said", PROJECT, "spoilt"]
    records["said", PROJECT, "spoilt"] = msgspec.structs.replace(held, body=bytes(99))
    assert [each.value.text for each in kept.due(home.clock(), 9)] == ["one", "other"]
    (alarm,) = home.desk.machine.alarms.since(home.clock() - HOUR, 9)
    assert (alarm.kind, alarm.place) == ("tampered", "record.body")
    records["said", PROJECT, "spoilt"] = held
    assert len(kept.due(home.clock(), 9)) == 3, "the control"
