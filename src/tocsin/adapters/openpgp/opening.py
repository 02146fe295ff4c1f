# SPDX-License-Identifier: Apache-2.0
"""Opens an encrypted message, in the limited child only: a message of two megabytes can unpack to gigabytes, and what
decrypts it has the key in its memory. The child has no file, no network and little memory, and ends with the message.

The library throws a plain text away when it cannot check the signature, so it is asked with a store of certificates
first and without one after; which keys a signature names is learnt from what it asks the store for. It cannot check a
signature inside of compressed data (its layers), nor unpack bzip2: `GnuPG` is asked for those where it is installed.
Neither library nor GnuPG gives back what is not authenticated (MDC or AEAD; EFAIL, USENIX Security 2018).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from pysequoia import Cert, Decrypted, Sig, Tsk, decrypt, verify
from pysequoia.packet import PacketPile

from tocsin.adapters.openpgp.reading import certificates_in
from tocsin.services.ports.openpgp import LARGEST, ClearText, Signature, Signed

STRUCTURE: Final = "Unexpected message structure"
UNPACKED: Final = "Malformed OpenPGP message"
NO_KEY: Final = ("No key to decrypt", "No session key")
_KEY_ID: Final = 16
_SIGNATURE: Final = b"\n-----BEGIN PGP SIGNATURE-----"


class Order(msgspec.Struct, frozen=True):
    """What the child is given: the team's secret keys (the newest first), the message, the keys that are known."""

    secrets: tuple[bytes, ...]
    message: bytes
    known: tuple[bytes, ...] = ()


class Result(msgspec.Struct, frozen=True):
    """What comes back. `failed` is empty, `no-key`, `unreadable`, or `elsewhere` for what another engine may open."""

    plain: bytes = b""
    signature: Signature = Signature()
    failed: str = ""


class VerifyOrder(msgspec.Struct, frozen=True):
    """A detached signature to be checked."""

    body: bytes
    signature: bytes
    known: tuple[bytes, ...]


class ClearOrder(msgspec.Struct, frozen=True):
    """A text with its signature inside of it, to be checked."""

    body: bytes
    known: tuple[bytes, ...]


class Store:
    """Gives the library the certificates that are known, and remembers which keys it asked for."""

    def __init__(self, known: Iterable[bytes]) -> None:
        self.certificates = [each for body in known for each in certificates_in(body)]
        self.asked: list[str] = []

    def __call__(self, wanted: list[str]) -> list[Cert]:
        """Return all; the library picks."""
        self.asked += wanted
        return self.certificates

    def knows(self) -> bool:
        """Whether one of the keys asked for is among those known."""
        wanted = {each[-_KEY_ID:].lower() for each in self.asked}
        packets = (packet for each in self.certificates for packet in PacketPile.from_bytes(bytes(each)))
        return any(packet.fingerprint and packet.fingerprint[-_KEY_ID:].lower() in wanted for packet in packets)


def opened(content: bytes) -> Result:
    """Open one message; every failure is a result with a word for it."""
    order = msgspec.msgpack.decode(content, type=Order)
    result = Result(failed="no-key")
    for secret in order.secrets:
        result = _opened(Tsk.from_bytes(secret), order)
        if result.failed != "no-key":
            break
    return result


def _opened(key: Tsk, order: Order) -> Result:
    store = Store(order.known)
    try:
        found = decrypt(bytes=order.message, decryptor=key.decryptor(), store=store)
        return _result(found, Signature(state=Signed.GOOD, by=_by(found)))
    except RuntimeError as error:
        why = _first_line(error)
    if any(each in why for each in NO_KEY):
        return Result(failed="no-key")
    if UNPACKED in why:
        return Result(failed="elsewhere")
    if STRUCTURE in why and store.knows():
        return Result(failed="elsewhere")
    try:
        found = decrypt(bytes=order.message, decryptor=key.decryptor())
    except RuntimeError:
        return Result(failed="unreadable")
    return _result(found, _unverified(store))


def unchecked(content: bytes) -> Result:
    """Open a message that needs another engine, where there is none: the signature stays unchecked."""
    order = msgspec.msgpack.decode(content, type=Order)
    for secret in order.secrets:
        try:
            found = decrypt(bytes=order.message, decryptor=Tsk.from_bytes(secret).decryptor())
        except RuntimeError:
            continue
        return _result(found, Signature(state=Signed.UNCHECKED))
    return Result(failed="unreadable")


def _result(found: Decrypted, signature: Signature) -> Result:
    plain = found.bytes or b""
    return Result(plain=plain, signature=signature) if len(plain) <= LARGEST else Result(failed="unreadable")


def _unverified(store: Store) -> Signature:
    if not store.asked:
        return Signature()
    by = store.asked[0].upper()
    return Signature(state=Signed.BAD if store.knows() else Signed.UNKNOWN, by=by)


def verified(content: bytes) -> Signature:
    """Check a detached signature (RFC 3156, section 5; the body is canonical, lines end with CR LF)."""
    order = msgspec.msgpack.decode(content, type=VerifyOrder)
    store = Store(order.known)
    try:
        signature = Sig.from_bytes(order.signature)
        found = verify(bytes=order.body, store=store, signature=signature)
    except RuntimeError:
        return _refused(store)
    return Signature(state=Signed.GOOD, by=_by(found), made_at=signature.created)


def clear(content: bytes) -> ClearText:
    """Check a text with its signature inside of it (RFC 9580, section 7); give back the words that it covers, as the
    library read them for the signature: never cut out of the mail a second time. One signature only, so that the day
    it names is the day of the one that was checked."""
    order = msgspec.msgpack.decode(content, type=ClearOrder)
    store = Store(order.known)
    try:
        armour = order.body[order.body.index(_SIGNATURE) :]
        if order.body.count(_SIGNATURE) != 1 or len(PacketPile.from_bytes(armour)) != 1:
            return ClearText(signature=Signature(state=Signed.UNCHECKED))
        made_at = Sig.from_bytes(armour).created
        found = verify(bytes=order.body, store=store)
    except (RuntimeError, ValueError):
        return ClearText(signature=_refused(store))
    return ClearText(text=found.bytes or b"", signature=Signature(state=Signed.GOOD, by=_by(found), made_at=made_at))


def _refused(store: Store) -> Signature:
    seen = _unverified(store)
    return seen if store.asked else Signature(state=Signed.BAD)


def _by(found: Decrypted) -> str:
    return str(found.valid_sigs[0].certificate).upper()


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
