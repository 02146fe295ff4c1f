# SPDX-License-Identifier: Apache-2.0
"""The OpenPGP keys of those who write from outside: reporters and parties, per case. A key that arrives is a proposal;
a person of the team verifies it by its fingerprint, and from then on it is encrypted to.

One sealed record for each of them. Keys come by upload, with a mail (Autocrypt, an attachment), or are looked up in the
key directory of the address's own domain, through the guarded client and only when a person asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from tocsin.core.mail_out import keys, wkd
from tocsin.core.mail_out.keys import KnownKey, Source
from tocsin.core.vocabulary import CaseRef, ProjectId, Refused, Value
from tocsin.services.app import Desk
from tocsin.services.book import Book
from tocsin.services.ports.http import Held
from tocsin.services.ports.openpgp import Certificate
from tocsin.services.ports.store import Conflict

KIND: Final = "pgp-key"
REPORTER: Final = "reporter"
MOST: Final = 10

NOBODY: Final = Refused(code="no-key", because="There is no key with this fingerprint.", rule="keys")
_OFF: Final = Refused(code="no-openpgp", because="This installation cannot read OpenPGP keys.", rule="keys")


class Ring(Value):
    """The keys of one correspondent."""

    keys: tuple[KnownKey, ...] = ()


def ring(desk: Desk, project: ProjectId, ref: CaseRef, who: str = "") -> tuple[KnownKey, ...]:
    """The keys of a case's reporter (`who` empty) or of a party."""
    kept = _book(desk).get(project, _id(ref, who))
    if kept is None and who:
        # The reporter of a case that was merged into this one is a party here, by the name of that case.
        kept = _book(desk).get(project, _id(who, ""))
    return kept.value.keys if kept else ()


def verified(desk: Desk, project: ProjectId, ref: CaseRef, who: str = "") -> tuple[KnownKey, ...]:
    """Those of their keys that somebody has compared: what a signature of theirs may be checked with."""
    return tuple(each for each in ring(desk, project, ref, who) if each.verified_by and not each.revoked)


def given(desk: Desk, project: ProjectId, ref: CaseRef, who: str, key: KnownKey) -> None:
    """Keep a key for which its `verified_by` vouches, in place of the one for which they vouched before."""

    def put(known: tuple[KnownKey, ...]) -> tuple[KnownKey, ...]:
        others = (each for each in known if each.fingerprint != key.fingerprint)
        return (*(each for each in others if each.verified_by != key.verified_by), key)[-MOST:]

    _change(desk, project, _id(ref, who), put)


def offer(
    desk: Desk, project: ProjectId, ref: CaseRef, who: str, body: bytes, source: Source, address: str = ""
) -> tuple[KnownKey, ...] | Refused:  # fmt: skip
    """Take keys as proposals; returns all of the correspondent. With `address`, only keys that name it are taken."""
    read = certificates(desk, body)
    if isinstance(read, Refused):
        return read
    fitting = [each for each in read if not address or address.lower() in each.addresses]
    if not fitting:
        because = f"The key does not name {address}, so that nobody could tell whose it is."
        return Refused(code="other-address", because=because, rule="keys")
    now = desk.now()

    def add(known: tuple[KnownKey, ...]) -> tuple[KnownKey, ...]:
        for each in fitting:
            known = keys.added(known, known_key(each, source, now))
        return known[-MOST:]

    return _change(desk, project, _id(ref, who), add)


def verify(
    desk: Desk, project: ProjectId, ref: CaseRef, who: str, fingerprint: str, by: str
) -> KnownKey | Refused:  # fmt: skip
    """Write down that a person compared the fingerprint with its owner's."""
    found = keys.verified(ring(desk, project, ref, who), fingerprint, by, desk.now())
    if found is None:
        return NOBODY
    kept = _change(
        desk, project, _id(ref, who), lambda known: keys.verified(known, fingerprint, by, desk.now()) or known
    )
    wanted = "".join(fingerprint.split()).upper()
    return next((each for each in kept if each.fingerprint == wanted), NOBODY)


def drop(desk: Desk, project: ProjectId, ref: CaseRef, who: str, fingerprint: str) -> None:
    """Forget a key."""
    wanted = "".join(fingerprint.split()).upper()
    _change(desk, project, _id(ref, who), lambda known: tuple(each for each in known if each.fingerprint != wanted))


def rings(desk: Desk, project: ProjectId) -> list[tuple[str, tuple[KnownKey, ...]]]:
    """Every correspondent's keys in a project, each with the name of their record (case, dot, who)."""
    return [(kept.id, kept.value.keys) for kept in _book(desk).all(project)]


def warned(desk: Desk, project: ProjectId, record: str, fingerprint: str, days: int) -> None:
    """Note that somebody was told that a key ends in so many days."""

    def note(known: tuple[KnownKey, ...]) -> tuple[KnownKey, ...]:
        return tuple(replace(each, warned=days) if each.fingerprint == fingerprint else each for each in known)

    _change(desk, project, record, note)


def forget(desk: Desk, project: ProjectId, ref: CaseRef, who: str = "") -> None:
    """Forget all keys of a correspondent: with a case that is shredded."""
    kept = _book(desk).get(project, _id(ref, who))
    if kept:
        _book(desk).remove(kept)


def look_up(desk: Desk, address: str) -> bytes | Refused:
    """Ask the key directory of the address's domain (WKD). Whoever runs that domain learns that somebody asked."""
    if desk.post.http is None:
        return Refused(code="offline", because="This installation asks nobody on the network.", rule="keys")
    for place in wkd.places(address):
        with suppress(OSError, Held):
            answer = desk.post.http("GET", place)
            if answer.ok and answer.body:
                return answer.body
    because = f"The domain of {address} gives out no key for it."
    return Refused(code="not-found", because=because, rule="draft-koch-openpgp-webkey-service")


def certificates(desk: Desk, body: bytes) -> tuple[Certificate, ...] | Refused:
    """Read public keys, in the child."""
    return desk.post.reads.certificates(body) if desk.post.reads else _OFF


def known_key(each: Certificate, source: Source, now: datetime) -> KnownKey:
    """A key as it is kept, verified by nobody."""
    return KnownKey(
        body=each.body,
        fingerprint=each.fingerprint,
        source=source,
        seen_at=now,
        made_at=each.made_at,
        expires_at=each.expires_at,
        revoked=each.revoked,
        encrypts=each.encrypts,
    )


def _change(
    desk: Desk, project: ProjectId, record: str, change: Callable[[tuple[KnownKey, ...]], tuple[KnownKey, ...]]
) -> tuple[KnownKey, ...]:  # fmt: skip
    """Change a ring, once more where somebody else did meanwhile."""
    for again in (True, True, False):
        kept = _book(desk).get(project, record)
        fresh = Ring(keys=change(kept.value.keys if kept else ()))
        try:
            if kept is None:
                _book(desk).add(project, record, fresh)
            else:
                _book(desk).change(kept, fresh)
            return fresh.keys
        except Conflict:
            if not again:
                raise
    return ()


def _id(ref: CaseRef, who: str) -> str:
    return f"{ref}.{who or REPORTER}"


def _book(desk: Desk) -> Book[Ring]:
    return Book(desk, KIND, Ring)
