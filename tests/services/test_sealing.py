# SPDX-License-Identifier: Apache-2.0
"""The way in and out of every sealed column: what was written is read back as it was, in its own place only."""

from __future__ import annotations

import msgspec
import pytest

from tests.desk import story
from tocsin.core import notices
from tocsin.core.case import events as ev
from tocsin.core.case.priority import Key
from tocsin.core.vocabulary import SYSTEM_ACTOR
from tocsin.services import cases, sealing
from tocsin.services.ports.store import Effect, RoomCopy
from tocsin.services.ports.vault import Tampered
from tocsin.testing.house import House, house

PLACES = sealing.Places("ins_test")


@pytest.fixture(scope="module")
def home() -> House:
    return house()


@pytest.fixture(scope="module")
def opened(home: House) -> cases.Opened:
    ref = story.report(home)
    story.answered(home, ref)
    found = cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test")
    assert found
    return found


def test_a_row_of_the_first_version_says_its_title_and_claims_nothing_else() -> None:
    summary = msgspec.json.decode(b'{"title":"A title"}', type=sealing.Summary)
    assert msgspec.structs.asdict(summary) == {
        "title": "A title", "rating": "", "score": 0.0, "kind": "", "answered": (), "lead_name": "", "promise": "",
        "anonymous": True, "files": 0, "measures": None, "dates": (), "terms": b"", "priority": Key(), "cve": "",
        "touched_at": None, "unanswered": None,
    }  # fmt: skip


def test_journal_lines_open_as_the_events_that_were_written(home: House, opened: cases.Opened) -> None:
    places, ref = sealing.Places(home.desk.sealer.instance), opened.case.ref
    lines = home.desk.journal.entries(ref)
    entries = sealing.open_entries(places, opened.key, ref, lines)
    assert [each.seq for each in entries] == list(range(1, opened.case.seq + 1))
    assert ev.name(entries[0].event) == "report.received"
    assert [ev.decode(body) for body in sealing.open_bodies(places, opened.key, ref, lines)] == entries
    with pytest.raises(Tampered):
        sealing.open_entries(places, opened.key, "WHPG-2026-other", lines)


def test_a_snapshot_is_the_case_and_stands_at_its_length_only(opened: cases.Opened) -> None:
    case = opened.case
    sealed = sealing.seal_snapshot(PLACES, opened.key, case)
    assert (sealed.seq, sealed.at) == (case.seq, case.updated_at)
    assert sealing.open_snapshot(PLACES, opened.key, case.ref, sealed) == case
    with pytest.raises(Tampered):
        sealing.open_snapshot(PLACES, opened.key, case.ref, msgspec.structs.replace(sealed, seq=case.seq + 1))


def test_a_deed_opens_under_the_name_of_its_effect_only(opened: cases.Opened) -> None:
    case = opened.case
    deed = notices.ShredOrder(case=case.ref)
    body = opened.key.seal(notices.encode(deed), PLACES.effect("eff_1", case.ref))
    at = case.updated_at
    effect = Effect(id="eff_1", case=case.ref, kind="shred", created_at=at, due_at=at, body=body)
    assert sealing.open_deed(PLACES, opened.key, effect) == deed
    with pytest.raises(Tampered):
        sealing.open_deed(PLACES, opened.key, msgspec.structs.replace(effect, id="eff_2"))


def test_a_row_and_a_copy_stand_where_their_names_say(home: House, opened: cases.Opened) -> None:
    row = home.desk.inbox.row(opened.case.ref)
    assert row
    assert sealing.row_place(PLACES, row) == PLACES.row(row.case, row.seq) != PLACES.row(row.case, row.seq + 1)
    copy = RoomCopy(id="cpy_1", room="room_1", at=row.updated_at, body=b"")
    assert sealing.copy_place(PLACES, copy) == PLACES.copy("cpy_1", "room_1") != PLACES.copy("room_1", "cpy_1")
