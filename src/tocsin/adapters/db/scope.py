# SPDX-License-Identifier: Apache-2.0
"""On whose behalf this thread asks the database: what PostgreSQL's row-level security goes by (migrations 0007, 0009).

Our own access table decides; this is the wall behind it, for the query that forgot to ask. A process says once what it
is (`start`), a request of a person says who it is, and where it reads one case by break-glass, which; `apply` tells the
session where that changed. SQLite has no such wall and is told nothing. The setting belongs to the session, so a pooler
between us and the server hands out sessions, not transactions.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db.backends.base.base import BaseDatabaseWrapper

MACHINE: Final = "*"
"""Worker, command line and clock: every project."""

INTAKE: Final = "intake"
"""The process that faces the internet: opens cases, reads none."""

NOBODY: Final = ""
"""A request of which nobody knows yet whose it is: no case at all."""

_who: Final[ContextVar[tuple[str, str] | None]] = ContextVar("tocsin.person", default=None)
_told: Final[WeakKeyDictionary[Any, tuple[str, str]]] = WeakKeyDictionary()
_process = {"who": MACHINE}


def start(who: str) -> None:
    """Say what this process is, for every thread that says nothing else."""
    _process["who"] = who


def on_behalf_of(who: str, case: str = "") -> None:
    """Say for whom this thread asks from now on: a person's id, or `NOBODY`; and which one case they reach besides
    those of their projects."""
    _who.set((who, case))


def apply(connection: BaseDatabaseWrapper) -> None:
    """Tell the session of this connection for whom it works, unless it knows."""
    if connection.vendor != "postgresql":
        return
    connection.ensure_connection()
    session = connection.connection
    told = _who.get() or (_process["who"], "")
    if _told.get(session) == told:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tocsin.person', %s, false), set_config('tocsin.case', %s, false)", told)
    _told[session] = told
