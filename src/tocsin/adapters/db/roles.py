# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's roles of one installation: who owns the tables, who takes reports in, who works on cases.

The owner migrates and is used by commands. *front* faces the internet: it opens cases and reads none, and of what
stands it may change nothing but forget a room. *desk* (and worker) reads and writes cases, cannot rewrite what is only
ever added to, and cannot change the tables. Row-level security (migration 0007) narrows both further.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Final

from tocsin.adapters.db.database import DEFAULT, Database
from tocsin.adapters.db.statements import quoted

FRONT: Final = "front"
DESK: Final = "desk"

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_ADD: Final = ("INSERT",)
_READ: Final = ("SELECT",)

FRONT_MAY: Final[Mapping[str, tuple[str, ...]]] = {
    # A report, a word for an existing case, and the commitments of both.
    "tocsin_case": _ADD,
    "tocsin_case_key": _ADD,
    "tocsin_journal": _ADD,
    "tocsin_outbox": _ADD,
    "tocsin_drop": _ADD,
    "tocsin_arrival": _ADD,
    "tocsin_log_new": ("INSERT", "SELECT"),
    # How many reports an hour: it adds, and is told the sum.
    "tocsin_count": ("INSERT", "SELECT", "UPDATE"),
    # Files that are not sent yet: it marks them, adds them up, and takes the marks away when they are sent.
    "tocsin_unsent": ("INSERT", "SELECT", "DELETE"),
    # The reporter's own room: found by its locator, sealed to its phrase, forgotten at a wish.
    "tocsin_room": ("INSERT", "SELECT", "DELETE"),
    "tocsin_room_copy": ("INSERT", "SELECT", "DELETE"),
    # What everybody may read, and what the form is made from.
    "tocsin_project": _READ,
    "tocsin_policy_version": _READ,
    "tocsin_published_advisory": _READ,
    "tocsin_published_document": _READ,
    "tocsin_publication": _READ,
    "tocsin_log_leaf": _READ,
    "tocsin_log_node": _READ,
    "tocsin_log_checkpoint": _READ,
    "tocsin_fact": _READ,
    # Whether the tables are of its version, at its start.
    "django_migrations": _READ,
}
"""What the process that faces the internet may do; every other table is closed to it."""

ADDED_ONLY: Final = frozenset(
    {
        "tocsin_journal", "tocsin_look", "tocsin_log_leaf", "tocsin_log_node", "tocsin_log_checkpoint",
        "tocsin_publication", "tocsin_policy_version",
    }
)  # fmt: skip
"""Tables whose rows nobody changes or removes: the desk may add and read."""

_LOOKED_AT: Final = frozenset({"django_migrations"})
"""Tables that the desk only reads: the owner alone changes the tables, and writes down that it did."""

_ALL: Final = "SELECT, INSERT, UPDATE, DELETE"
_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
_STANDING: Final = "SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s)"


def names(prefix: str) -> dict[str, str]:
    """The names of the two roles; raises ValueError for a prefix that is no plain name."""
    if not _NAME.fullmatch(prefix):
        raise ValueError("a prefix is a plain name: small letters, digits and _")
    return {FRONT: f"{prefix}_{FRONT}", DESK: f"{prefix}_{DESK}"}


def standing(prefix: str, database: Database = DEFAULT) -> frozenset[str]:
    """Which of the two roles there are."""
    called = names(prefix)
    found = {name for (name,) in database.rows(_STANDING, (called[FRONT], called[DESK]))}
    return frozenset(role for role, name in called.items() if name in found)


def make(prefix: str, database: Database = DEFAULT) -> dict[str, str]:
    """Make the roles that are missing, give all of them new passwords, and grant what they may; returns the passwords.

    Who runs this may create roles and owns the tables. Repeating it mends grants and changes the passwords.
    """
    called, there = names(prefix), standing(prefix, database)
    passwords = {role: secrets.token_urlsafe(32) for role in called}
    with database.write() as cursor:
        for role, name in called.items():
            verb = "ALTER" if role in there else "CREATE"
            # A statement that takes no parameters; the password is letters, digits, - and _ of our own making.
            cursor.execute(
                f"{verb} ROLE {quoted(name)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
                f" CONNECTION LIMIT -1 PASSWORD '{passwords[role]}'"
            )
    grant(prefix, database)
    return passwords


def grant(prefix: str, database: Database = DEFAULT) -> None:
    """Grant both roles what they may on the tables that there are, and take everything else from them.

    Run again after every migration: a new table is the desk's, and closed to the front, until it is named here.
    """
    called = names(prefix)
    front, desk = quoted(called[FRONT]), quoted(called[DESK])
    with database.write() as cursor:
        cursor.execute(_TABLES)
        tables = [table for (table,) in cursor.fetchall()]
        cursor.execute("SELECT current_schema()")
        schema = quoted(cursor.fetchone()[0])
        statements = [
            f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {front}, {desk}",
            f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {front}, {desk}",
            f"GRANT USAGE ON SCHEMA {schema} TO {front}, {desk}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {front}, {desk}",
            *(_grant(table, ", ".join(FRONT_MAY[table]), front) for table in tables if table in FRONT_MAY),
            *(_grant(table, _desk_may(table), desk) for table in tables),
        ]
        for statement in statements:
            cursor.execute(statement)


def _grant(table: str, privileges: str, role: str) -> str:
    return f"GRANT {privileges} ON {quoted(table)} TO {role}"


def _desk_may(table: str) -> str:
    if table in _LOOKED_AT:
        return "SELECT"
    return "SELECT, INSERT" if table in ADDED_ONLY else _ALL
