# SPDX-License-Identifier: Apache-2.0
"""The API's memory in dictionaries. `tests/store` runs one contract on this, SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime

import msgspec

from tocsin.services.ports.api import ApiToken, Repeat


class MemoryApiTokens:
    """`api.ApiTokens` in memory."""

    def __init__(self) -> None:
        self._kept: dict[bytes, ApiToken] = {}

    def keep(self, token: ApiToken, digest: bytes) -> None:
        """Keep a new token."""
        self._kept[digest] = token

    def find(self, digest: bytes) -> ApiToken | None:
        """The token with this digest."""
        return self._kept.get(digest)

    def of_person(self, person: str) -> Sequence[ApiToken]:
        """Every token of a person, the newest first."""
        mine = sorted((each for each in self._kept.values() if each.person == person), key=lambda each: each.id)
        return sorted(mine, key=lambda each: each.made_at, reverse=True)

    def used(self, token: str, at: datetime) -> None:
        """Note that a token was used."""
        self._change(token, last_used_at=at)

    def revoke(self, token: str, at: datetime) -> None:
        """End a token at once."""
        if any(each.id == token and each.revoked_at is None for each in self._kept.values()):
            self._change(token, revoked_at=at)

    def _change(self, token: str, **changes: datetime) -> None:
        for digest, each in self._kept.items():
            if each.id == token:
                self._kept[digest] = msgspec.structs.replace(each, **changes)


class MemoryRepeats:
    """`api.Repeats` in memory."""

    def __init__(self) -> None:
        self._kept: dict[bytes, Repeat] = {}
        self._lock = threading.Lock()

    def begin(self, key: bytes, request: bytes, now: datetime, forget_before: datetime) -> Repeat | None:
        """Claim a key, or return what stands under it."""
        with self._lock:
            for old in [known for known, each in self._kept.items() if each.at < forget_before]:
                del self._kept[old]
            if (standing := self._kept.get(key)) is not None:
                return standing
            self._kept[key] = Repeat(request=request, at=now)
            return None

    def finish(self, key: bytes, answer: bytes) -> None:
        """Keep the sealed answer."""
        if key in self._kept:
            self._kept[key] = msgspec.structs.replace(self._kept[key], answer=answer)

    def release(self, key: bytes) -> None:
        """Free a key."""
        self._kept.pop(key, None)
