# SPDX-License-Identifier: Apache-2.0
"""A change of tables and the note that it is made stand together or not at all, whenever its process is killed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from tocsin.adapters.db import other

LAST = "0010_shared"
"""It makes a table with an index, which Django writes last."""


pytestmark = pytest.mark.usefixtures("_unblocked")


class Killed(BaseException):
    """What follows does not happen."""


def half(executor: type[MigrationExecutor], place: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether tables that nobody noted stand in a database whose process was killed before noting them."""
    with other.reached(f"sqlite:///{place / 'one.db'}", place) as database:
        with monkeypatch.context() as patch:
            patch.setattr(MigrationRecorder, "record_applied", killed_at(MigrationRecorder.record_applied))
            with pytest.raises(Killed):
                executor(database.connection).migrate([("tocsin", LAST)])
        return "tocsin_count" in database.connection.introspection.table_names()


def killed_at(record: Callable[..., None]) -> Callable[..., None]:
    def recorded(self: MigrationRecorder, app: str, name: str) -> None:
        if name == LAST:
            raise Killed
        record(self, app, name)

    return recorded


def test_a_change_that_is_not_noted_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not half(other.Whole, tmp_path, monkeypatch)
    with other.reached(f"sqlite:///{tmp_path / 'one.db'}", tmp_path) as database:
        other.make_tables(database)
        assert "tocsin_count" in database.connection.introspection.table_names()


def test_control_the_library_by_itself_leaves_tables_that_it_makes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert half(MigrationExecutor, tmp_path, monkeypatch)
