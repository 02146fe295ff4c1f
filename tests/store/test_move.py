# SPDX-License-Identifier: Apache-2.0
"""From a file to PostgreSQL and back: every row, byte for byte, or none; and work goes on where it arrived."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from tests.postgres import Cluster
from tests.store.databases import connected
from tests.store.stores import OTHER, T0, WHPG, copy, effect, further, in_database, leaf, opening, room
from tests.store.test_roles import at, in_front
from tests.support import DATA, unpack
from tocsin.adapters.db import move
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.other import ahead, behind, make_tables
from tocsin.core.vocabulary import Role
from tocsin.services.ports.store import Drop

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("_unblocked")]

A, B = "WHPG-2026-k7x4m", "OTHER-2026-vq3rh"
EVERY_BYTE = bytes(range(256))


def filled(database: Database) -> None:
    """Something in most tables, with bytes and letters that a clumsy copy would change."""
    stores = in_database(database)
    people = stores.people
    ann = people.add("Ånn “A” O'Hara ☎", "ann@example.org", {WHPG: frozenset({Role.OWNER, Role.TRIAGER})})
    people.sign_in_link(ann.id, T0, T0)
    for ref, project, mark in ((A, WHPG, "a"), (B, OTHER, "b")):
        stores.journal.commit(
            opening(
                ref, project, 3, room=room(ref, f"rom_{mark}", mark.encode()), leaves=(leaf(ord(mark)),),
                copies=(copy(f"cpy_{mark}", f"rom_{mark}", EVERY_BYTE),), effects=(effect(f"eff_{mark}", ref),),
                row={"body": EVERY_BYTE},
            )
        )  # fmt: skip
        stores.drops.leave(Drop(id=f"drp_{mark}", case=ref, at=T0, body=EVERY_BYTE), None)
    stores.numbers.next_advisory(WHPG, 2026)


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in an order that both databases agree on."""
    with database.read():
        return {model._meta.db_table: sorted(move._rows(model, database), key=repr) for model in move.every()}


@pytest.fixture
def empty_postgres(postgres_cluster: Cluster, _postgres: Database) -> Iterator[Database]:
    place = postgres_cluster.create()
    with at(place) as database:
        make_tables(database)
        yield database
    postgres_cluster.drop(place)


@pytest.fixture
def empty_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    place = tmp_path_factory.mktemp("back")
    (place / "tocsin.sqlite3").write_bytes(sqlite_template.read_bytes())
    with connected("", place) as database:
        yield database


def test_there_and_back_every_row_is_the_same(sqlite: Database, empty_postgres: Database, empty_file: Database) -> None:
    filled(sqlite)
    before = everything(sqlite)
    told = {table.name: table.rows for table in move.move(sqlite, empty_postgres)}
    assert told["tocsin_journal"] == 6
    assert told == {name: len(rows) for name, rows in before.items()}
    assert everything(empty_postgres) == before
    move.move(empty_postgres, empty_file)
    assert everything(empty_file) == before == everything(sqlite)


def test_work_goes_on_where_it_arrived(sqlite: Database, empty_postgres: Database) -> None:
    filled(sqlite)
    move.move(sqlite, empty_postgres)
    stores = in_front(empty_postgres)
    stores.journal.commit(further(A, 3, copies=(copy("cpy_new", "rom_a"),), leaves=(leaf(7),)))
    assert [each.id for each in stores.rooms.copies("rom_a")] == ["cpy_a", "cpy_new"]
    assert stores.numbers.next_advisory(WHPG, 2026) == 2


def test_a_target_that_holds_anything_is_left_alone(sqlite: Database, empty_postgres: Database) -> None:
    filled(sqlite)
    in_database(empty_postgres)
    before = everything(empty_postgres)
    with pytest.raises(move.NotMoved, match="tocsin_project has rows"):
        move.move(sqlite, empty_postgres)
    assert everything(empty_postgres) == before


def test_a_target_without_tables_is_refused(sqlite: Database, postgres_cluster: Cluster) -> None:
    place = postgres_cluster.create()
    with at(place) as database, pytest.raises(move.NotMoved, match="not of one version"):
        move.move(sqlite, database)
    postgres_cluster.drop(place)


def test_what_breaks_off_leaves_an_empty_target(sqlite: Database, empty_postgres: Database) -> None:
    filled(sqlite)

    def cut(table: move.Table) -> None:
        if table.name == "tocsin_journal":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move.move(sqlite, empty_postgres, cut)
    assert not everything(empty_postgres)["tocsin_project"]
    move.move(sqlite, empty_postgres)
    assert everything(empty_postgres) == everything(sqlite)


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE tocsin_journal SET body = 'other' WHERE seq = 2",
        "DELETE FROM tocsin_room_copy",
        "UPDATE tocsin_case SET next_due = next_due + interval '1 microsecond'",
    ],
)
def test_a_single_byte_that_arrives_otherwise_undoes_all(
    sqlite: Database, empty_postgres: Database, spoil: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the comparison: something changes between writing and reading back."""
    filled(sqlite)
    rows = move._rows

    def spoilt(model: Any, database: Database) -> Iterator[tuple[Any, ...]]:
        if database is empty_postgres:
            with connections[database.alias].cursor() as cursor:
                cursor.execute(spoil)
        return rows(model, database)

    monkeypatch.setattr(move, "_rows", spoilt)
    with pytest.raises(move.NotMoved, match="did not arrive"):
        move.move(sqlite, empty_postgres)
    monkeypatch.undo()
    assert not everything(empty_postgres)["tocsin_project"]


def test_a_database_of_a_newer_version_is_told_apart(sqlite: Database) -> None:
    assert (behind(sqlite), ahead(sqlite)) == ((), ())
    with sqlite.write() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('tocsin', '9999_later', '2027-01-01')"
        )
    assert ahead(sqlite) == ("tocsin.9999_later",)
    with sqlite.write() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'tocsin' AND name > '0007_records'")
    assert "tocsin.0007_row_security" in behind(sqlite)


def test_a_database_of_the_version_before_is_copied_as_it_is(
    postgres_cluster: Cluster, empty_file: Database, tmp_path: Path
) -> None:
    """What `tocsin upgrade` backs up before it changes any table."""
    place = postgres_cluster.create()
    with at(place) as before, connected("", tmp_path) as copy_of:
        MigrationExecutor(before.connection).migrate([("tocsin", "0005_person_stamp"), ("auth", "0001_initial")])
        with before.write() as cursor:
            cursor.execute("INSERT INTO tocsin_fact (name, at, value) VALUES ('backup', now(), 'good')")
        assert behind(before)
        make_tables(copy_of, like=before)
        told = {table.name: table.rows for table in move.move(before, copy_of)}
        assert told["tocsin_fact"] == 1
        assert "tocsin_publication" not in told, "there was none then"
        make_tables(copy_of)
        assert not behind(copy_of)
        assert everything(copy_of)["tocsin_fact"]
    postgres_cluster.drop(place)


@pytest.mark.slow
@pytest.mark.parametrize("kept", sorted((DATA / "upgrades").glob("*.tar.gz")), ids=lambda path: path.name)
def test_a_filled_installation_of_every_version_is_brought_up_on_postgresql(
    postgres_cluster: Cluster, kept: Path, tmp_path: Path
) -> None:
    """As `tests/boot/test_upgrade.py` has it in a file: moved as it was, then every later migration over its rows."""
    unpack(kept, tmp_path)
    place = postgres_cluster.create()
    with connected(f"sqlite:///{tmp_path}/data/tocsin.db", tmp_path) as file, at(place) as postgres:
        make_tables(postgres, like=file)
        assert not behind(file) or behind(postgres), "as old as it was"
        moved = {table.name: table.rows for table in move.move(file, postgres)}
        assert min(moved[name] for name in ("tocsin_journal", "tocsin_case", "tocsin_publication")) > 0
        make_tables(postgres)
        make_tables(file)
        assert not behind(postgres)
        assert everything(postgres) == everything(file)
    postgres_cluster.drop(place)
