# SPDX-License-Identifier: Apache-2.0
"""Django's cache on the installation's own database: what one desk process remembers of attempts to sign in, and of
codes that were used, every other knows.

Django's own `DatabaseCache` keeps pickles, which whoever writes to the database could make into code; this one keeps
JSON, under keyed hashes of its keys, which name addresses.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final

import msgspec
from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db.backends.utils import CursorWrapper

from tocsin.adapters.db.database import DEFAULT, Database
from tocsin.adapters.db.models import PassingRow
from tocsin.adapters.db.statements import Columns

_ROW: Final = Columns(PassingRow, "key", "until", "value")
_GET: Final = f"SELECT value FROM {_ROW.table} WHERE key = %s AND until > %s"  # noqa: S608 - our names
_ADD: Final = f"""
    INSERT INTO {_ROW.table} AS known ({_ROW.text}) VALUES (%s, %s, %s)
    ON CONFLICT (key) DO UPDATE SET until = excluded.until, value = excluded.value WHERE known.until <= %s
    RETURNING key
"""  # noqa: S608 - our names
_TOUCH: Final = f"UPDATE {_ROW.table} SET until = %s WHERE key = %s AND until > %s"  # noqa: S608 - our names
_DELETE: Final = f"DELETE FROM {_ROW.table} WHERE key = %s"  # noqa: S608 - our names
_CLEAR: Final = f"DELETE FROM {_ROW.table}"  # noqa: S608 - our names
_FOREVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


class Passing(BaseCache):
    """A cache backend for `CACHES`; values are what JSON can say."""

    def __init__(self, location: str, params: Mapping[str, Any], database: Database = DEFAULT) -> None:
        super().__init__(dict(params))
        self._db = database
        self._secret = blake2b(settings.SECRET_KEY.encode(), person=b"passing").digest()

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value unless there is one; says whether it was kept. Of many that ask at once one is told so."""
        with self._write() as cursor:
            cursor.execute(_ADD, (*self._row(key, value, timeout, version), self._db.stamp(_now())))
            return cursor.fetchone() is not None

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value, as long as it is good."""
        found = self._db.rows(_GET, (self._name(key, version), self._db.stamp(_now())))
        return msgspec.json.decode(found[0][0]) if found else default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value in place of any before."""
        with self._write() as cursor:
            _ROW.upsert(cursor, self._row(key, value, timeout, version))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Let a value be good for longer, or shorter; says whether there is one."""
        stamp = self._db.stamp
        with self._write() as cursor:
            cursor.execute(_TOUCH, (stamp(self._until(timeout)), self._name(key, version), stamp(_now())))
            return bool(cursor.rowcount)

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value; says whether there was one."""
        with self._write() as cursor:
            cursor.execute(_DELETE, (self._name(key, version),))
            return bool(cursor.rowcount)

    def clear(self) -> None:
        """Forget everything."""
        with self._write() as cursor:
            cursor.execute(_CLEAR)

    @contextmanager
    def _write(self) -> Iterator[CursorWrapper]:
        """A transaction of our own, or the one that the caller is in."""
        if self._db.connection.in_atomic_block:
            with self._db.read() as cursor:
                yield cursor
            return
        with self._db.write() as cursor:
            yield cursor

    def _row(self, key: str, value: Any, timeout: Any, version: int | None) -> tuple[bytes, datetime | str, str]:
        told = msgspec.json.encode(value).decode()
        return self._name(key, version), self._db.stamp(self._until(timeout)), told

    def _name(self, key: str, version: int | None) -> bytes:
        made = self.make_key(key, version=version)
        return blake2b(made.encode(), key=self._secret, digest_size=16).digest()

    def _until(self, timeout: Any) -> datetime:
        ends = self.get_backend_timeout(timeout)
        return _FOREVER if ends is None else datetime.fromtimestamp(ends, UTC)


def forget(before: datetime, database: Database = DEFAULT) -> int:
    """Remove what was good until an instant; returns how many."""
    with database.write():
        gone, _ = PassingRow.objects.using(database.alias).filter(until__lt=before).delete()
        return gone


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)
