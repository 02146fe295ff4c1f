# SPDX-License-Identifier: Apache-2.0
"""Databases besides the one of the installation, for as long as a command works with them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from django.apps import apps
from django.apps.registry import Apps
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState

from tocsin.adapters.db.configure import databases
from tocsin.adapters.db.database import DEFAULT, Database

_numbers: Final = count(1)
_LOCK: Final = 0x746F6373696E  # "tocsin"


class Whole(MigrationExecutor):
    """Makes each change of tables and notes that it is made in one transaction.

    Django notes a change that ends in an index after its transaction: what is killed in between makes the same tables
    again at the next start, and fails.
    """

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        """Make one change."""
        if fake or fake_initial or not migration.atomic:
            return super().apply_migration(state, migration, fake=fake, fake_initial=fake_initial)
        with self.connection.schema_editor(atomic=True) as editor:
            state = migration.apply(state, editor)
            while editor.deferred_sql:
                editor.execute(editor.deferred_sql.pop(0))
            self.record_migration(migration)  # type: ignore[arg-type,call-arg]  # its stubs are wrong: it takes the migration
        return state


migrate.MigrationExecutor = Whole  # type: ignore[attr-defined]  # the command can be told in no other way


@contextmanager
def reached(url: str, data_dir: Path) -> Iterator[Database]:
    """Reach the database at `url` under an alias of its own. Raises ValueError for an address that is none."""
    alias = f"other_{next(_numbers)}"
    config = databases(url, data_dir)["default"]
    connections.settings[alias] = connections.configure_settings({"default": {}, alias: config})[alias]
    try:
        yield Database(alias)
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


def make_tables(database: Database, like: Database | None = None) -> None:
    """Bring a database's tables up to this version, or to where those of another one stand."""
    if like is None:
        call_command("migrate", database=database.alias, interactive=False, verbosity=0)
    else:
        Whole(database.connection).migrate(applied(like))


def applied(database: Database) -> list[tuple[str, str]]:
    """The last migrations of each app that a database has seen, of those that this version knows."""
    loader = MigrationExecutor(database.connection).loader
    seen = {key for key in loader.applied_migrations if key in loader.graph.nodes}
    after = {key: {child.key for child in loader.graph.node_map[key].children} for key in seen}
    return sorted(key for key in seen if not any(other in seen and other[0] == key[0] for other in after[key]))


def tables_of(database: Database) -> Apps:
    """The models as a database has their tables: this version's, or those of the version before."""
    if not behind(database):
        return apps
    loader = MigrationExecutor(database.connection).loader
    found: Apps = loader.project_state(applied(database)).apps
    return found


@contextmanager
def alone(database: Database = DEFAULT) -> Iterator[None]:
    """Hold what may change the tables of this database to one process at a time; the others wait.

    PostgreSQL forgets the lock of a session that ends, the operating system that of a process.
    """
    if database.is_sqlite:
        path = Path(str(database.connection.settings_dict["NAME"]))
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
        return
    with database.read() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        cursor.execute("RESET lock_timeout")  # a migration that waits for a busy table holds up all who come after it
    try:
        yield
    finally:
        with database.read() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def behind(database: Database) -> tuple[str, ...]:
    """Migrations of this version that a database has not seen yet, in their order."""
    executor = MigrationExecutor(database.connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return tuple(f"{migration.app_label}.{migration.name}" for migration, _ in plan)


def newest() -> str:
    """The name of this version's last migration."""
    ((_, name),) = MigrationLoader(None).graph.leaf_nodes("tocsin")
    return str(name)


def ahead(database: Database) -> tuple[str, ...]:
    """Migrations that a database has seen and this version does not know: a newer version was here."""
    loader = MigrationExecutor(database.connection).loader
    known = set(loader.disk_migrations) | set(loader.replacements)
    ours = {app for app, _ in known}
    applied = loader.applied_migrations
    return tuple(sorted(f"{app}.{name}" for app, name in applied if app in ours and (app, name) not in known))
