# SPDX-License-Identifier: Apache-2.0
"""The contract of the reporters' rooms and of what they leave, on every store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.store.stores import T0, Stores, copy, further, opening, room
from tocsin.services.ports.store import Conflict, Drop

A, B = "WHPG-2026-k7x4m", "WHPG-2026-rrr22"


def drop(drop_id: str, case: str = A, minutes: int = 0) -> Drop:
    return Drop(id=drop_id, case=case, at=T0 + timedelta(minutes=minutes), body=b"drop")


def test_a_room_is_found_by_its_locator_only(stores: Stores) -> None:
    stores.journal.commit(opening(A, room=room(A)))
    assert stores.rooms.find(b"locator") == room(A)
    assert stores.rooms.find(b"locatoR") is None
    assert stores.rooms.find(b"") is None
    assert list(stores.rooms.of_case(A)) == [room(A)]
    assert list(stores.rooms.of_case(B)) == []


def test_a_copy_is_read_in_the_order_it_was_written(stores: Stores) -> None:
    stores.journal.commit(opening(A, room=room(A), copies=(copy("cpy_9"), copy("cpy_1"))))
    stores.drops.leave(drop("drp_1"), copy("cpy_5"))
    stores.journal.commit(further(A, 1, copies=(copy("cpy_3", body=b"later"),)))
    assert [each.id for each in stores.rooms.copies("rom_1")] == ["cpy_9", "cpy_1", "cpy_5", "cpy_3"]
    assert stores.rooms.copies("rom_1")[-1] == copy("cpy_3", body=b"later")


def test_a_room_that_is_forgotten_is_gone_and_the_case_stays(stores: Stores) -> None:
    stores.journal.commit(opening(A, room=room(A), copies=(copy("cpy_1"),)))
    stores.journal.commit(opening(B, room=room(B, "rom_2", b"other"), copies=(copy("cpy_2", "rom_2"),)))
    stores.rooms.forget("rom_1")
    stores.rooms.forget("rom_1")
    assert stores.rooms.find(b"locator") is None
    assert list(stores.rooms.copies("rom_1")) == []
    assert len(stores.rooms.copies("rom_2")) == 1
    assert len(stores.journal.entries(A)) == 1


def test_a_drop_waits_until_a_change_answers_it(stores: Stores) -> None:
    stores.journal.commit(opening(A))
    stores.drops.leave(drop("drp_b", minutes=2), None)
    stores.drops.leave(drop("drp_c", minutes=1), None)
    stores.drops.leave(drop("drp_a", minutes=2), None)
    assert [each.id for each in stores.drops.waiting(10)] == ["drp_c", "drp_a", "drp_b"]
    assert list(stores.drops.waiting(1)) == [drop("drp_c", minutes=1)]
    stores.journal.commit(further(A, 1, drop="drp_c"))
    assert [each.id for each in stores.drops.waiting(10)] == ["drp_a", "drp_b"]


def test_a_drop_is_answered_once(stores: Stores) -> None:
    stores.journal.commit(opening(A))
    stores.drops.leave(drop("drp_1"), None)
    stores.journal.commit(further(A, 1, drop="drp_1"))
    with pytest.raises(Conflict):
        stores.journal.commit(further(A, 2, drop="drp_1"))
    assert len(stores.journal.entries(A)) == 2


def test_a_drop_can_be_answered_by_the_case_that_its_own_was_merged_into(stores: Stores) -> None:
    stores.journal.commit(opening(A))
    stores.journal.commit(opening(B))
    stores.drops.leave(drop("drp_1"), None)
    with pytest.raises(Conflict):
        stores.journal.commit(further(B, 1, drop="drp_1"))
    stores.journal.commit(further(B, 1, drop="drp_1", drop_of=A))
    assert list(stores.drops.waiting(10)) == []
    with pytest.raises(Conflict):
        stores.journal.commit(further(B, 2, drop="drp_1", drop_of=A))


def test_a_drop_comes_in_once_even_after_it_was_answered(stores: Stores) -> None:
    stores.journal.commit(opening(A, room=room(A)))
    stores.drops.leave(drop("drp_1"), copy("cpy_1"))
    with pytest.raises(Conflict):
        stores.drops.leave(drop("drp_1"), copy("cpy_2"))
    stores.journal.commit(further(A, 1, drop="drp_1"))
    with pytest.raises(Conflict):
        stores.drops.leave(drop("drp_1"), copy("cpy_3"))
    assert [each.id for each in stores.rooms.copies("rom_1")] == ["cpy_1"]
    assert list(stores.drops.waiting(10)) == []


@pytest.mark.parametrize("lost", [drop("drp_1", B), drop("drp_1")], ids=["case gone", "room gone"])
def test_a_drop_for_what_is_gone_is_a_conflict_and_leaves_nothing(stores: Stores, lost: Drop) -> None:
    stores.journal.commit(opening(A))
    with pytest.raises(Conflict):
        stores.drops.leave(lost, copy("cpy_1", "rom_gone") if lost.case == A else None)
    assert list(stores.drops.waiting(10)) == []


def test_a_drop_whose_case_is_gone_is_emptied_and_its_id_stays(stores: Stores) -> None:
    stores.journal.commit(opening(A))
    stores.drops.leave(drop("drp_1"), None)
    stores.drops.leave(drop("drp_2", minutes=1), None)
    stores.drops.forget("drp_1")
    stores.drops.forget("drp_never")
    assert [each.id for each in stores.drops.waiting(9)] == ["drp_2"]
    with pytest.raises(Conflict):
        stores.drops.leave(drop("drp_1"), None)
