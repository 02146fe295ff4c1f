# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL, Greenplum, WarehousePG and what speaks like them, through psycopg (an extra: `tocsin[postgres]`).

The session is read-only, every statement has five seconds, names are looked up in `pg_catalog` alone, so that nothing
that users created stands in for the server's own, and every check runs in a transaction that is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from tocsin.core.hardening.checks import Check
from tocsin.core.hardening.report import Rows, Server
from tocsin.services.ports.server import Unreachable

if TYPE_CHECKING:
    import psycopg

SECONDS: Final = 5
MOST_ROWS: Final = 200
_OPTIONS: Final = (
    "-c default_transaction_read_only=on -c search_path=pg_catalog "
    f"-c statement_timeout={SECONDS}s -c lock_timeout=1s -c client_encoding=UTF8"
)


class PostgresServer:
    """`server.LiveServer` over one connection."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def facts(self) -> Server:
        """Version, extensions and settings."""
        (version, number, database) = self._rows(
            "SELECT version(), current_setting('server_version_num')::int, current_database()"
        )[0]
        return Server(
            version=version,
            number=number,
            database=database,
            settings={name: setting or "" for name, setting in self._rows("SELECT name, setting FROM pg_settings")},
            extensions=dict(self._rows("SELECT extname, extversion FROM pg_extension")),
        )

    def ask(self, checks: Iterable[Check]) -> Mapping[Check, Rows]:
        """Ask the checks, one by one."""
        number = self._connection.info.server_version
        return {check: self._ask(check, number) for check in checks}

    def _ask(self, check: Check, number: int) -> Rows:
        import psycopg

        if not check.fits(number):
            return Rows(refused=f"not for a server of version {number}")
        try:
            missing = [name for name in check.needs if not self._rows("SELECT to_regclass(%s)", [name])[0][0]]
            if missing:
                return Rows(refused=f"this server has no {', '.join(missing)}")
            return Rows(rows=tuple(str(row[0]) for row in self._rows(check.sql) if row[0] is not None))
        except psycopg.OperationalError as error:
            if self._connection.closed:
                raise Unreachable(_first_line(error)) from None
            return Rows(refused=_first_line(error))
        except psycopg.Error as error:
            return Rows(refused=_first_line(error))

    def _rows(self, sql: str, values: list[object] | None = None) -> list[tuple[Any, ...]]:
        with self._connection.transaction(force_rollback=True), self._connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(
                cursor.fetchmany(MOST_ROWS) if values is None and "pg_settings" not in sql else cursor.fetchall()
            )

    def close(self) -> None:
        """Let go of the server."""
        self._connection.close()


def connect(dsn: str) -> PostgresServer:
    """Connect. Raises Unreachable, in words and without the password."""
    try:
        import psycopg
    except ImportError:
        raise Unreachable("psycopg is not installed: pip install 'tocsin[postgres]'") from None
    try:
        connection = psycopg.connect(dsn, options=_OPTIONS, connect_timeout=SECONDS, autocommit=True)
    except psycopg.Error as error:
        raise Unreachable(_first_line(error)) from None
    connection.read_only = True
    return PostgresServer(connection)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300] or type(error).__name__
