# SPDX-License-Identifier: Apache-2.0
"""Transactions, and what a failure of the database means to a use case.

Every adapter works through one `Database`. Writing holds the gate and one short transaction; whatever the database
says comes out as `Conflict` or `Unavailable` with the cause chained and no content in the message. Mistakes in our own
statements are neither: they stay what they are and are seen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from types import TracebackType
from typing import Any, Final

from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    ProgrammingError,
    connections,
    transaction,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX, SQLiteCursorWrapper
from django.db.backends.utils import CursorWrapper

from tocsin.adapters.db import scope
from tocsin.adapters.db.gate import Gate
from tocsin.adapters.db.statements import Parameter
from tocsin.core.vocabulary import utc
from tocsin.services.ports.store import Conflict, Unavailable

PATIENCE: Final = 20.0
"""Seconds a writer waits for its turn, and again for other processes, before it says that it cannot write now."""

_OUR_MISTAKES: Final = (DataError, ProgrammingError, NotSupportedError)
_SQLITE_MISTAKES: Final = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE}
)
_gates: Final[dict[str, Gate]] = {}


class Remembering(SQLiteCursorWrapper):
    """Django's cursor for SQLite, which remembers how it writes a statement: ours are few and come again, and writing
    one anew takes half as long as running it."""

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        """Write a statement with SQLite's own marks for parameters."""
        return str(super().convert_query(query, param_names=param_names)) if param_names else _with_marks(query)


@lru_cache(maxsize=512)
def _with_marks(query: str) -> str:
    return FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class Database:
    """One configured database, by its alias in the settings. Safe to share between threads."""

    def __init__(self, alias: str = DEFAULT_DB_ALIAS) -> None:
        self.alias = alias
        self._gate = _gates.setdefault(alias, Gate())

    @property
    def connection(self) -> BaseDatabaseWrapper:
        """This thread's connection."""
        return connections[self.alias]

    @cached_property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite; otherwise it is PostgreSQL."""
        return self.connection.vendor == "sqlite"

    @cached_property
    def _patience(self) -> float:
        return float(self.connection.settings_dict.get("OPTIONS", {}).get("timeout", PATIENCE))

    @contextmanager
    def read(self) -> Iterator[CursorWrapper]:
        """Read with a cursor or, leaving it alone, with querysets. One statement sees one moment."""
        with _Translated(self), _Cursor(self._session()) as cursor:
            yield cursor

    def rows(self, statement: str, parameters: Sequence[Parameter]) -> list[tuple[Any, ...]]:
        """Read all rows of one statement."""
        with _Translated(self), _Cursor(self._session()) as cursor:
            cursor.execute(statement, parameters)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    @contextmanager
    def write(self) -> Iterator[CursorWrapper]:
        """Write in one durable transaction: all of it stands when this returns, none of it when this raises."""
        with _Translated(self), self._turn():
            session = self._session()
            with transaction.atomic(using=self.alias, durable=True), _Cursor(session) as cursor:
                yield cursor

    def _session(self) -> BaseDatabaseWrapper:
        """This thread's connection, told on whose behalf it is used."""
        connection = self.connection
        scope.apply(connection)
        return connection

    def stamp(self, at: datetime) -> datetime | str:
        """Make an instant ready for a raw statement: SQLite's columns hold UTC in words, without saying so."""
        return utc(at).replace(tzinfo=None).isoformat(" ") if self.is_sqlite else utc(at)

    def _turn(self) -> AbstractContextManager[None]:
        if not self.is_sqlite:
            return nullcontext()
        return self._gate.turn(self._patience)

    def discard_if_broken(self) -> None:
        """Let the next call connect afresh after a restart of the server; no request need end for it."""
        if not self.connection.in_atomic_block:
            self.connection.close_if_unusable_or_obsolete()


class _Translated:
    """Says what the database says in words of ours. A class, as `_Cursor` is: a report passes each ten times, and a
    generator with a decorator takes three times as long."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        if isinstance(error, IntegrityError):
            # Twice the same, or something gone that it refers to: somebody else was first.
            raise Conflict("something was written in between") from error
        if isinstance(error, TimeoutError):
            raise Unavailable("the database is busy") from error
        if isinstance(error, DatabaseError | InterfaceError):
            if isinstance(error, _OUR_MISTAKES) or _is_sqlite_mistake(error):
                return
            self._database.discard_if_broken()
            raise Unavailable("the database cannot be used now") from error


class _Cursor:
    """The driver's own cursor, with its errors told as Django tells them: Django's wrapper around each call costs more
    than most statements. Whoever watches the statements of a connection still gets to see them."""

    __slots__ = ("_connection", "_made")

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def __enter__(self) -> CursorWrapper:
        connection = self._connection
        if connection.execute_wrappers or connection.force_debug_cursor:
            self._made = connection.cursor()
            return self._made
        connection.close_if_health_check_failed()
        with connection.wrap_database_errors:
            connection.ensure_connection()
            sqlite = connection.vendor == "sqlite"
            self._made = connection.connection.cursor(Remembering) if sqlite else connection.create_cursor()
        return self._made

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        try:
            self._made.close()
        finally:
            self._connection.wrap_database_errors.__exit__(kind, error, trace)


DEFAULT: Final = Database()
"""The database of the installation."""


def instant(raw: datetime) -> datetime:
    """Take an instant from a raw row of either database."""
    return raw if raw.tzinfo else raw.replace(tzinfo=UTC)


def _is_sqlite_mistake(error: Exception) -> bool:
    """SQLite calls a syntax error “operational”; its result code tells it from a full or locked disk."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.InterfaceError):
        return True
    code = getattr(cause, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF) in _SQLITE_MISTAKES
