# SPDX-License-Identifier: Apache-2.0
"""Ciphertexts laid where they do not belong: every swap fails closed, and every one sounds the alarm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.services.acts import PROJECT, act, report
from tests.support import DATA
from tocsin.core.case import commands as cmd
from tocsin.core.notices import Notice
from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience, Refused
from tocsin.services import alarms, book, cases, looks, own, room, rotation, sealing, verify, worker
from tocsin.services.ports.keys import Release
from tocsin.services.ports.machine import Alarm
from tocsin.services.ports.notifier import Reach
from tocsin.services.ports.store import Drop
from tocsin.services.ports.vault import Limited, Tampered
from tocsin.services.queries import inbox
from tocsin.testing.house import House, house
from tocsin.testing.machine import MemoryKeys


@dataclass
class Slot:
    """One place where a ciphertext stands: what stands there, how to put another there, how it is read."""

    name: str
    column: str
    held: bytes
    put: Callable[[bytes], None]
    read: Callable[[], Any]


@pytest.fixture
def home() -> House:
    return house()


def filled(home: House) -> list[str]:
    """Two cases of one project, each with something sealed in every table."""
    refs = []
    for name in ("one", "other"):
        receipt = report(home)
        ref = receipt.case
        PHRASES[ref] = receipt.phrase
        act(home, ref, cmd.Say(audience=Audience.TEAM, text=f"a note on {name}"))
        act(
            home,
            ref,
            cmd.Say(audience=Audience.REPORTER, text=f"Thank you, {name}.", plan="Look.", workarounds="None."),
        )
        worker.run_once(home.desk)
        refs.append(ref)
    for ref in refs:
        opened = cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test")
        assert opened
        places, tables, name = sealing.Places(home.desk.sealer.instance), home.store._tables, f"drp_{ref}"
        tables.snapshots[ref] = sealing.seal_snapshot(places, opened.key, opened.case)
        left = msgspec.json.encode(room.Appeal(text="It is real."))
        body = home.desk.sealer.seal_drop(left, places.drop(name, ref))
        tables.drops[name] = Drop(id=name, case=ref, at=home.clock(), body=body)
        beside(home, ref)
    return refs


PHRASES: dict[str, str] = {}
"""What the reporters of the cases were given."""


FRESH: dict[str, str] = {}
"""A case beside each of which nobody was told yet."""


class Said(msgspec.Struct, frozen=True):
    """What the test keeps in records and leaves as arrivals."""

    text: str


def beside(home: House, ref: str) -> None:
    """Something of a case in the tables beside it: an effect that waits, a look, a record, a draft, an arrival, an
    answer of the API."""
    desk = home.desk
    FRESH[ref] = report(home).case  # which somebody is still to be told of
    opened, actor = cases.open_case(desk, ref, SYSTEM_ACTOR, "test"), desk.people.actor(home.dana, PROJECT)
    assert opened
    assert actor
    looks.record(desk, actor, opened, "case.read", always=True)
    assert own.keep_draft(desk, opened, home.dana, "reply", {"text": ref})
    book.Book(desk, "said", Said).add(PROJECT, ref, Said(ref))
    assert book.leave(home.front, "said", PROJECT, Said(ref), (f"arr-{ref}",))
    place, now = sealing.Places(desk.sealer.instance).repeat(ref.encode()), home.clock()
    desk.repeats.begin(ref.encode(), b"asked", now, now)
    desk.repeats.finish(ref.encode(), desk.vault.list_key(PROJECT).seal(b"answer", place))


def slots(home: House, ref: str) -> list[Slot]:
    """Every place of one case where something sealed stands."""
    desk, tables = home.desk, home.store._tables
    places = sealing.Places(desk.sealer.instance)

    def line(at: int) -> Slot:
        def put(body: bytes) -> None:
            tables.lines[ref][at] = msgspec.structs.replace(tables.lines[ref][at], body=body)

        def read() -> Any:
            kept = tables.snapshots.pop(ref)  # so that every line is read
            try:
                return cases.open_case(desk, ref, SYSTEM_ACTOR, "test")
            finally:
                tables.snapshots[ref] = kept

        return Slot(f"{ref} line {at}", "journal.body", tables.lines[ref][at].body, put, read)

    def put_in(table: dict[str, Any], key: str, field: str = "body") -> Callable[[bytes], None]:
        def put(body: bytes) -> None:
            table[key] = msgspec.structs.replace(table[key], **{field: body})

        return put

    drop = next(each for each in tables.drops.values() if each is not None and each.case == ref)
    head = tables.heads[ref]
    return [
        *(line(at) for at in range(len(tables.lines[ref]))),
        Slot(f"{ref} snapshot", "snapshot.body", tables.snapshots[ref].body, put_in(tables.snapshots, ref),
             lambda: cases.open_case(desk, ref, SYSTEM_ACTOR, "test")),
        Slot(f"{ref} row", "case.body", tables.rows[ref].body, put_in(tables.rows, ref),
             lambda: inbox.open_summary(desk, tables.rows[ref])),
        Slot(f"{ref} drop", "drop.body", drop.body, put_in(tables.drops, drop.id),
             lambda: desk.vault.open_drop(tables.drops[drop.id].body, places.drop(drop.id, ref))),
        Slot(f"{ref} key", "case_key.wrapped", head.wrapped_key, put_in(tables.heads, ref, "wrapped_key"),
             lambda: cases.open_case(desk, ref, SYSTEM_ACTOR, "test")),
        *beside_slots(home, ref),
    ]  # fmt: skip


def beside_slots(home: House, ref: str) -> list[Slot]:
    """The places of one case in the tables beside it."""
    desk, tables = home.desk, home.store._tables
    places = sealing.Places(desk.sealer.instance)
    opened = cases.open_case(desk, ref, SYSTEM_ACTOR, "test")
    assert opened

    def listed(rows: list[Any], row: Any) -> Callable[[bytes], None]:
        at = rows.index(row)

        def put(body: bytes) -> None:
            rows[at] = msgspec.structs.replace(rows[at], body=body)

        return put

    def keyed(rows: dict[Any, Any], key: Any, field: str = "body") -> Callable[[bytes], None]:
        def put(body: bytes) -> None:
            rows[key] = msgspec.structs.replace(rows[key], **{field: body})

        return put

    pending = next(each for each in tables.effects.values() if each.effect.case == FRESH[ref] and not each.done_at)
    fresh = cases.open_case(desk, FRESH[ref], SYSTEM_ACTOR, "test")
    assert fresh

    def put_effect(body: bytes) -> None:
        pending.effect = msgspec.structs.replace(pending.effect, body=body)

    records: Any = desk.outside.records
    said = ("said", PROJECT, ref)
    drafted = ("draft", PROJECT, own.name_of(desk, "draft", home.dana, ref, "reply"))
    inner = msgspec.json.decode(book.opened(desk, records._kept[drafted]), type=own.Draft)

    def put_draft(body: bytes) -> None:
        """As whoever has the list's key, and not the case's, could."""
        kept = records._kept[drafted]
        value = msgspec.json.encode(msgspec.structs.replace(inner, body=body))
        place = places.record(kept.kind, kept.project, kept.id, kept.version)
        records._kept[drafted] = msgspec.structs.replace(kept, body=desk.vault.list_key(PROJECT).seal(value, place))

    arrivals: Any = desk.outside.arrivals
    repeats: Any = desk.repeats
    look = next(each for each in tables.log.looks if each.case == ref)
    own_copies = [each for each in tables.copies if tables.rooms[each.room].case == ref]
    return [
        Slot(f"{ref} effect", "outbox.body", pending.effect.body, put_effect,
             lambda: sealing.open_deed(places, fresh.key, pending.effect)),
        Slot(f"{ref} look", "look.body", look.body, listed(tables.log.looks, look),
             lambda: list(looks.of(desk, ref, opened.key))),
        *(Slot(f"{ref} copy {at}", "room_copy.body", each.body, listed(tables.copies, each), lambda: visit(home, ref))
          for at, each in enumerate(own_copies[:2])),
        Slot(f"{ref} record", "record.body", records._kept[said].body, keyed(records._kept, said),
             lambda: book.Book(desk, "said", Said).get(PROJECT, ref)),
        Slot(f"{ref} draft", "record.draft", inner.body, put_draft,
             lambda: own.draft(desk, opened, home.dana, "reply")),
        Slot(f"{ref} arrival", "arrival.body", arrivals._kept[f"arr-{ref}"].body, keyed(arrivals._kept, f"arr-{ref}"),
             lambda: book.read(desk, arrivals._kept[f"arr-{ref}"])),
        Slot(f"{ref} answer", "repeat.answer", repeats._kept[ref.encode()].answer,
             keyed(repeats._kept, ref.encode(), "answer"),
             lambda: desk.vault.list_key(PROJECT).open(
                 repeats._kept[ref.encode()].answer, places.repeat(ref.encode()))),
    ]  # fmt: skip


def visit(home: House, ref: str) -> Any:
    """Come back with the phrase. What the front finds wrong there, the worker sounds the alarm for."""
    door = room.enter(home.front, PHRASES[ref])
    assert door
    arrivals: Any = home.desk.outside.arrivals
    try:
        return room.look(home.front, door, PROJECT)
    except Tampered:
        (left,) = (each for each in arrivals._kept.values() if each and each.kind == alarms.TAMPERED)
        alarms.found(home.desk, left)
        del arrivals._kept[left.id]
        raise


def swapped(home: House, *, alarmed: bool = True) -> tuple[int, list[str]]:
    """Lay every ciphertext in every other place; how many swaps were made, and those that were not noticed."""
    everywhere = [slot for ref in filled(home) for slot in slots(home, ref)]
    for slot in everywhere:
        slot.read()
    kept = home.desk.machine.alarms
    unnoticed, made = [], 0
    for here in everywhere:
        for there in everywhere:
            if here is there:
                continue
            kept.kept.clear()
            here.put(there.held)
            made += 1
            try:
                here.read()
                unnoticed.append(f"{there.name} in the place of {here.name}")
            except Tampered:
                if alarmed and not any(alarm.kind == alarms.TAMPERED for alarm in kept.kept.values()):
                    unnoticed.append(f"no alarm: {there.name} in the place of {here.name}")
            finally:
                here.put(here.held)
    return made, unnoticed


def test_every_ciphertext_in_another_place_fails_closed_with_an_alarm(home: House) -> None:
    made, unnoticed = swapped(home)
    assert made > 100
    assert unnoticed == []


def test_every_sealed_column_of_the_schema_stands_in_the_swaps(home: House) -> None:
    """A new column with ciphertext is swapped as well, or this fails: the allow-list names them all."""
    sealed = {
        line.split()[1].removeprefix("tocsin_")
        for line in (DATA / "plaintext-columns.txt").read_text("utf-8").splitlines()
        if line.startswith("sealed ")
    }
    swapped_here = {slot.column for ref in filled(home) for slot in slots(home, ref)}
    assert len(sealed) >= 11
    assert sealed - swapped_here == set()


def test_control_without_binding_swaps_are_read_as_if_they_were_right(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "bind", lambda *_: b"everywhere")
    kept: list[str] = []
    try:
        _, kept = swapped(home, alarmed=False)
    except (msgspec.DecodeError, ValueError):
        kept.append("a journal line was taken for another kind of thing")
    assert kept


def test_one_altered_bit_anywhere_fails_closed_with_an_alarm(home: House) -> None:
    for slot in [slot for ref in filled(home) for slot in slots(home, ref)]:
        for at in {0, 1, len(slot.held) // 2, len(slot.held) - 1}:
            home.desk.machine.alarms.kept.clear()
            slot.put(slot.held[:at] + bytes([slot.held[at] ^ 1]) + slot.held[at + 1 :])
            with pytest.raises(Tampered):
                slot.read()
            assert home.desk.machine.alarms.kept, slot.name
        slot.put(slot.held)


def test_an_older_list_row_put_back_is_noticed(home: House) -> None:
    ref = report(home).case
    worker.run_once(home.desk)
    rows = home.store._tables.rows
    old = rows[ref].body
    act(home, ref, cmd.Say(audience=Audience.TEAM, text="more"))
    rows[ref] = msgspec.structs.replace(rows[ref], body=old)
    with pytest.raises(Tampered):
        inbox.open_summary(home.desk, rows[ref])


def test_an_alarm_is_told_once_to_lead_and_auditors_and_says_no_content(home: House) -> None:
    ref, _ = filled(home)
    slot = slots(home, ref)[0]
    slot.put(b"x" * 80)
    for _ in range(3):
        with pytest.raises(Tampered):
            slot.read()
    slot.put(slot.held)
    home.told.notices.clear()
    for _ in range(2):
        alarms.tell(home.desk)
    assert [(notice.case, notice.what, notice.to) for notice in home.told.notices] == [
        (ref, "alarm: tampered", "lead"),
        (ref, "alarm: tampered", "auditors"),
    ]


def test_a_notifier_that_cannot_be_reached_ends_no_turn_and_the_alarm_is_told_later(home: House) -> None:
    class Away:
        name = "away"
        address = ""

        def tell(self, notice: Notice, reach: Reach) -> None:
            raise ConnectionRefusedError

    home.desk.machine.alarms.sound(Alarm(at=home.clock(), kind="tampered"))
    cut_off = replace(home.desk, notifiers=(Away(),))
    worker.run_once(cut_off)
    assert alarms.tell(cut_off) == 0
    assert home.told.notices == []
    assert alarms.tell(home.desk) == 1
    assert [notice.to for notice in home.told.notices] == ["lead", "auditors"]


def test_who_opens_too_many_cases_is_an_alarm_too(home: House) -> None:
    keys = home.desk.machine.keys
    keys.lines.append(
        Release(at=home.clock(), case="WHPG-2026-k7x4m", actor=home.dana, purpose="key-limit", refused="alarm")
    )
    for _ in range(2):
        alarms.take_up(home.desk)
        alarms.tell(home.desk)
        home.clock.advance(timedelta(minutes=1))
    (alarm,) = home.desk.machine.alarms.since(home.clock() - timedelta(days=1), 9)
    assert (alarm.kind, alarm.actor, alarm.case) == ("key-limit", home.dana, "WHPG-2026-k7x4m")


def test_a_limit_refuses_a_move_with_the_reason(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = report(home).case

    def limited(*_: str | bytes) -> Any:
        raise Limited("One person opens at most 60 different cases an hour.")

    monkeypatch.setattr(home.desk.vault, "case_key", limited)
    actor = home.desk.people.actor(home.dana, "warehousepg")
    assert actor
    refused = cases.handle(home.desk, ref, cmd.Say(audience=Audience.TEAM, text="x"), actor)
    assert isinstance(refused, Refused)
    assert (refused.code, "60 different cases" in refused.because) == ("limited", True)


def test_a_shredded_case_is_nobodys_any_more_and_no_alarm(home: House) -> None:
    ref, other = filled(home)
    home.desk.machine.alarms.kept.clear()
    wrapped = home.store._tables.heads[ref].wrapped_key
    assert rotation.shred(home.desk, ref)
    assert cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test") is None
    assert cases.open_case(home.desk, other, SYSTEM_ACTOR, "test") is not None
    assert wrapped not in msgspec.msgpack.encode(
        [msgspec.to_builtins(head) for head in home.store._tables.heads.values()]
    )
    assert inbox.open_summary(home.desk, home.store._tables.rows[ref]).title == "(shredded)"
    worker.run_once(home.desk)
    assert verify.verify(home.desk).findings == ()
    assert not home.desk.machine.alarms.kept
    assert not rotation.shred(home.desk, "WHPG-2026-22222")


def test_a_rotation_that_was_interrupted_is_finished_before_its_old_key_ends(home: House) -> None:
    """Otherwise what was left under it could never be opened again."""
    ref, _ = filled(home)
    done: list[str] = []

    class Keys(MemoryKeys):
        def rewrap(self, case: str, wrapped: bytes) -> bytes:
            done.append(case)
            return wrapped

        def retire(self, now: datetime) -> int:
            done.append("retired")
            return 1

    keys = Keys("i", b"new", b"")
    desk = replace(home.desk, machine=replace(home.desk.machine, keys=keys))
    assert rotation.retire(desk, lambda public: done.append("published")) == 0, "there is one key only"
    keys._standing = msgspec.structs.replace(keys._standing, public=(b"new", b"old"))
    assert rotation.retire(desk, lambda public: done.append("published")) == 1
    assert (done[0], done[-1], ref in done) == ("published", "retired", True)


def test_of_several_rows_opened_at_once_each_that_does_not_open_sounds_the_alarm(home: House) -> None:
    torn = report(home).case
    report(home)
    (row,) = (each for each in home.desk.inbox.by_drop(9) if each.case == torn)
    home.desk.inbox.put([msgspec.structs.replace(row, body=bytes(99))])
    opened = inbox.open_dropped(home.desk, home.desk.inbox.by_drop(9))
    assert sorted(each is None for each in opened) == [False, True]
    (alarm,) = home.desk.machine.alarms.untold(9)
    assert (alarm.kind, alarm.case, alarm.place) == (alarms.TAMPERED, torn, "case.summary")
