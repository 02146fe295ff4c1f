# SPDX-License-Identifier: Apache-2.0
"""What the API remembers: tokens, of which only hashes are kept, and answers already given, sealed by the use case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from tocsin.core.vocabulary import ProjectId, Value
from tocsin.core.wire.access import Scope


class ApiToken(Value):
    """A token as it is kept: whose, for which project and uses, until when. `label` is its owner's own word for it,
    `stamp` the account's at that time (`People.stamp`): a token ends when it changes, as sessions do."""

    id: str
    person: str
    project: ProjectId
    label: str
    scopes: frozenset[Scope]
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    stamp: str = ""


class ApiTokens(Protocol):
    """Tokens of people, found by the SHA-256 of their secret."""

    def keep(self, token: ApiToken, digest: bytes) -> None:
        """Keep a new token."""

    def find(self, digest: bytes) -> ApiToken | None:
        """The token with this digest, also an ended one; None for none."""

    def of_person(self, person: str) -> Sequence[ApiToken]:
        """Every token of a person, the newest first."""

    def used(self, token: str, at: datetime) -> None:
        """Note that a token was used."""

    def revoke(self, token: str, at: datetime) -> None:
        """End a token at once; the instant of the first time stays."""


class Repeat(Value):
    """A request that came before under the same key. `request` is its digest, `answer` sealed, empty while it runs."""

    request: bytes
    at: datetime
    answer: bytes = b""


class Repeats(Protocol):
    """Requests that must not be carried out twice, by a hash of their key."""

    def begin(self, key: bytes, request: bytes, now: datetime, forget_before: datetime) -> Repeat | None:
        """Claim a key, or return what stands under it. Of two at once one claims it. Forgets what is older."""

    def finish(self, key: bytes, answer: bytes) -> None:
        """Keep the sealed answer."""

    def release(self, key: bytes) -> None:
        """Free a key whose request changed nothing."""
