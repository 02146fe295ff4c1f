# SPDX-License-Identifier: Apache-2.0
"""The OpenPGP keys that the people of a case are known by, as the team sees them: which is used, and who vouches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from tocsin.core.case.model import Case
from tocsin.core.mail_out import keys
from tocsin.core.mail_out.keys import KnownKey, Source
from tocsin.services.app import Desk
from tocsin.services.post import keyring

_FROM: Final[Mapping[Source, str]] = {
    Source.UPLOAD: "given to us",
    Source.WKD: "from the directory of their domain",
    Source.AUTOCRYPT: "offered by their mail program",
    Source.ATTACHED: "attached to a mail",
}


class KeyView(msgspec.Struct, frozen=True):
    """One key. `state` says whether it is used, and if not, why."""

    fingerprint: str
    source: str
    ends: str
    state: str
    used: bool
    waits: bool


class RingView(msgspec.Struct, frozen=True):
    """The keys of one correspondent; `whose` is a party's id, "" for the reporter."""

    whose: str
    name: str
    keys: tuple[KeyView, ...]
    waits: bool


def rings(desk: Desk, case: Case) -> tuple[RingView, ...]:
    """Those of whom a key is known, the reporter first."""
    people = [("", "Reporter"), *((party.id, party.name) for party in case.parties)]
    found = ((who, name, keyring.ring(desk, case.project, case.ref, who)) for who, name in people)
    return tuple(_ring(desk, who, name, known) for who, name, known in found if known)


def _ring(desk: Desk, who: str, name: str, known: tuple[KnownKey, ...]) -> RingView:
    best = keys.best(known, desk.now())
    views = tuple(_view(desk, each, used=each == best) for each in reversed(known))
    return RingView(whose=who, name=name, keys=views, waits=any(each.waits for each in views))


def _view(desk: Desk, key: KnownKey, *, used: bool) -> KeyView:
    waits = not key.verified_by and not key.revoked and key.encrypts
    return KeyView(
        fingerprint=keys.spaced(key.fingerprint),
        source=_FROM[key.source],
        ends=f"{key.expires_at:%Y-%m-%d}" if key.expires_at else "never",
        state=_state(desk, key, used=used),
        used=used,
        waits=waits,
    )


def _state(desk: Desk, key: KnownKey, *, used: bool) -> str:
    if key.revoked:
        return "revoked by its owner"
    if not key.encrypts:
        return "can sign only"
    if not key.verified_by:
        return "not used: nobody has compared its fingerprint"
    person = desk.people.person(key.verified_by)
    by = person.name if person else key.verified_by
    return f"{'used' if used else 'not used: expired, or another is newer'}; verified by {by}"
