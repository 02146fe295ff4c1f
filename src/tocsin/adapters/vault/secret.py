# SPDX-License-Identifier: Apache-2.0
"""What every secret has in common: it does not show itself, and others are made from it in one way only.

Secrets leave a process by accident through `repr` in a log line, through locals on an error page, through pickle in a
cache. A `Secret` answers the first with its class name and refuses the last. For the second, opening never raises while
a raw key is a local variable: helpers return None, and the caller, which holds only `Secret` objects, raises.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final, NoReturn, SupportsIndex

KEY_BYTES: Final = 32


class Secret:
    """Base of all objects that hold key material. Subclasses keep it in slots, so `vars` finds nothing either."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} holds a secret and is not pickled or copied")


class Root(Secret):
    """A secret that is used only to make others."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a secret is 32 bytes")
        self._key = key

    def derive(self, purpose: bytes, data: bytes = b"") -> bytes:
        """32 bytes for `purpose` (16 bytes at most) and `data`; different purposes give unrelated bytes."""
        return digest(purpose, data, self._key)


def digest(purpose: bytes, data: bytes, key: bytes = b"") -> bytes:
    """BLAKE2b-256 of `data`, keyed with `key` where there is one, with `purpose` as personal string (RFC 7693, 2.5)."""
    return blake2b(data, key=key, person=purpose, digest_size=KEY_BYTES).digest()
