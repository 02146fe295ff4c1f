# SPDX-License-Identifier: Apache-2.0
"""Django's DATABASES from one address: `sqlite:///file`, or `postgresql://user:password@host/name`.

The settings that durability and privacy rest on are made here, once, and are not options: a SQLite that syncs less, or
a PostgreSQL session that does not wait for its disk, would acknowledge reports that a power cut takes back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

DEFAULT_FILE: Final = "tocsin.sqlite3"
PATIENCE_SECONDS: Final = 20

_SQLITE_COMMANDS: Final = (
    "PRAGMA journal_mode=WAL",  # readers never wait for the writer
    "PRAGMA synchronous=FULL",  # a commit is on the disk before anybody is told; NORMAL loses it in a power cut
    "PRAGMA fullfsync=ON",  # macOS: past the drive's own cache as well; elsewhere it does nothing
    "PRAGMA secure_delete=ON",  # what is deleted is overwritten
    "PRAGMA temp_store=MEMORY",  # sorting leaves nothing in temporary files
)
# lock_timeout bounds the wait for a row; the session waits for the disk whatever the server's default says.
_POSTGRES_OPTIONS: Final = f"-c synchronous_commit=on -c lock_timeout={PATIENCE_SECONDS}s -c jit=off"


def databases(url: str, data_dir: Path) -> dict[str, dict[str, Any]]:
    """Return DATABASES for `url`; empty means a file in `data_dir`, and a relative file lies there too.

    Of SQLite's query only `timeout` (seconds) is taken; PostgreSQL's goes to libpq (`sslmode`, `host` for a socket).
    Raises ValueError for an address that is neither, without repeating it: it may hold a password.
    """
    parts = urlsplit(url or f"sqlite:///{DEFAULT_FILE}")
    query = dict(parse_qsl(parts.query))
    if parts.scheme == "sqlite" and not parts.netloc:
        return {"default": _sqlite(parts, query, data_dir)}
    if parts.scheme in ("postgresql", "postgres"):
        return {"default": _postgresql(parts, query)}
    raise ValueError("the database address starts with sqlite:/// or postgresql://")


def _sqlite(parts: SplitResult, query: dict[str, str], data_dir: Path) -> dict[str, Any]:
    path = unquote(parts.path).removeprefix("/")
    unknown = query.keys() - {"timeout"}
    if not path or unknown:
        raise ValueError("a SQLite address is sqlite:///file, with timeout=SECONDS at most")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(data_dir / path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": float(query.get("timeout", PATIENCE_SECONDS)),
            "transaction_mode": "IMMEDIATE",
            "init_command": ";".join(_SQLITE_COMMANDS),
        },
    }


def _postgresql(parts: SplitResult, query: dict[str, str]) -> dict[str, Any]:
    try:
        port = str(parts.port or "")
    except ValueError:
        raise ValueError("the port in the database address is not a number") from None
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise ValueError("the PostgreSQL address names no database: postgresql://user@host/name")
    host = query.pop("host", unquote(parts.hostname or ""))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": query.pop("port", port),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": "5", **query, "options": _POSTGRES_OPTIONS},
    }
