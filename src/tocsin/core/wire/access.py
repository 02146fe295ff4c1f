# SPDX-License-Identifier: Apache-2.0
"""Tokens as their owner sees them. The secret itself stands only in `NewToken`, once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from tocsin.core.wire import Wire

PREFIX: Final = "tsn_"
"""How every token begins, so that secret scanners find one that got away."""


class Scope(StrEnum):
    """What a token may be used for, within what its person may do: look, move cases, order publication."""

    READ = "read"
    WRITE = "write"
    PUBLISH = "publish"


class Token(Wire):
    """A token without its secret. `last_used_at` is exact to a minute."""

    id: str
    label: str
    project: str
    scopes: tuple[Scope, ...]
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    outlived: bool = False


class NewToken(Wire):
    """A token just made. `secret` is shown this once; only its SHA-256 is kept."""

    secret: str
    token: Token


class Me(Wire):
    """Who a token speaks for. `public_url` is where reports are handed in and advisories are published."""

    id: str
    name: str
    roles: tuple[str, ...]
    token: Token
    public_url: str
    version: str
