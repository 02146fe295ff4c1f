# SPDX-License-Identifier: Apache-2.0
"""Copies of a working database: whole, in two parts, and the part that is kept for years opens no shredded case."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.stores import T0, further, in_database, opening
from tocsin.adapters.db import copy
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.journal import DbJournal
from tocsin.adapters.db.machine import DbCaseKeys
from tocsin.adapters.db.unsent import DbMarks
from tocsin.services.ports.machine import Rewrapped
from tocsin.services.ports.store import Drop

A, B = "WHPG-2026-k7x4m", "WHPG-2026-vq3rh"


def filled(database: Database) -> None:
    stores = in_database(database)
    for case in (A, B):
        marks = {"body": f"row of {case}".encode() * 9}
        stores.journal.commit(opening(case, wrapped_key=f"key of {case}".encode() * 9, row=marks))
        stores.drops.leave(Drop(id=f"drp_{case}", case=case, at=T0, body=f"drop for {case}".encode() * 9), None)


def test_what_is_kept_for_years_holds_nothing_that_dies_with_a_case(sqlite: Database, tmp_path: Path) -> None:
    filled(sqlite)
    whole, apart = copy.copy_out(tmp_path, sqlite)
    for mark in (f"key of {A}", f"row of {A}", f"drop for {A}"):
        assert mark.encode() not in whole.read_bytes(), "not even in free pages"
        assert mark.encode() in apart.read_bytes()


def test_both_parts_together_are_the_database(sqlite: Database, tmp_path: Path) -> None:
    filled(sqlite)
    copy.put_back(*copy.copy_out(tmp_path, sqlite))
    seen = copy.sample(tmp_path / copy.WHOLE, 9)
    assert (seen.sound, seen.cases, seen.lines) == ("ok", 2, 2)
    assert sorted((ref, wrapped) for ref, wrapped, _, _ in seen.some) == [
        (case, f"key of {case}".encode() * 9) for case in (A, B)
    ]
    with closing(sqlite3.connect(tmp_path / copy.WHOLE)) as restored:
        bodies = dict(restored.execute("SELECT ref, body FROM tocsin_case"))
        drops = dict(restored.execute("SELECT case_id, body FROM tocsin_drop"))
    assert bodies[A] == f"row of {A}".encode() * 9
    assert drops[B] == f"drop for {B}".encode() * 9


def test_a_copy_brought_back_removes_no_file_that_was_sent_since(sqlite: Database, tmp_path: Path) -> None:
    marks = DbMarks(sqlite)
    marks.put([("a", 1)], T0)
    whole, _ = copy.copy_out(tmp_path, sqlite)
    with closing(sqlite3.connect(whole)) as restored:
        assert restored.execute("SELECT count(*) FROM tocsin_unsent").fetchone() == (0,)
    assert marks.weight() == 1


def test_a_shredded_case_does_not_come_back_with_an_old_copy_and_the_keys_of_today(
    sqlite: Database, tmp_path: Path
) -> None:
    filled(sqlite)
    for name in ("then", "now"):
        (tmp_path / name).mkdir()
    old, _ = copy.copy_out(tmp_path / "then", sqlite)
    DbCaseKeys(sqlite).shred(A)
    _, keys = copy.copy_out(tmp_path / "now", sqlite)
    copy.put_back(old, keys)
    assert [ref for ref, *_ in copy.sample(old, 9).some] == [B]


def test_shredding_leaves_nothing_of_the_key_in_the_file(sqlite: Database, tmp_path: Path) -> None:
    filled(sqlite)
    DbCaseKeys(sqlite).shred(A)
    head = in_database(sqlite).journal.head(A)
    assert head is not None
    assert head.wrapped_key == b""
    file = Path(sqlite.connection.settings_dict["NAME"])
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert f"key of {A}".encode() not in file.read_bytes()
    assert f"key of {B}".encode() in file.read_bytes()


def test_a_copy_is_of_one_moment_while_others_write(sqlite: Database, tmp_path: Path) -> None:
    filled(sqlite)
    stop = threading.Event()

    def work() -> None:
        stores, seq = DbJournal(sqlite), 1
        while not stop.is_set():
            stores.commit(further(A, seq))
            seq += 1
        sqlite.connection.close()

    writer = threading.Thread(target=work)
    writer.start()
    try:
        for number in range(5):
            place = tmp_path / str(number)
            place.mkdir()
            copy.put_back(*copy.copy_out(place, sqlite))
            with closing(sqlite3.connect(place / copy.WHOLE)) as seen:
                (seq,) = seen.execute("SELECT seq FROM tocsin_case WHERE ref = ?", (A,)).fetchone()
                (lines,) = seen.execute("SELECT count(*) FROM tocsin_journal WHERE case_id = ?", (A,)).fetchone()
            assert seq == lines
            assert copy.sample(place / copy.WHOLE, 2).sound == "ok"
    finally:
        stop.set()
        writer.join()


def test_a_key_that_changed_meanwhile_is_not_overwritten_by_a_rotation(database: Database) -> None:
    filled(database)
    keys, old = DbCaseKeys(database), f"key of {A}".encode() * 9
    assert keys.replace([Rewrapped(case=A, old=old, new=b"new"), Rewrapped(case=B, old=b"else", new=b"new")]) == 1
    journal = DbJournal(database)
    assert journal.head(A).wrapped_key == b"new"
    assert journal.head(B).wrapped_key == f"key of {B}".encode() * 9


@pytest.mark.postgres
def test_a_copy_of_postgresql_is_the_same_two_files(postgresql: Database, tmp_path: Path) -> None:
    filled(postgresql)
    whole, apart = copy.copy_out(tmp_path, postgresql)
    for mark in (f"key of {A}", f"row of {A}", f"drop for {A}"):
        assert mark.encode() not in whole.read_bytes()
        assert mark.encode() in apart.read_bytes()
    copy.put_back(whole, apart)
    seen = copy.sample(whole, 9)
    assert (seen.sound, seen.cases, seen.lines) == ("ok", 2, 2)
    assert sorted((ref, wrapped) for ref, wrapped, _, _ in seen.some) == [
        (case, f"key of {case}".encode() * 9) for case in (A, B)
    ]
