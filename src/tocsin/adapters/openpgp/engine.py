# SPDX-License-Identifier: Apache-2.0
"""What is done with OpenPGP keys in memory: making, signing, sealing; opening and reading are done in a limited child.

The child is handed in (`Parse`), so that whoever starts the process decides how children are made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol, TypeVar

import msgspec
from pysequoia import CipherSuite, Profile, SignatureMode, Tsk, encrypt, sign

from tocsin.adapters.openpgp import gnupg, reading
from tocsin.adapters.openpgp.opening import ClearOrder, Order, Result, VerifyOrder
from tocsin.adapters.openpgp.reading import Certificates, described
from tocsin.core.vocabulary import Refused
from tocsin.services.ports.child import Failed
from tocsin.services.ports.openpgp import (
    LARGEST,
    NO_KEY,
    UNREADABLE,
    Certificate,
    ClearText,
    Opened,
    Signature,
    Signed,
)

T = TypeVar("T", bound=msgspec.Struct)

TERM: Final = timedelta(days=3 * 365)
"""How long a team key is good for; its expiry can be moved while it is."""


class Parse(Protocol):
    """Runs a parser of `adapters.child` in a child."""

    def __call__(self, name: str, content: bytes, kind: type[T], *, largest: int) -> T | Failed:
        """Its value, or why there is none."""


class Engine:
    """OpenPGP with the library, and with GnuPG for what the library cannot open."""

    def __init__(self, parse: Parse, second: Callable[[], bool] = gnupg.installed) -> None:
        self._parse = parse
        self._second = second

    def make(self, users: Sequence[str], lasts: timedelta = TERM) -> bytes:
        """A new secret key (v4 Cv25519, which every correspondent's program can read), in binary."""
        seconds = int(lasts.total_seconds())
        key = Tsk.generate(
            user_ids=list(users), profile=Profile.RFC4880, cipher_suite=CipherSuite.Cv25519, validity_seconds=seconds
        )  # fmt: skip
        return bytes(key)

    def public(self, secret: bytes) -> Certificate:
        """The public half of a secret key; raises ValueError for bytes that hold none."""
        return described(_key(secret).extract_certificate())

    def sign(self, secret: bytes, body: bytes, *, clear: bool = False) -> bytes:
        """A detached signature in armour, or, with `clear`, the text itself inside of one (RFC 9580, section 7)."""
        return sign(_key(secret).signer(), body, mode=SignatureMode.CLEAR if clear else SignatureMode.DETACHED)

    def seal(
        self, secret: bytes, plaintext: bytes, certificates: Sequence[bytes], now: datetime
    ) -> bytes | Refused:  # fmt: skip
        """Encrypt to all certificates, signed by `secret` unless that is empty; refuses what must not be used now."""
        try:
            wanted = [each for body in certificates for each in reading.known(body)]
        except ValueError:
            wanted = []
        if not wanted:
            return Refused(code=NO_KEY, because="There is no key to encrypt to.", rule="RFC 9580")
        for _, seen in wanted:
            if refused := reading.usable(seen, now):
                return refused
        signer = _key(secret).signer() if secret else None
        return encrypt(bytes=plaintext, recipients=[each for each, _ in wanted], signer=signer)

    def open(self, secrets: Sequence[bytes], message: bytes, known: Sequence[bytes]) -> Opened | Refused:
        """Open a message in the child, and with GnuPG where the library cannot."""
        if len(message) > LARGEST:
            return _unreadable("it is too large")
        order = msgspec.msgpack.encode(Order(tuple(secrets), message, tuple(known)))
        result = self._parse("pgp-open", order, Result, largest=2 * LARGEST)
        if isinstance(result, Result) and result.failed == "elsewhere":
            if self._second():
                result = gnupg.open_with_gpg(secrets, message, known)
            else:
                result = self._parse("pgp-open-unchecked", order, Result, largest=2 * LARGEST)
        if isinstance(result, Failed):
            return _unreadable(result.because)
        if result.failed == "no-key":
            because = "This message is not encrypted to the team's key; ask its sender to use the key that we publish."
            return Refused(code=NO_KEY, because=because, rule="RFC 9580")
        if result.failed:
            return _unreadable("it is damaged, was altered on its way, or is in a form that cannot be opened here")
        return Opened(plain=result.plain, signature=result.signature)

    def certificates(self, body: bytes) -> tuple[Certificate, ...] | Refused:
        """Read public keys in the child."""
        read = self._parse("pgp-read", body, Certificates, largest=LARGEST)
        if isinstance(read, Failed):
            because = "This is no OpenPGP public key. Export it as text (“gpg --armor --export ADDRESS”) and try again."
            return Refused(code=UNREADABLE, because=because, rule="RFC 9580")
        return read.found

    def verify(self, body: bytes, signature: bytes, known: Sequence[bytes]) -> Signature:
        """Check a detached signature in the child."""
        order = msgspec.msgpack.encode(VerifyOrder(body, signature, tuple(known)))
        found = self._parse("pgp-verify", order, Signature, largest=LARGEST)
        return Signature(state=Signed.BAD) if isinstance(found, Failed) else found

    def clear(self, body: bytes, known: Sequence[bytes]) -> ClearText:
        """Check a text with its signature inside of it in the child."""
        order = msgspec.msgpack.encode(ClearOrder(body, tuple(known)))
        found = self._parse("pgp-clear", order, ClearText, largest=LARGEST)
        return ClearText(signature=Signature(state=Signed.BAD)) if isinstance(found, Failed) else found


@lru_cache(maxsize=16)
def _key(secret: bytes) -> Tsk:
    """The library's key; its errors carry more than a reader should see, so that none of them leaves here."""
    try:
        return Tsk.from_bytes(secret)
    except RuntimeError:
        raise ValueError("no OpenPGP secret key") from None


def _unreadable(why: str) -> Refused:
    return Refused(code=UNREADABLE, because=f"The message cannot be opened: {why}.", rule="RFC 9580")
