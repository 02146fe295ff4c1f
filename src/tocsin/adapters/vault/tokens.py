# SPDX-License-Identifier: Apache-2.0
"""`Tokens` of the port: a sealed msgpack body, its purpose as associated data, in URL-safe base64 without padding."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

from tocsin.adapters.vault.aead import SymmetricKey
from tocsin.adapters.vault.secret import Root, Secret
from tocsin.core.vocabulary import utc
from tocsin.services.ports.vault import Tampered

MAX_TOKEN: Final = 64 * 1024
"""Characters; a longer text is not looked at, and none is made. A form with twenty uploaded files takes under 8 KiB."""

T = TypeVar("T")


class Body(msgspec.Struct, frozen=True, array_like=True):
    """What a token says: until when, and the value, still encoded."""

    expires_at: datetime
    value: msgspec.Raw


class TokenBox(Secret):
    """Seals and opens browser tokens under one secret."""

    __slots__ = ("_key", "_root")

    def __init__(self, secret: bytes) -> None:
        self._root = Root(secret)
        self._key = SymmetricKey(self._root.derive(b"tocsin token"))

    def seal(self, value: Any, purpose: str, expires_at: datetime) -> str:
        """Seal `value`; see the port. Raises ValueError for an instant without a zone and for a value too large."""
        body = Body(utc(expires_at), msgspec.Raw(msgspec.msgpack.encode(value)))
        sealed = self._key.seal(msgspec.msgpack.encode(body), purpose.encode())
        token = _encode(sealed)
        if len(token) > MAX_TOKEN:
            raise ValueError("too large for a token")
        return token

    def open(self, token: str, purpose: str, now: datetime, kind: type[T]) -> T | None:
        """Open a token; see the port."""
        body = self._body(token, purpose)
        if body is None or utc(now) >= body.expires_at:
            return None
        try:
            return msgspec.msgpack.decode(body.value, type=kind)
        except msgspec.DecodeError:
            return None

    def mark(self, purpose: str, text: str = "") -> bytes:
        """A keyed hash; see the port."""
        name = purpose.encode()
        return self._root.derive(b"tocsin mark", len(name).to_bytes(4, "big") + name + text.encode())

    def _body(self, token: str, purpose: str) -> Body | None:
        sealed = _decode(token)
        if sealed is None:
            return None
        try:
            return msgspec.msgpack.decode(self._key.open(sealed, purpose.encode()), type=Body)
        except (Tampered, msgspec.DecodeError):
            return None


def _encode(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")


def _decode(token: str) -> bytes | None:
    """The bytes of `token`, or None when it is not exactly how `seal` writes them: one value has one spelling."""
    if len(token) > MAX_TOKEN or not token.isascii():
        return None
    try:
        sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error:
        return None
    return sealed if _encode(sealed) == token else None
