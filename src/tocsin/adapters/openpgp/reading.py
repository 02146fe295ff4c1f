# SPDX-License-Identifier: Apache-2.0
"""What a public key says of itself, and whether it may be encrypted to now. Strangers' keys are read in the child.

The library encrypts to certificates that are expired or revoked, and says nothing; so what may be used is decided here,
at the moment of sending: the certificate is neither, and has an encryption key that is neither (RFC 9580, 5.2.3.13 key
expiration, 5.2.1.12 revocation of a subkey, 5.2.3.29 flags).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import msgspec
from pysequoia import Cert
from pysequoia.packet import Packet, PacketPile, SignatureType, Tag

from tocsin.core.vocabulary import Refused
from tocsin.services.ports.openpgp import Certificate

MOST: Final = 20
"""Certificates in one file; a key ring of a whole organisation is not a key to write to."""

LARGEST_KEY: Final = 256 * 1024
_ADDRESS: Final = re.compile(r"<([^<>\s]+@[^<>\s]+)>|^([^<>\s]+@[^<>\s]+)$")
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_SECRET: Final = (Tag.SecretKey, Tag.SecretSubkey)
_KEYS: Final = (Tag.PublicKey, Tag.PublicSubkey)


class Certificates(msgspec.Struct, frozen=True):
    """What the child gives back."""

    found: tuple[Certificate, ...]


def certificates(content: bytes) -> Certificates:
    """Read every certificate; raises ValueError for what holds none, a secret key, or too many."""
    found = tuple(described(each) for each in certificates_in(content))
    if not found or len(found) > MOST:
        raise ValueError("no public key, or too many")
    return Certificates(found)


def certificates_in(content: bytes) -> list[Cert]:
    """The certificates in armoured or binary bytes; raises ValueError. A secret key is refused before it is parsed."""
    if len(content) > LARGEST_KEY * MOST or b"PRIVATE KEY" in content[:4096]:
        raise ValueError("no public key")
    try:
        found = Cert.split_bytes(content)
        packets = (packet for each in found for packet in PacketPile.from_bytes(bytes(each)))
        secret = any(packet.tag in _SECRET for packet in packets)
    except RuntimeError:
        raise ValueError("no public key") from None
    if secret:
        raise ValueError("a secret key")
    return found


def described(certificate: Cert) -> Certificate:
    """What a certificate says of itself; `encrypts` tells that it has an encryption key at all, alive or not."""
    packets = list(PacketPile.from_bytes(bytes(certificate)))
    made = next(packet.key_created for packet in packets if packet.tag == Tag.PublicKey)
    lives = list(_encryption_keys(packets))
    ends = [each for each in (certificate.expiration, _last(lives)) if each is not None]
    return Certificate(
        body=bytes(certificate),
        armour=str(certificate),
        fingerprint=str(certificate.fingerprint).upper(),
        addresses=tuple(_addresses(str(each) for each in certificate.user_ids)),
        made_at=made or _LONG_AGO,
        expires_at=min(ends) if ends else None,
        revoked=bool(certificate.is_revoked),
        encrypts=bool(lives),
    )


@lru_cache(maxsize=512)
def known(content: bytes) -> tuple[tuple[Cert, Certificate], ...]:
    """Certificates that were read before, with what they say; the last few are kept, because reading one costs as much
    as encrypting to it. Raises ValueError."""
    return tuple((each, described(each)) for each in certificates_in(content))


def usable(seen: Certificate, now: datetime) -> Refused | None:
    """Refuse a certificate that must not be encrypted to now; None for one that may."""
    short = seen.fingerprint[-16:]
    if seen.revoked:
        return Refused(code="key-revoked", because=f"The key {short} was revoked by its owner.", rule="RFC 9580")
    if not seen.encrypts:
        because = f"The key {short} can sign, but nothing can be encrypted to it."
        return Refused(code="no-encryption-key", because=because, rule="RFC 9580")
    if seen.expires_at is not None and seen.expires_at <= now:
        because = f"The key {short} expired on {seen.expires_at:%d %B %Y}; ask for a fresh copy of it."
        return Refused(code="key-expired", because=because, rule="RFC 9580")
    return None


def _addresses(users: Iterable[str]) -> Iterable[str]:
    for user in users:
        found = _ADDRESS.search(user.strip())
        if found:
            yield (found.group(1) or found.group(2)).lower()


def _last(lives: list[datetime | None]) -> datetime | None:
    """When the last of the encryption keys ends; None where one does not, or there is none."""
    return None if not lives or None in lives else max(each for each in lives if each is not None)


def _encryption_keys(packets: list[Packet]) -> Iterable[datetime | None]:
    """When each encryption key that was not revoked ends, by the newest signature that binds it."""
    for start, packet in enumerate(packets):
        if packet.tag not in _KEYS:
            continue
        own = [each for each in _until_next_key(packets[start + 1 :]) if each.tag == Tag.Signature]
        if any(each.signature_type == SignatureType.SubkeyRevocation for each in own):
            continue
        flagged = [each for each in own if each.key_flags is not None and each.signature_created is not None]
        newest = max(flagged, key=lambda each: each.signature_created or _LONG_AGO, default=None)
        flags = newest.key_flags if newest else None
        if newest is None or flags is None or not (flags.transport_encryption or flags.storage_encryption):
            continue
        lasts, made = newest.key_validity_period, packet.key_created
        end = None
        with suppress(OverflowError):
            end = made + lasts if lasts and made else None
        yield end


def _until_next_key(packets: list[Packet]) -> Iterable[Packet]:
    for packet in packets:
        if packet.tag in _KEYS:
            return
        yield packet
