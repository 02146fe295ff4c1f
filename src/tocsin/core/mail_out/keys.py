# SPDX-License-Identifier: Apache-2.0
"""The OpenPGP keys that people are known by: where each came from, who compared its fingerprint, when it ends.

A key that arrives is a proposal. Only one that a person has verified, by comparing its fingerprint with its owner over
another way, is encrypted to as that owner's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tocsin.core.vocabulary import Value

WARN_DAYS: Final = (60, 30, 7)
"""Days before a key ends at which its owner is told, once each."""


class Source(StrEnum):
    """Where a key came from. None of them proves whose it is."""

    UPLOAD = "upload"
    WKD = "wkd"
    AUTOCRYPT = "autocrypt"
    ATTACHED = "attached"


class KnownKey(Value):
    """One key of somebody. `verified_by` names the person who compared the fingerprint."""

    body: bytes
    fingerprint: str
    source: Source
    seen_at: datetime
    made_at: datetime
    expires_at: datetime | None = None
    revoked: bool = False
    encrypts: bool = True
    verified_by: str = ""
    verified_at: datetime | None = None
    warned: int = 0
    """The fewest days of `WARN_DAYS` that its owner was told of."""


def usable(key: KnownKey, now: datetime) -> bool:
    """Whether it is verified and may be encrypted to now; the engine looks again when it seals."""
    alive = key.expires_at is None or key.expires_at > now
    return bool(key.verified_by) and key.encrypts and not key.revoked and alive


def best(keys: tuple[KnownKey, ...], now: datetime) -> KnownKey | None:
    """The newest key that may be encrypted to; None where there is none."""
    return max((each for each in keys if usable(each, now)), key=lambda each: each.made_at, default=None)


def added(keys: tuple[KnownKey, ...], new: KnownKey) -> tuple[KnownKey, ...]:
    """The keys with one more. A fresh copy of a known one (a later expiry, a revocation) keeps who verified it."""
    old = next((each for each in keys if each.fingerprint == new.fingerprint), None)
    if old is not None:
        changes = {"verified_by": old.verified_by, "verified_at": old.verified_at, "source": old.source}
        fields = {name: getattr(new, name) for name in new.__struct_fields__} | changes
        new = KnownKey(**fields)
    return (*(each for each in keys if each.fingerprint != new.fingerprint), new)


def verified(keys: tuple[KnownKey, ...], fingerprint: str, by: str, at: datetime) -> tuple[KnownKey, ...] | None:
    """The keys with one verified; None where none has this fingerprint, however it is spaced and capitalised."""
    wanted = "".join(fingerprint.split()).upper()
    if not any(each.fingerprint == wanted for each in keys):
        return None
    return tuple(_replace(each, by, at) if each.fingerprint == wanted else each for each in keys)


def _replace(key: KnownKey, by: str, at: datetime) -> KnownKey:
    fields = {name: getattr(key, name) for name in key.__struct_fields__}
    return KnownKey(**fields | {"verified_by": by, "verified_at": at})


def warning(expires_at: datetime | None, warned: int, now: datetime) -> int:
    """The days of `WARN_DAYS` to warn of now (60, 30 or 7), or 0 where there is nothing to say or it was said."""
    if expires_at is None or expires_at <= now:
        return 0
    left = expires_at - now
    due = min((days for days in WARN_DAYS if left <= timedelta(days=days)), default=0)
    return due if due and (not warned or due < warned) else 0


def spaced(fingerprint: str) -> str:
    """A fingerprint in groups of four, as people read it out."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))
