# SPDX-License-Identifier: Apache-2.0
"""What a turn of the worker consists of, in which order of patience: what every turn does and what only every minute,
what stands behind things that do not open, whose words a drop holds, and who carries an effect out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.services.acts import report
from tests.services.test_worker import Line, due, told_by
from tocsin.core import egress, notices
from tocsin.core.case import commands as cmd
from tocsin.core.case.deeds import CveDue
from tocsin.core.vocabulary import Actor, ActorKind, Audience, CaseRef, Refused
from tocsin.services import cases, room, sealing, worker
from tocsin.services.ports.store import Conflict, Drop, Effect, Unavailable
from tocsin.services.publishing import Later
from tocsin.services.queries import case as query
from tocsin.services.room import ReporterCommand
from tocsin.testing.house import House, house

MINUTE = timedelta(minutes=1)


@pytest.fixture
def home() -> House:
    return house()


def leave(home: House, ref: CaseRef, name: str, command: ReporterCommand) -> Drop:
    """A drop as versions before parties left it: it does not say which room it is from."""
    place = sealing.Places(home.desk.sealer.instance).drop(name, ref)
    body = home.front.sealer.seal_drop(msgspec.json.encode(command), place)
    drop = Drop(id=name, case=ref, at=home.clock(), body=body)
    home.desk.drops.leave(drop, None)
    return drop


def write(home: House, ref: CaseRef, name: str, deed: notices.Deed) -> None:
    """Put one deed into the outbox, as a change of its case does."""
    opened = cases.open_case(home.desk, ref, worker.SYSTEM_ACTOR, "test")
    assert opened
    body = opened.key.seal(notices.encode(deed), sealing.Places(home.desk.sealer.instance).effect(name, ref))
    kind = str(type(deed).__struct_config__.tag)
    effect = Effect(id=name, case=ref, kind=kind, created_at=home.clock(), due_at=home.clock(), body=body)
    change = cases.change(home.desk, opened, opened.case, ())
    home.desk.journal.commit(msgspec.structs.replace(change, effects=(effect,)))


def test_chores_of_every_turn_and_those_of_every_minute(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for module, name in (("alarms", "tell"), ("canary", "keep"), ("badge", "keep"), ("publication", "keep_site")):
        monkeypatch.setattr(getattr(worker, module), name, lambda desk, module=module: done.append(module))
    worker.run_once(home.desk)
    assert sorted(done) == ["alarms", "badge", "canary", "publication"]
    done.clear()
    home.clock.advance(MINUTE - timedelta(seconds=1))
    worker.run_once(home.desk)
    assert sorted(done) == ["alarms", "publication"]
    done.clear()
    home.clock.advance(timedelta(seconds=1))
    worker.run_once(home.desk)
    assert sorted(done) == ["alarms", "badge", "canary", "publication"]


def test_the_log_is_signed_when_nothing_else_is_to_do_or_five_hundred_leaves_wait(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(worker.logbook, "grow", lambda desk, at_least: asked.append(at_least) or 0)
    report(home)
    assert not worker.run_once(home.desk).idle
    assert worker.run_once(home.desk).idle
    assert asked == [500, 1]


def test_a_turn_counts_what_came_by_every_door_and_a_batch_of_failures_is_a_full_one(
    home: House, ref: CaseRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert worker.Turn(drops=0, ticks=0, resealed=0, effects=0, failed=0).logged == 0
    monkeypatch.setattr(worker.arrivals, "take_up", lambda desk, stuck: 2)
    leave(home, ref, "drp_1", cmd.Hear(text="It also works on 7.4."))
    assert worker.run_once(home.desk).drops == 3
    home = told_by(home, Line(OSError("no route")))
    monkeypatch.setattr(worker.arrivals, "take_up", lambda desk, stuck: 0)
    while not worker.run_once(home.desk).idle:
        home.clock.advance(worker.LONGEST_RETRY)
        home.desk.outbox.done([each.id for each in home.desk.outbox.lease(home.clock(), home.clock(), 9)], home.clock())
    due(home, ref, *(f"eff_{number:03}" for number in range(worker.BATCH)))
    turn = worker.run_once(home.desk)
    assert (turn.effects, turn.failed, turn.full) == (0, worker.BATCH, True)


def spoil_drops(home: House, refs: list[CaseRef]) -> Callable[[set[str]], int]:
    for number, ref in enumerate(refs):
        drop = leave(home, ref, f"drp_{number}", cmd.Hear(text="A word."))
        if number < 2:
            home.store._tables.drops[drop.id] = msgspec.structs.replace(drop, body=bytes(99))
    return lambda stuck: worker.take_drops(home.desk, stuck)


def spoil_cases(home: House, refs: list[CaseRef], patch: pytest.MonkeyPatch) -> Callable[[set[str]], int]:
    handle = cases.handle

    def breaks(desk: Any, case: CaseRef, *words: Any) -> Any:
        if case in refs[:2]:
            raise ValueError("broken")
        return handle(desk, case, *words)

    for number, ref in enumerate(refs):
        row = home.desk.inbox.row(ref)
        assert row
        home.desk.inbox.put([msgspec.structs.replace(row, wake_at=home.clock() - MINUTE * (9 - number))])
    patch.setattr(worker.cases, "handle", breaks)
    return lambda stuck: worker.tick(home.desk, stuck)


def spoil_rows(home: House, refs: list[CaseRef]) -> Callable[[set[str]], int]:
    for ref in refs[:2]:
        row = home.desk.inbox.row(ref)
        assert row
        home.desk.inbox.put([msgspec.structs.replace(row, body=bytes(99))])
    return lambda stuck: worker.reseal(home.desk, stuck)


@pytest.mark.parametrize("kind", ["drops", "cases", "rows"])
def test_as_many_as_a_batch_that_do_not_open_hold_up_nothing_behind_them(
    home: House, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    refs = sorted(report(home).case for _ in range(4))
    monkeypatch.setattr(worker, "BATCH", 2)
    if kind == "drops":
        turn = spoil_drops(home, refs)
    else:
        turn = spoil_cases(home, refs, monkeypatch) if kind == "cases" else spoil_rows(home, refs)
    stuck: set[str] = set()
    done = [turn(stuck), turn(stuck)]
    assert len(stuck) == 2
    assert done == ([2, 2] if kind == "cases" else [0, 2]), "the clock also counts what it looked at in vain"


def test_a_store_that_is_away_ends_the_turn_and_puts_no_blame_on_drop_or_case(
    home: House, ref: CaseRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(home, ref, "drp_1", cmd.Hear(text="A word."))
    row = home.desk.inbox.row(ref)
    assert row
    home.desk.inbox.put([msgspec.structs.replace(row, wake_at=home.clock())])
    stuck: set[str] = set()

    def away(*words: object, **more: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(worker.cases, "handle", away)
        for turn in (worker.take_drops, worker.tick):
            with pytest.raises(Unavailable):
                turn(home.desk, stuck)
    assert stuck == set()
    assert worker.take_drops(home.desk, stuck) == 1


def test_words_from_no_named_room_are_the_reporters(home: House, ref: CaseRef, monkeypatch: pytest.MonkeyPatch) -> None:
    (reporters,) = home.desk.rooms.of_case(ref)
    party = msgspec.structs.replace(reporters, id="pty_1")
    monkeypatch.setattr(home.desk.rooms, "of_case", lambda case: [party, reporters])
    drop = leave(home, ref, "drp_1", cmd.Hear(text="A word."))
    assert worker._reporter(home.desk, drop) == Actor(kind=ActorKind.REPORTER, id=reporters.id)
    monkeypatch.setattr(home.desk.rooms, "of_case", lambda case: [party])
    assert worker._reporter(home.desk, drop) == Actor(kind=ActorKind.REPORTER, id="reporter")
    monkeypatch.undo()
    assert worker.take_drops(home.desk, set()) == 1
    view = query.view(home.desk, ref, home.dana)
    assert view
    assert [each.text for each in view.reporter_thread][-1] == "A word."


def test_a_refusal_counts_as_taken_up_once_it_is_told(
    home: House, ref: CaseRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = leave(home, ref, "drp_1", cmd.Appeal(text="Look again."))

    def quicker(*words: object) -> None:
        raise Conflict("somebody was first")

    with monkeypatch.context() as crowded:
        crowded.setattr(worker.cases, "answer_drop", quicker)
        assert worker.take(home.desk, drop) is False
        assert home.desk.drops.waiting(9) == [drop]
    assert worker.take(home.desk, drop) is True
    assert home.desk.drops.waiting(9) == []


def test_words_follow_a_case_through_eight_mergers_and_no_further(
    home: House, ref: CaseRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whoever reported the merged case speaks as one of the other's parties, under this case's name."""
    asked: list[tuple[CaseRef, Actor]] = []

    def moved(desk: object, case: CaseRef, command: object, actor: Actor, **more: str) -> Refused:
        asked.append((case, actor))
        return Refused(code=worker.relating.GONE, because="Part of another.", missing=(f"next-{len(asked)}",))

    monkeypatch.setattr(worker.cases, "handle", moved)
    reporter, vendor = Actor(kind=ActorKind.REPORTER, id="rom_1"), Actor(kind=ActorKind.PARTY, id="pty_1")
    drop = Drop(id="drp_1", case=ref, at=home.clock(), body=b"")
    for who, speaks in ((reporter, Actor(kind=ActorKind.PARTY, id=ref)), (vendor, vendor)):
        asked.clear()
        result = worker._carried(home.desk, drop, who, cmd.Hear(text="A word."))
        assert isinstance(result, Refused)
        assert asked == [(ref, who), *((f"next-{number}", speaks) for number in range(1, 9))]


def test_a_case_that_the_clock_told_something_wakes_when_the_next_is_due_and_not_an_hour_later(
    home: House, ref: CaseRef
) -> None:
    row = home.desk.inbox.row(ref)
    assert row
    soon = home.clock() + timedelta(minutes=10)
    home.desk.inbox.put([msgspec.structs.replace(row, wake_at=soon)])
    worker._let_rest(home.desk, ref)
    worker._let_rest(home.desk, "WHPG-2026-none")
    after = home.desk.inbox.row(ref)
    assert after
    assert after.wake_at == soon
    home.clock.advance(timedelta(minutes=10))
    worker._let_rest(home.desk, ref)
    rested = home.desk.inbox.row(ref)
    assert rested
    assert rested.wake_at == home.clock() + timedelta(hours=1)


def test_what_was_sealed_again_is_known_to_who_looks_for_the_like(home: House) -> None:
    ref = report(home).case
    assert not home.desk.likes.knows(ref, 1)
    assert worker.reseal(home.desk, set()) == 1
    row = home.desk.inbox.row(ref)
    assert row
    assert home.desk.likes.knows(ref, row.seq)


def test_an_effect_whose_worker_died_is_free_after_five_minutes_and_not_before(home: House, ref: CaseRef) -> None:
    home = told_by(home, line := Line(Unavailable("away")))
    due(home, ref, "eff_1")
    with pytest.raises(Unavailable):
        worker.drain(home.desk)
    line.error = None
    home.clock.advance(timedelta(minutes=5) - timedelta(seconds=1))
    assert worker.drain(home.desk) == (0, 0)
    home.clock.advance(timedelta(seconds=1))
    assert worker.drain(home.desk) == (1, 0)


def test_each_effect_is_carried_out_by_its_own(home: House, ref: CaseRef, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []
    later = Later(home.clock() + MINUTE, "asked-again")
    monkeypatch.setattr(worker.answers, "queue", lambda desk, deed: done.append(("answer", deed.seq)))
    monkeypatch.setattr(worker.notifying, "tell", lambda desk, deed, cause: done.append((deed.what, cause)))
    monkeypatch.setattr(worker.deliveries, "happened", lambda *words: done.append((words[1], words[3])))
    monkeypatch.setattr(worker.cve, "carry", lambda desk, deed, tries: later)
    happened = notices.Happened(case=ref, project="warehousepg", what="report.received", at=home.clock())
    write(home, ref, "eff_1", happened)
    write(home, ref, "eff_2", notices.Said(case=ref, seq=7, audience=Audience.REPORTER))
    write(home, ref, "eff_3", notices.Notice(case=ref, what="message.received"))
    write(home, ref, "eff_4", CveDue(case=ref, what="id"))
    *others, last = home.desk.outbox.lease(home.clock(), home.clock() + MINUTE, 9)
    assert [worker.carry_out(home.desk, each, home.clock() + MINUTE) for each in others] == [None, None, None]
    assert done == [("warehousepg", "eff_1"), ("answer", 7), ("message.received", "eff_3")]
    assert worker.carry_out(home.desk, last, home.clock() + MINUTE) == later


def test_what_is_handed_aside_has_its_lease_and_a_store_that_is_away_is_told_of(
    home: House, ref: CaseRef, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    handed: list[Callable[[], None]] = []
    home = replace(home, desk=replace(home.desk, aside=handed.append))
    seen: list[object] = []

    def carried(desk: object, effect: object, until: object) -> None:
        seen.append(until)
        raise Unavailable("away")

    monkeypatch.setattr(worker, "carry_out", carried)
    due(home, ref, "eff_1", kind=min(worker.OUTSIDE))
    worker.drain(home.desk)
    handed.pop()()
    assert seen == [home.clock() + worker.LEASE]
    assert [(each.name, each.levelname) for each in caplog.records] == [("tocsin.worker", "WARNING")]


def test_a_notice_that_holds_a_secret_is_told_nobody_and_says_why(home: House, ref: CaseRef) -> None:
    home = told_by(home, line := Line())
    write(home, ref, "eff_1", notices.Notice(case=ref, what="-----BEGIN RSA PRIVATE KEY-----\nMIIEow"))
    (effect,) = home.desk.outbox.lease(home.clock(), home.clock() + MINUTE, 9)
    later = worker.carry_out(home.desk, effect, home.clock() + MINUTE)
    assert later
    assert later.code == egress.HELD
    assert line.told == []


def test_a_room_says_whose_words_they_are(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = report(home)
    worker.run_once(home.desk)
    door = room.enter(home.front, receipt.phrase)
    assert door
    seen: list[Actor] = []
    monkeypatch.setattr(worker, "_carried", lambda desk, drop, actor, command: seen.append(actor))
    for whose in (door.room, msgspec.structs.replace(door.room, id="pty_1")):
        room.leave(home.front, msgspec.structs.replace(door, room=whose), cmd.ConfirmFix())
    assert worker.take_drops(home.desk, set()) == 2
    assert {(each.kind, each.id) for each in seen} == {
        (ActorKind.REPORTER, door.room.id),
        (ActorKind.PARTY, "pty_1"),
    }
