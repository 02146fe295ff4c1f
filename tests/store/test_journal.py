# SPDX-License-Identifier: Apache-2.0
"""The contract of the journal, on every store."""

from __future__ import annotations

import msgspec
import pytest

from tests.store.stores import (
    OTHER,
    T0,
    WHPG,
    Stores,
    copy,
    effect,
    entry,
    further,
    opening,
    room,
    row,
)
from tocsin.services.ports.store import Change, Conflict, Drop, Head, InboxQuery, SealedEntry

A, B = "WHPG-2026-k7x4m", "WHPG-2026-rrr22"


def everything(stores: Stores, case: str = A) -> tuple[object, ...]:
    """All that can be read of a case: what a change that failed must leave as it was."""
    rooms = stores.rooms.of_case(case)
    return (
        stores.journal.head(case),
        list(stores.journal.entries(case)),
        stores.journal.snapshot(case),
        stores.inbox.row(case),
        list(rooms),
        [list(stores.rooms.copies(each.id)) for each in rooms],
        stores.outbox.waiting(),
        list(stores.drops.waiting(10)),
    )


def test_a_commit_can_be_read_back_whole(stores: Stores) -> None:
    change = opening(
        A,
        lines=2,
        snapshot=entry(2, b"\x00snapshot\xff"),
        room=room(A, locator=b"\x00\xfflocator"),
        copies=(copy("cpy_2"), copy("cpy_1")),
        effects=(effect("eff_1", A),),
        row={"by_drop": True, "lead": "usr_1", "next_due": T0, "wake_at": T0},
    )
    stores.journal.commit(change)
    assert stores.journal.head(A) == Head(case=A, project=WHPG, seq=2, wrapped_key=b"wrapped")
    assert tuple(stores.journal.entries(A)) == change.entries
    assert stores.journal.snapshot(A) == change.snapshot
    assert stores.inbox.row(A) == change.row
    assert stores.rooms.find(b"\x00\xfflocator") == change.room
    assert tuple(stores.rooms.copies("rom_1")) == change.copies
    assert stores.outbox.waiting() == 1


def test_the_next_change_moves_the_case_on(stores: Stores) -> None:
    stores.journal.commit(opening(A))
    stores.journal.commit(further(A, 1, lines=3, row={"open": False, "phase": "closed"}))
    assert stores.journal.head(A) == Head(case=A, project=WHPG, seq=4, wrapped_key=b"wrapped")
    assert [line.seq for line in stores.journal.entries(A)] == [1, 2, 3, 4]
    assert stores.inbox.row(A) == row(A, 4, open=False, phase="closed")


def test_a_change_may_bring_a_new_wrapping(stores: Stores) -> None:
    stores.journal.commit(opening(A))
    stores.journal.commit(further(A, 1, wrapped_key=b"wrapped anew"))
    head = stores.journal.head(A)
    assert head is not None
    assert head.wrapped_key == b"wrapped anew"


def test_only_the_newest_snapshot_is_kept(stores: Stores) -> None:
    stores.journal.commit(opening(A, snapshot=entry(1, b"old")))
    stores.journal.commit(further(A, 1, snapshot=entry(2, b"new")))
    assert stores.journal.snapshot(A) == entry(2, b"new")


@pytest.mark.parametrize(
    "late",
    [
        opening(A),
        further(A, 1),
        further(A, 3),
        further(A, 2, project=OTHER),
        further(A, 2, copies=(copy("cpy_9", "rom_gone"),)),
        further(A, 2, copies=(copy("cpy_1"),)),
        further(A, 2, effects=(effect("eff_1", A),)),
        further(A, 2, room=room(A, "rom_1", b"another")),
        further(A, 2, room=room(A, "rom_2")),
        further(A, 2, drop="drp_never"),
        further(A, 2, drop="drp_of_b"),
        further("WHPG-2026-zzzzz", 1),
    ],
    ids=[
        "opened twice", "behind", "ahead", "of another project", "room gone", "copy again", "effect again",
        "room again", "locator again", "drop unknown", "drop of another case", "case unknown",
    ],
)  # fmt: skip
def test_a_change_that_comes_too_late_is_a_conflict_and_changes_nothing(stores: Stores, late: Change) -> None:
    stores.journal.commit(opening(A, room=room(A), copies=(copy("cpy_1"),), effects=(effect("eff_1", A),)))
    stores.journal.commit(further(A, 1))
    stores.journal.commit(opening(B))
    stores.drops.leave(Drop(id="drp_of_b", case=B, at=T0, body=b"drop"), None)
    before = everything(stores)
    with pytest.raises(Conflict):
        stores.journal.commit(late)
    assert everything(stores) == before
    assert stores.journal.head("WHPG-2026-zzzzz") is None


def test_a_case_is_handed_to_another_project_only_from_the_one_that_has_it(stores: Stores) -> None:
    stores.journal.commit(opening(A))
    for wrong in (further(A, 1, project=OTHER), further(A, 1, project=OTHER, moved_from="elsewhere")):
        with pytest.raises(Conflict):
            stores.journal.commit(wrong)
    stores.journal.commit(further(A, 1, project=OTHER, moved_from=WHPG))
    head, row = stores.journal.head(A), stores.inbox.row(A)
    assert head
    assert row
    assert (head.project, row.project, head.seq) == (OTHER, OTHER, 2)
    with pytest.raises(Conflict):
        stores.journal.commit(further(A, 2))


def test_a_change_without_lines_leaves_the_journal_as_it_is(stores: Stores) -> None:
    stores.journal.commit(opening(A, room=room(A)))
    stores.journal.commit(further(A, 1, lines=0, copies=(copy("cpy_1"),)))
    assert [line.seq for line in stores.journal.entries(A)] == [1]
    assert [each.id for each in stores.rooms.copies("rom_1")] == ["cpy_1"]


def test_entries_begin_after_a_number_and_end_at_a_limit(stores: Stores) -> None:
    stores.journal.commit(opening(A, lines=6))
    assert [line.seq for line in stores.journal.entries(A, after=2)] == [3, 4, 5, 6]
    assert [line.seq for line in stores.journal.entries(A, after=2, limit=2)] == [3, 4]
    assert list(stores.journal.entries(A, after=6)) == []
    assert list(stores.journal.entries("WHPG-2026-zzzzz")) == []


def test_the_tail_is_one_page_of_history_newest_last(stores: Stores) -> None:
    stores.journal.commit(opening(A, lines=6))
    assert [line.seq for line in stores.journal.tail(A, before=7, limit=2)] == [5, 6]
    assert [line.seq for line in stores.journal.tail(A, before=5, limit=10)] == [1, 2, 3, 4]
    assert list(stores.journal.tail(A, before=1, limit=2)) == []


def test_journals_of_two_cases_keep_apart(stores: Stores) -> None:
    stores.journal.commit(opening(A, lines=2))
    stores.journal.commit(opening(B))
    assert len(stores.journal.entries(A)) == 2
    assert len(stores.journal.entries(B)) == 1
    assert stores.journal.snapshot(B) is None


def test_every_case_comes_by_once_in_order_of_its_bytes(stores: Stores) -> None:
    # Capitals before small letters and digits before both: a database that sorted by language would differ.
    refs = ["WHPG-2026-22222", "WHPG-2026-2x222", "WHPG-2026-x2222", "WHPGA-2026-22222", "ZA-2026-22222"]
    for ref in reversed(refs):
        stores.journal.commit(opening(ref))
    seen: list[str] = []
    while page := stores.journal.cases(after=seen[-1] if seen else "", limit=2):
        seen += [head.case for head in page]
    assert seen == refs == sorted(refs)


def test_a_change_that_does_not_fit_together_is_never_made() -> None:
    good = opening(A, lines=2)
    for wrong in (
        {"entries": good.entries[:1]},
        {"entries": (entry(1), entry(3))},
        {"row": row(A, 3)},
        {"row": row(B, 2)},
        {"project": OTHER},
        {"wrapped_key": b""},
        {"expected": 1},
    ):
        with pytest.raises(ValueError, match=r"a change|a case opens"):
            Change(**{name: getattr(good, name) for name in good.__struct_fields__} | wrong)


def test_instants_come_back_to_the_microsecond(stores: Stores) -> None:
    change = opening(A)
    stores.journal.commit(msgspec.structs.replace(change, entries=(SealedEntry(seq=1, at=T0, body=b""),)))
    (line,) = stores.journal.entries(A)
    assert line.at == T0
    assert line.at.utcoffset() is not None
    (shown,) = stores.inbox.page(InboxQuery(projects=(WHPG,)))
    assert shown == change.row
