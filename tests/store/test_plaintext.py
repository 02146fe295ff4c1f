# SPDX-License-Identifier: Apache-2.0
"""Nothing lies in clear that is not on the allow-list, and what is sealed never comes out of the tables readable."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from tests.store.stores import T0, copy, effect, further, in_database, opening, room
from tests.support import DATA
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.models.fields import Sealed
from tocsin.services.ports.store import Drop

KINDS = ("plain", "sealed")


def allowed() -> dict[str, str]:
    """Columns on the list, with their kind. A line needs a reason, and a column stands there once."""
    found: dict[str, str] = {}
    for line in (DATA / "plaintext-columns.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, column, reason = line.split(maxsplit=2)
            assert kind in KINDS
            assert reason
            assert column not in found, f"{column} stands there twice"
            found[column] = kind
    return found


def declared() -> Iterator[tuple[str, str]]:
    """Columns of our models, with their kind."""
    for model in apps.get_app_config("tocsin").get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if not isinstance(field, models.CompositePrimaryKey):
                kind = "sealed" if isinstance(field, Sealed) else "plain"
                yield f"{model._meta.db_table}.{field.column}", kind


def existing(database: Database) -> set[str]:
    """Columns that the database really has, whoever made them."""
    with database.connection.cursor() as cursor:
        tables = [name for name in database.connection.introspection.table_names(cursor) if name.startswith("tocsin")]
        return {
            f"{table}.{column.name}"
            for table in tables
            for column in database.connection.introspection.get_table_description(cursor, table)
        }


def test_every_column_of_every_model_is_on_the_list_as_what_it_is() -> None:
    assert dict(declared()) == allowed()


def test_the_database_has_no_other_column(database: Database) -> None:
    assert existing(database) == set(allowed())


def test_a_new_column_would_be_seen(sqlite: Database) -> None:
    with sqlite.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tocsin_case ADD COLUMN title varchar(300)")
    assert existing(sqlite) - set(allowed()) == {"tocsin_case.title"}


def test_a_sealed_column_that_became_text_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    body = apps.get_model("tocsin", "JournalRow")._meta.get_field("body")
    monkeypatch.setattr(body, "__class__", models.TextField)
    assert dict(declared()) != allowed()


def test_the_models_and_the_migrations_agree() -> None:
    call_command("makemigrations", "tocsin", check=True, dry_run=True, verbosity=0)


def test_what_is_answered_done_or_forgotten_is_gone_from_the_file(sqlite: Database) -> None:
    """Not even free pages keep it. (The key that could open it stays; what is nobody's need is nobody's risk.)"""
    stores, case = in_database(sqlite), "WHPG-2026-k7x4m"
    drop, done, own = (f"canary-{name}".encode() * 50 for name in ("drop", "effect", "copy"))
    told = msgspec.structs.replace(effect("eff_1", case), body=done)
    stores.journal.commit(opening(case, room=room(case), copies=(copy("cpy_1", body=own),), effects=(told,)))
    stores.drops.leave(Drop(id="drp_1", case=case, at=T0, body=drop), None)
    assert found_in_file(sqlite, drop, done, own) == [drop, done, own]
    stores.journal.commit(further(case, 1, drop="drp_1"))
    stores.outbox.done(["eff_1"], T0)
    stores.rooms.forget("rom_1")
    assert found_in_file(sqlite, drop, done, own) == []


def found_in_file(database: Database, *marks: bytes) -> list[bytes]:
    """Which of the marks stand anywhere in the file, once its log is folded into it."""
    file = Path(database.connection.settings_dict["NAME"])
    other = sqlite3.connect(file)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    content = file.read_bytes()
    return [mark for mark in marks if mark in content]
