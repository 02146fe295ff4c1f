# SPDX-License-Identifier: Apache-2.0
"""The API's memory on a database: tokens by their digest, and requests that were taken up under a key.

Claiming a key is one INSERT that only one of two can make; what is older than the caller wants to know goes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from tocsin.adapters.db.database import DEFAULT, Database, instant
from tocsin.adapters.db.models import ApiTokenRow, RepeatRow
from tocsin.adapters.db.statements import Columns
from tocsin.core.wire.access import Scope
from tocsin.services.ports.api import ApiToken, Repeat

_FIELDS: Final = (
    "id", "person", "project", "label", "scopes", "made_at", "expires_at", "last_used_at", "revoked_at",
    "stamp",
)  # fmt: skip
_TOKEN: Final = Columns(ApiTokenRow, *_FIELDS)
_FIND: Final = f"{_TOKEN.select} WHERE digest = %s"
_OF_PERSON: Final = f"{_TOKEN.select} WHERE person_id = %s ORDER BY made_at DESC, id"

_REPEAT: Final = Columns(RepeatRow, "key", "request", "at", "answer")
_CLAIM: Final = f"""
    INSERT INTO {_REPEAT.table} ({_REPEAT.text}) VALUES (%s, %s, %s, %s) ON CONFLICT (key) DO NOTHING RETURNING key
"""  # noqa: S608 - our names
_STANDING: Final = f"SELECT request, at, answer FROM {_REPEAT.table} WHERE key = %s"  # noqa: S608 - our names


class DbApiTokens:
    """`api.ApiTokens` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def keep(self, token: ApiToken, digest: bytes) -> None:
        """Keep a new token."""
        with self._db.write():
            ApiTokenRow.objects.using(self._db.alias).create(
                id=token.id,
                digest=digest,
                person_id=token.person,
                project_id=token.project,
                label=token.label,
                scopes=" ".join(sorted(token.scopes)),
                made_at=token.made_at,
                expires_at=token.expires_at,
                last_used_at=token.last_used_at,
                revoked_at=token.revoked_at,
                stamp=token.stamp,
            )

    def find(self, digest: bytes) -> ApiToken | None:
        """The token with this digest."""
        return next(map(_token, self._db.rows(_FIND, (digest,))), None)

    def of_person(self, person: str) -> Sequence[ApiToken]:
        """Every token of a person, the newest first."""
        return [_token(row) for row in self._db.rows(_OF_PERSON, (person,))]

    def used(self, token: str, at: datetime) -> None:
        """Note that a token was used."""
        with self._db.write():
            ApiTokenRow.objects.using(self._db.alias).filter(id=token).update(last_used_at=at)

    def revoke(self, token: str, at: datetime) -> None:
        """End a token at once."""
        with self._db.write():
            ApiTokenRow.objects.using(self._db.alias).filter(id=token, revoked_at=None).update(revoked_at=at)


class DbRepeats:
    """`api.Repeats` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def begin(self, key: bytes, request: bytes, now: datetime, forget_before: datetime) -> Repeat | None:
        """Claim a key, or return what stands under it."""
        with self._db.write() as cursor:
            RepeatRow.objects.using(self._db.alias).filter(at__lt=forget_before).delete()
            cursor.execute(_CLAIM, [key, request, self._db.stamp(now), b""])
            if cursor.fetchone():
                return None
            cursor.execute(_STANDING, [key])
            standing = cursor.fetchone()
        return Repeat(request=bytes(standing[0]), at=instant(standing[1]), answer=bytes(standing[2]))

    def finish(self, key: bytes, answer: bytes) -> None:
        """Keep the sealed answer."""
        with self._db.write():
            RepeatRow.objects.using(self._db.alias).filter(key=key).update(answer=answer)

    def release(self, key: bytes) -> None:
        """Free a key."""
        with self._db.write():
            RepeatRow.objects.using(self._db.alias).filter(key=key).delete()


def _token(row: Sequence[Any]) -> ApiToken:
    token, person, project, label, scopes, made_at, expires_at, last_used_at, revoked_at, stamp = row
    return ApiToken(
        id=token,
        person=person,
        project=project,
        label=label,
        scopes=frozenset(map(Scope, scopes.split())),
        made_at=instant(made_at),
        expires_at=instant(expires_at),
        last_used_at=instant(last_used_at) if last_used_at else None,
        revoked_at=instant(revoked_at) if revoked_at else None,
        stamp=stamp,
    )
