# SPDX-License-Identifier: Apache-2.0
"""Every row of one database into another, whichever two they are: all of them, byte for byte, or none.

The source is read at one moment (one snapshot), the target is written in one transaction and read back: count and
digest of every table have to agree before it is committed. What is sealed stays sealed; no key is needed. Rows stream,
so memory does not grow with the database. The target has its tables and nothing in them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

import msgspec
from django.apps import apps
from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import models, transaction

from tocsin.adapters.db.database import Database
from tocsin.adapters.db.other import ahead, applied, tables_of
from tocsin.adapters.db.statements import quoted

BATCH: Final = 500
_MOST_PARAMETERS: Final = 30_000
"""In one statement: SQLite takes 32,766, PostgreSQL 65,535."""

_MADE_BY_MIGRATE: Final = ("contenttypes", "auth")
"""Apps whose rows Django writes when it makes the tables; they are replaced by the source's."""


class NotMoved(Exception):
    """Nothing was moved; the message says why."""


class Table(msgspec.Struct, frozen=True):
    """What was moved of one table."""

    name: str
    rows: int


def every(registry: Apps = apps) -> list[type[models.Model]]:
    """The models with a table, those of others first: what refers comes after what it refers to."""
    found = [model for model in registry.get_models(include_auto_created=True) if model._meta.managed]
    ordered: list[type[models.Model]] = []

    def visit(model: type[models.Model]) -> None:
        if model in ordered:
            return
        for field in model._meta.concrete_fields:
            if field.related_model not in (None, model, "self"):
                visit(field.related_model)
        ordered.append(model)

    for model in found:
        visit(model)
    return ordered


def move(source: Database, target: Database, tell: Callable[[Table], object] = lambda table: None) -> list[Table]:
    """Copy everything from `source` into `target`; returns what was copied.

    Raises NotMoved when a table of the target holds something, the two are not of one version, or what is read back
    differs; `Unavailable` and `Conflict` as every access does. The target is then as it was.
    """
    if ahead(source):
        raise NotMoved("the source was used by a newer version than this one: use that")
    if applied(source) != applied(target):
        raise NotMoved("source and target are not of one version: run “tocsin upgrade” first")
    models_there = every(tables_of(source))
    with _one_moment(source), target.write():
        _refuse_filled(target, models_there)
        done = []
        for model in models_there:
            done.append(_copy(model, source, target))
            tell(done[-1])
        _count_on(target, models_there)
    return done


@contextmanager
def _one_moment(source: Database) -> Iterator[None]:
    """One snapshot of the source for all that is read. On SQLite it also keeps writers out until the end."""
    with source.read(), transaction.atomic(using=source.alias):
        if not source.is_sqlite:
            with source.connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _refuse_filled(target: Database, every_model: Sequence[type[models.Model]]) -> None:
    for model in every_model:
        rows = model._base_manager.using(target.alias)
        if model._meta.app_label in _MADE_BY_MIGRATE:
            with target.connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {quoted(model._meta.db_table)}")  # noqa: S608 - our names
        elif rows.exists():
            raise NotMoved(f"the target is not empty: {model._meta.db_table} has rows")


def _copy(model: type[models.Model], source: Database, target: Database) -> Table:
    """Copy one table and compare what arrived with what left."""
    left, arrived = _Digest(), _Digest()
    fields = model._meta.concrete_fields
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    head = f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608 - our names
    place = "(" + ", ".join(["%s"] * len(fields)) + ")"
    rows = _rows(model, source)
    with target.connection.cursor() as cursor:
        while some := list(islice(rows, min(BATCH, _MOST_PARAMETERS // len(fields)))):
            values = []
            for row in some:
                left.add(row)
                values += [
                    field.get_db_prep_save(value, target.connection) for field, value in zip(fields, row, strict=True)
                ]
            cursor.execute(head + ", ".join([place] * len(some)), values)
    for row in _rows(model, target):
        arrived.add(row)
    if (left.rows, left.sum) != (arrived.rows, arrived.sum):
        raise NotMoved(f"{model._meta.db_table} did not arrive as it left")
    return Table(name=model._meta.db_table, rows=left.rows)


def _rows(model: type[models.Model], database: Database) -> Iterator[tuple[Any, ...]]:
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.using(database.alias).order_by().values_list(*names)
    for row in rows.iterator(chunk_size=BATCH):
        yield tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


class _Digest:
    """A digest of rows in whatever order they come: two databases sort texts differently."""

    def __init__(self) -> None:
        self.rows = 0
        self.sum = 0

    def add(self, row: tuple[Any, ...]) -> None:
        told = msgspec.msgpack.encode(row, order="deterministic")
        self.rows += 1
        self.sum = (self.sum + int.from_bytes(hashlib.sha256(told).digest())) % 2**256


def _count_on(target: Database, every_model: Sequence[type[models.Model]]) -> None:
    """Let the target give the next number after the highest that it was given."""
    statements = target.connection.ops.sequence_reset_sql(no_style(), list(every_model))
    with target.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def others(database: Database) -> int:
    """How many other sessions a PostgreSQL has in this database; 0 for SQLite, which does not know."""
    if database.is_sqlite:
        return 0
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return int(database.rows(asked + " AND backend_type = 'client backend'", ())[0][0])
